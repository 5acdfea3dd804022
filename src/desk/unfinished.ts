/** Backups that did not finish: which of them is of the card at hand, and what is shown of it. Pure. */

import type { UnfinishedView } from '../contract/panel.ts';
import { type WeakIdentity, weakIdentity } from '../engine/disk.ts';
import { isPiKeepError, type PiKeepError } from '../engine/errors.ts';
import { seemsSameCard } from '../engine/same-card.ts';
import { matchBackups } from '../library/backups.ts';
import type { Continuable, Leftover } from '../library/leftovers.ts';
import type { DeskState, Job, SeenDisk } from './state.ts';

/** Files that were found out not to fit; a long evening must not make the list grow without end. */
const MAX_SPENT = 32;

/** The newest that seems to be of this card, unless a whole backup of it was made since. */
export function unfinishedOf(state: DeskState, card: WeakIdentity): Continuable | null {
  const fitting = state.leftovers
    .filter(isContinuable)
    .filter(
      ({ file, unfinished }) => !state.spent.includes(file) && seemsSameCard(unfinished.weak, card),
    );
  const [newest] = fitting.toSorted((one, other) => time(other) - time(one));
  if (!newest) return null;
  const identity = { bytes: card.bytes, weak: card, strong: null };
  const isOvertaken = matchBackups(state.backups, identity).some(
    ({ backup }) => Date.parse(backup.at) > time(newest),
  );
  return isOvertaken ? null : newest;
}

export function unfinishedOfDisk(state: DeskState, { disk }: SeenDisk): Continuable | null {
  return unfinishedOf(state, weakIdentity(disk));
}

/** After a backup that ended early: what it left that can be continued. */
export function unfinishedOfJob(state: DeskState, job: Job): Continuable | null {
  const hasEnded = job.state.is === 'failed' || job.state.is === 'cancelled';
  return job.kind === 'backup' && hasEnded ? unfinishedOf(state, job.weak) : null;
}

export function unfinishedView(leftover: Leftover | null): UnfinishedView | null {
  if (!leftover?.unfinished) return null;
  const { doneBytes, totalBytes, at } = leftover.unfinished;
  return { bytes: doneBytes, total: totalBytes, at };
}

/** One that does not fit its card any more, or is broken, is not offered again. */
export function spendUnfinished(state: DeskState, job: Job, error: PiKeepError): DeskState {
  const isSpent = isPiKeepError(error, 'CARD_CHANGED', 'NOTHING_TO_CONTINUE');
  if (!isSpent || job.continues === null) return state;
  return { ...state, spent: [...state.spent, job.continues].slice(-MAX_SPENT) };
}

function isContinuable(leftover: Leftover): leftover is Continuable {
  return leftover.unfinished !== null;
}

function time({ unfinished }: Continuable): number {
  return Date.parse(unfinished.at);
}
