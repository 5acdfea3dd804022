/** Which disk, job or backup a command means, or why it cannot be carried out. Pure; refusals are thrown. */

import { weakIdentity } from '../engine/disk.ts';
import { PiKeepError } from '../engine/errors.ts';
import { say } from '../language/say.ts';
import { matchBackups } from '../library/backups.ts';
import { identityOf } from './restore-page.ts';
import { type DeskState, type Job, jobOn, type SeenDisk } from './state.ts';

/**
 * The card the user saw under this id and key. Throws DEVICE_GONE when it was there, else NO_SUCH_DISK; IDENTITY_CHANGED when another card is there now,
 * PROTECTED_DISK or NOT_A_CARD when it is none to offer, JOB_EXISTS when a job works on it.
 */
export function chooseCard(state: DeskState, disk: string, card: string): SeenDisk {
  return requireFree(state, chooseOffered(state, disk, card));
}

/** As `chooseCard`, but it may be at work. */
export function chooseOffered(state: DeskState, disk: string, card: string): SeenDisk {
  const seen = state.disks.find((one) => one.disk.id === disk);
  const known = state.known.find(({ key }) => key === card)?.title;
  if (!seen) {
    throw known === undefined
      ? new PiKeepError('NO_SUCH_DISK', { disk })
      : new PiKeepError('DEVICE_GONE', { path: known });
  }
  if (seen.key !== card) {
    const expected = known ?? say`another card`;
    throw new PiKeepError('IDENTITY_CHANGED', { disk, expected, found: seen.glance.title });
  }
  return requireOffered(seen);
}

/**
 * The card a failed or cancelled job worked on, wherever it is now. Throws DEVICE_GONE when it is not there, or
 * IDENTITY_CHANGED when another card sits in its place; otherwise as `chooseCard`.
 */
export function chooseAgain(state: DeskState, job: Job): SeenDisk {
  const seen = cardOf(state, job);
  if (seen) return requireFree(state, requireOffered(seen));
  const other = state.disks.find(({ disk }) => disk.id === job.disk);
  if (!other) throw new PiKeepError('DEVICE_GONE', { path: job.title });
  const facts = { disk: job.disk, expected: job.title, found: other.glance.title };
  throw new PiKeepError('IDENTITY_CHANGED', facts);
}

/** The card of a job that has ended, or the one that looks the same; null when it is not there. */
export function cardOf(state: DeskState, job: Job): SeenDisk | null {
  const same = state.disks.filter((seen) => identityOf(seen) === job.identity);
  const seen =
    same.find(({ key }) => key === job.card) ?? same.find(({ disk }) => disk.id === job.disk);
  return seen ?? same[0] ?? null;
}

/** Throws USAGE when no job has this id. */
export function chooseJob(state: DeskState, id: string): Job {
  const job = state.jobs.find((one) => one.id === id);
  if (!job) throw new PiKeepError('USAGE', { detail: say`There is no job ${id} any more.` });
  return job;
}

/** Path of what a job has made, or was restoring. Throws NO_SUCH_IMAGE when it has made nothing. */
export function imageOfJob(job: Job): string {
  const path = job.state.is === 'done' ? job.state.image : job.image;
  if (path === null) throw new PiKeepError('NO_SUCH_IMAGE', { path: job.title });
  return path;
}

/** The job whose card can still get its old content back. Throws UNDO_IMPOSSIBLE. */
export function chooseUndo(state: DeskState, id: string): Job {
  const job = chooseJob(state, id);
  const canUndo =
    (job.state.is === 'failed' && job.state.actions.includes('undo')) ||
    (job.state.is === 'cancelled' && job.state.canUndo);
  if (canUndo) return job;
  const detail = say`more than the mark of the restore has been written to it`;
  throw new PiKeepError('UNDO_IMPOSSIBLE', { disk: job.disk, detail });
}

function requireOffered(seen: SeenDisk): SeenDisk {
  const { disk, verdict } = seen;
  if (verdict.offer) return seen;
  const code = verdict.protected ? 'PROTECTED_DISK' : 'NOT_A_CARD';
  throw new PiKeepError(code, { disk: disk.id, reason: verdict.reason });
}

/** Throws JOB_EXISTS when something works on it, or on whatever has its disk id. */
export function requireFree(state: DeskState, seen: SeenDisk): SeenDisk {
  if (jobOn(state, seen)) throw new PiKeepError('JOB_EXISTS', { disk: seen.disk.id });
  return seen;
}

/** The newest of this card, else the newest there is. Throws USAGE when there is none. */
export function likeliestBackup(
  { backups }: DeskState,
  { disk }: SeenDisk,
): DeskState['backups'][number] {
  const card = { bytes: disk.bytes, weak: weakIdentity(disk), strong: null };
  const backup = matchBackups(backups, card)[0]?.backup ?? backups[0];
  if (backup) return backup;
  throw new PiKeepError('USAGE', { detail: say`There is no backup in the library yet.` });
}
