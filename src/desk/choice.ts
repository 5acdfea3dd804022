/** Which disk or job a command means, or why it cannot be carried out. Pure; refusals are thrown. */

import { weakIdentity, weakIdentityText } from '../engine/disk.ts';
import { PiKeepError } from '../engine/errors.ts';
import type { DeskState, Job, SeenDisk } from './state.ts';
import { isWorking } from './state.ts';

/**
 * The card the user saw under this id and key. Throws NO_SUCH_DISK, IDENTITY_CHANGED when another card is there now,
 * PROTECTED_DISK or NOT_A_CARD when it is none to offer, JOB_EXISTS when a job works on it.
 */
export function chooseCard(state: DeskState, disk: string, card: string): SeenDisk {
  const seen = state.disks.find((one) => one.disk.id === disk);
  if (!seen) throw new PiKeepError('NO_SUCH_DISK', { disk });
  if (seen.key !== card) {
    const expected = state.known.find(({ key }) => key === card)?.title ?? 'another card';
    throw new PiKeepError('IDENTITY_CHANGED', { disk, expected, found: seen.glance.title });
  }
  return free(state, seen);
}

/**
 * The card a failed or cancelled job worked on, wherever it is now. Throws NO_SUCH_DISK when it is not there, or
 * IDENTITY_CHANGED when another card sits in its place; otherwise as `chooseCard`.
 */
export function chooseAgain(state: DeskState, job: Job): SeenDisk {
  const same = state.disks.filter(
    ({ disk }) => weakIdentityText(weakIdentity(disk)) === job.identity,
  );
  const seen = same.find(({ disk }) => disk.id === job.disk) ?? same[0];
  if (seen) return free(state, seen);
  const other = state.disks.find(({ disk }) => disk.id === job.disk);
  if (!other) throw new PiKeepError('NO_SUCH_DISK', { disk: job.disk });
  const facts = { disk: job.disk, expected: job.title, found: other.glance.title };
  throw new PiKeepError('IDENTITY_CHANGED', facts);
}

/** Throws USAGE when no job has this id. */
export function chooseJob(state: DeskState, id: string): Job {
  const job = state.jobs.find((one) => one.id === id);
  if (!job) throw new PiKeepError('USAGE', { detail: `There is no job ${id} any more.` });
  return job;
}

function free(state: DeskState, seen: SeenDisk): SeenDisk {
  const { disk, verdict } = seen;
  if (!verdict.offer) {
    const code = verdict.protected ? 'PROTECTED_DISK' : 'NOT_A_CARD';
    throw new PiKeepError(code, { disk: disk.id, reason: verdict.reason });
  }
  if (state.jobs.some((job) => isWorking(job) && (job.disk === disk.id || job.card === seen.key))) {
    throw new PiKeepError('JOB_EXISTS', { disk: disk.id });
  }
  return seen;
}
