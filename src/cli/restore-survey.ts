/** What is known about an image and about the cards it may go to, before anything is asked. */

import { type WeakIdentity, weakIdentity, weakIdentityText } from '../engine/disk.ts';
import { asPiKeepError, PiKeepError, throwIfInterrupted } from '../engine/errors.ts';
import type { SurveyResult } from '../worker/restore-results.ts';
import { runTask } from '../worker/run-task.ts';
import { startNodeWorker } from '../worker/start-node-worker.ts';
import type { SeenDisk } from './cards.ts';
import type { Session } from './session.ts';
import { sourceOf } from './work.ts';

/** One card of a restore, as it is shown to the user. */
export interface Target {
  readonly seen: SeenDisk;
  readonly survey: SurveyResult;
}

/**
 * Looks at every disk at the same time, and shows no dialog. Throws IDENTITY_CHANGED when a disk is another one afterwards,
 * because then what is shown would not be what is written; and whatever looking throws.
 */
export async function surveyTargets(
  session: Session,
  image: string,
  disks: readonly SeenDisk[],
): Promise<Target[]> {
  const targets = await Promise.all(disks.map((seen) => survey(session, image, seen)));
  const now = await session.platform.disks.list(session.signal);
  for (const { disk } of disks) {
    const found = now.find(({ id }) => id === disk.id);
    if (!found) throw new PiKeepError('DEVICE_GONE', { path: disk.path });
    requireSame(disk.id, weakIdentity(disk), weakIdentity(found));
  }
  return targets;
}

/** Passes over disks that cannot be looked at. Throws what that was when there are no others, and INTERRUPTED. */
export async function surveyWhatCanBe(
  session: Session,
  image: string,
  disks: readonly SeenDisk[],
): Promise<Target[]> {
  const settled = await Promise.allSettled(
    disks.map((seen) => surveyTargets(session, image, [seen])),
  );
  throwIfInterrupted(session.signal);
  const targets = settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  const [first] = settled.flatMap((one) =>
    one.status === 'rejected' ? [asPiKeepError(one.reason)] : [],
  );
  if (first && targets.length === 0) throw first;
  return targets;
}

async function survey(session: Session, image: string, seen: SeenDisk): Promise<Target> {
  const { library, recordsFolder, signal } = session;
  const source = sourceOf(session);
  const { id: disk } = seen.disk;
  const task = { task: 'survey', image, disk, source, library, recordsFolder } as const;
  const options = { startWorker: startNodeWorker, authorizer: null, signal };
  return { seen, survey: await runTask(task, options) };
}

function requireSame(disk: string, before: WeakIdentity, after: WeakIdentity): void {
  const [expected, found] = [weakIdentityText(before), weakIdentityText(after)];
  if (found !== expected) throw new PiKeepError('IDENTITY_CHANGED', { disk, expected, found });
}
