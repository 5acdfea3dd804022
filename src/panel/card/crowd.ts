import type { DiskView, JobView, Snapshot } from '../../contract/panel.ts';

/** There are several cards, or backups of cards: each is shown with what is needed at a glance, the rest folded away. */
export function isCrowded({ disks, jobs }: Pick<Snapshot, 'disks' | 'jobs'>): boolean {
  return disks.length + jobs.filter((job) => !disks.some((disk) => isJobOf(job, disk))).length > 1;
}

export function isJobOf(job: JobView, disk: DiskView): boolean {
  return job.disk === disk.disk && job.card === disk.card;
}
