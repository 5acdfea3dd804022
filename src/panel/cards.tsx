import type { DiskView, JobView } from '../contract/panel.ts';
import { CardSection } from './card/card-section.tsx';
import { isJobOf } from './card/crowd.ts';
import { DiskCard } from './card/disk-card.tsx';
import { RefusedDisks } from './card/refused-disks.tsx';
import { EmptySlot } from './first-run/empty-slot.tsx';
import { FirstCard } from './first-run/first-card.tsx';
import { JobCard } from './job/job-card.tsx';
import { Backups } from './library/backups.tsx';
import { Leftovers } from './library/leftovers.tsx';
import { Errands } from './parts/errands.tsx';
import { useTools } from './parts/page-tools.ts';
import { size } from './parts/words.ts';

/** A card that is there, or what is done with one or was, or both. */
interface Section {
  readonly card: string;
  readonly title: string;
  readonly disk: DiskView | null;
  readonly job: JobView | null;
}

/** What is in the readers, what is being done to it, and what there is besides. */
export function Cards() {
  const { snapshot } = useTools();
  const { disks, jobs, trouble } = snapshot;
  const absent = jobs.filter((job) => !disks.some((disk) => isJobOf(job, disk)));
  // In one list, so that the section of a card stays what it is when the card is taken out or comes back.
  const sections: readonly Section[] = [
    ...disks.map((disk) => {
      const job = jobs.find((one) => isJobOf(one, disk)) ?? null;
      return { card: disk.card, title: job?.title ?? disk.title, disk, job };
    }),
    ...absent.map((job) => ({ card: job.card, title: job.title, disk: null, job })),
  ];
  return (
    <>
      {sections.map(({ card, title, disk, job }) => (
        <CardSection key={card} title={title} stage={job?.state.is ?? 'offered'}>
          {job && <JobCard job={job} disk={disk} />}
          {disk && !job && <DiskCard disk={disk} />}
          {disk && (!job || isOpening(job)) && (
            <FirstCard card={`${disk.title} (${size(disk.bytes)})`} isAsking={job !== null} />
          )}
        </CardSection>
      ))}
      {sections.length === 0 && !trouble && <EmptySlot />}
      <Errands of={() => true} />
      <Leftovers />
      <Backups />
      <RefusedDisks />
    </>
  );
}

function isOpening({ state }: JobView): boolean {
  return state.is === 'working' && state.phase === 'opening';
}
