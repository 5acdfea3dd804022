/** Restores one card that was confirmed: the safety backup, the work, and what the card is worth if that fails. */

import { type Disk, weakIdentity, weakIdentityText } from '../engine/disk.ts';
import { isPiKeepError, PiKeepError } from '../engine/errors.ts';
import { tellUnproven } from '../library/unproven.ts';
import type { Phase } from '../worker/progress.ts';
import type { RestoreResult } from '../worker/restore-results.ts';
import type { RestoreTask } from '../worker/tasks.ts';
import { backupReport } from './backup-report.ts';
import { backupTask } from './backup-task.ts';
import type { SeenDisk } from './cards.ts';
import { type Decision, hasContent } from './restore-confirmation.ts';
import type { Target } from './restore-survey.ts';
import type { Session } from './session.ts';
import { sourceOf, work } from './work.ts';

/** What the command line says about a restore, the same for every card. */
export type How = Pick<RestoreTask, 'mode' | 'grow' | 'forceUnmount' | 'ejectWhenDone'>;

export async function restoreOne(
  session: Session,
  { image, target, decision, how }: { image: string; target: Target; decision: Decision; how: How },
): Promise<RestoreResult> {
  const { seen } = target;
  const disk = seen.disk.id;
  if (decision === 'backup-first') await backUp(session, target, how);
  const task: RestoreTask = { task: 'restore', image, ...confirmed(session, seen), ...how };
  let phase: Phase | null = null;
  let isBegun = false;
  try {
    return await work(session, task, { disk }, (progress) => {
      phase = progress.phase;
      isBegun ||= phase === 'writing' && progress.bytes > 0;
    });
  } catch (error) {
    // These two say themselves what the card is worth: nothing.
    if (!isPiKeepError(error, 'CARD_NOT_AS_WRITTEN', 'FAKE_CAPACITY')) {
      const now = phase === 'writing' ? await lookAgain(session, seen.disk, isBegun) : null;
      const state = cardLeft(phase, now);
      session.printer.warning(state, words[state](disk), { disk });
    }
    throw error;
  }
}

/** The disk as the user saw it: another one behind the same name is refused. */
export function confirmed(session: Session, { disk }: SeenDisk) {
  const identity = weakIdentity(disk);
  return {
    disk: disk.id,
    expected: { ...identity, partitions: [...identity.partitions] },
    source: sourceOf(session),
    library: session.library,
    recordsFolder: session.recordsFolder,
  };
}

async function backUp(session: Session, target: Target, how: How): Promise<void> {
  const { printer, library } = session;
  const { disk } = target.seen;
  const facts = { disk: disk.id };
  if (!hasContent(target)) {
    const text =
      'there is no backup: a restore of this card did not finish, so nothing whole is on it';
    return printer.warning('NOTHING_TO_BACK_UP', text, facts);
  }
  const task = backupTask(session, disk, {
    destination: { kind: 'library', folder: library },
    format: 'img',
    wholeCard: false,
    fullHash: false,
    verify: 'image',
    forceUnmount: how.forceUnmount,
    ejectWhenDone: false,
  });
  const result = await work(session, task, facts);
  printer.happened('backup', backupReport(result, facts));
  if (result.unreadable === null) return;
  // What the card did not give now, it may give to somebody else: overwriting it would be the end of that.
  const detail = 'its backup is incomplete, because the card could not be read everywhere';
  throw new PiKeepError('NOT_CONFIRMED', { disk: disk.id, detail });
}

const words = {
  CARD_UNTOUCHED: (disk: string) => `Nothing was written to ${disk}; it is as it was.`,
  CARD_UNFINISHED: (disk: string) =>
    `${disk} has to be restored again: the writing did not come to its end. If nothing but PiKeep’s mark has been written, “pikeep restore --undo ${disk}” brings the old content back.`,
  CARD_UNPROVEN: (disk: string) =>
    `${disk} was written, but not proven. Restore it again; what is right on it already is not written twice.`,
} as const;

type Left = keyof typeof words;

/** By the last phase that was heard of: `writing` is told before the first byte is written. What the card says counts more. */
function cardLeft(phase: Phase | null, now: Left | null): Left {
  switch (phase) {
    case 'writing':
      return now ?? 'CARD_UNFINISHED';
    case 'proving':
    case 'filing':
      return 'CARD_UNPROVEN';
    default:
      return 'CARD_UNTOUCHED';
  }
}

/**
 * A restore that is stopped before the first byte of the image puts its mark away again; one that is stopped after the last
 * has none either. Null where that cannot be seen without asking anybody: only in the slot, and as root.
 */
async function lookAgain(
  { platform, recordsFolder }: Session,
  before: Disk,
  isBegun: boolean,
): Promise<Left | null> {
  const isRoot = platform.name === 'linux' && process.getuid?.() === 0;
  if (platform.name !== 'slot' && !isRoot) return null;
  const disks = await tellUnproven(await platform.disks.list(), recordsFolder);
  const now = disks.find(({ id }) => id === before.id);
  if (!now || now.unfinished !== undefined) return null;
  if (isBegun) return now.unproven === undefined ? null : 'CARD_UNPROVEN';
  const isSame = weakIdentityText(weakIdentity(now)) === weakIdentityText(weakIdentity(before));
  return isSame ? 'CARD_UNTOUCHED' : null;
}
