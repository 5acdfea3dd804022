/** May a card be backed up by itself? One rule for the app and for `pikeep watch --auto`. Pure. */

import type { Disk } from '../engine/disk.ts';
import { say } from '../language/say.ts';
import { type LastBackup, lastBackupOf } from '../library/last-backup.ts';
import type { Pi } from '../library/pi-groups.ts';
import type { Recognition } from '../library/recognise.ts';

/** A card that was put in just now. */
export interface Inserted {
  /** Null while the library is being read. */
  readonly recognition: Recognition | null;
  /** By `isUnfinished`. */
  readonly isUnfinished: boolean;
  /** Whether the user wants it for this Pi. "every": they asked for every Pi card that comes, whosever it is. */
  readonly wanted: ((pi: Pi) => boolean) | 'every';
}

/** "wait": what was asked is not known yet. "no": this insertion begins nothing. */
export type HandsFree =
  /** `pi`: null for one that nobody knows, or that cannot be told apart. */
  | { readonly is: 'start'; readonly pi: Pi | null }
  | { readonly is: 'wait' }
  | {
      readonly is: 'no';
      readonly why: 'unfinished' | 'unknown' | 'ambiguous' | 'not wanted' | 'fresh';
    };

/** A card put in again within the hours of one evening is not read again. */
export const FRESH_HOURS = 12;

const HOUR_MS = 3600_000;

/** It bears the mark of a restore that did not finish, or nobody has proven what a restore wrote to it. */
export function isUnfinished({ unfinished, unproven }: Disk): boolean {
  return unfinished !== undefined || unproven !== undefined;
}

export function handsFree(inserted: Inserted, now: Date): HandsFree {
  if (inserted.isUnfinished) return { is: 'no', why: 'unfinished' };
  const { recognition, wanted } = inserted;
  if (recognition === null) return { is: 'wait' };
  const { candidates, twins } = recognition;
  const [only, ...others] = candidates;
  const isAmbiguous = others.length > 0 || twins.length > 0 || only?.likeness !== 'card';
  if (!only || isAmbiguous) {
    if (wanted === 'every') return { is: 'start', pi: null };
    return { is: 'no', why: only ? 'ambiguous' : 'unknown' };
  }
  if (wanted !== 'every' && !wanted(only.pi)) return { is: 'no', why: 'not wanted' };
  if (isFresh(lastBackupOf(only.pi.backups, now), now)) return { is: 'no', why: 'fresh' };
  return { is: 'start', pi: only.pi };
}

/** There is a proven backup that was made a short while ago. */
function isFresh(last: LastBackup | null, now: Date): boolean {
  if (last?.backup.state !== 'proven') return false;
  return now.getTime() - Date.parse(last.backup.finishedAt) < FRESH_HOURS * HOUR_MS;
}

/** What the setting means, said beside it. */
export function handsFreeWords(system: 'macos' | 'linux' | 'slot'): string {
  const both = say`PiKeep backs this Pi up when its card is put in, ejects the card and tells you. It leaves a card alone that cannot be told apart from another one, and one that was backed up less than 12 hours ago.`;
  if (system === 'macos') {
    return `${both} ${say`macOS has no silent way to read a card: its dialog comes when the card is put in. One that you cancel or leave unanswered becomes a reminder, and nothing is asked again by itself until the card is put in again.`}`;
  }
  return `${both} ${say`It needs no hand where you may read cards; elsewhere the system asks for a password, and a refusal becomes a reminder until the card is put in again.`}`;
}
