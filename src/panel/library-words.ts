/** How the library speaks of Pis and backups. */

import type { ListedBackup, PiView } from '../contract/panel.ts';
import { ago, size } from './words.ts';

export function count(amount: number, one: string, many = `${one}s`): string {
  return amount === 1 ? `1 ${one}` : `${new Intl.NumberFormat('en').format(amount)} ${many}`;
}

/** "Backed up 47 days ago", "Never backed up". */
export function lastBackupWords({ lastGood }: PiView): string {
  return sentenceCase(lastGood.replace(/^last backed up/, 'backed up'));
}

/** The first letter of a text large. */
export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const rules: Readonly<Record<string, string>> = {
  last: 'one of the newest',
  daily: 'the newest of its day',
  weekly: 'the newest of its week',
  monthly: 'the newest of its month',
  yearly: 'the newest of its year',
};

/** Why a backup goes or stays: "last; oldest monthly" is "One of the newest, the oldest there is". */
export function whyWords(why: string): string {
  const parts = why.split('; ').map((part) => {
    const isOldest = part.startsWith('oldest ') && rules[part.slice(7)] !== undefined;
    return isOldest ? 'the oldest there is' : (rules[part] ?? part);
  });
  return sentenceCase([...new Set(parts)].join(', '));
}

/** "12 backups, 31.2 GB". */
export function amountWords({ backups, storedBytes }: PiView): string {
  return backups === 0 ? '' : `${count(backups, 'backup')}, ${size(storedBytes)}`;
}

export type Tone = 'good' | 'warn' | 'bad' | 'calm';

export interface Badge {
  readonly words: string;
  readonly tone: Tone;
}

/** What there is to say of a Pi beside its last backup, in a few words each, the worst first. */
export function piBadges(pi: PiView): readonly Badge[] {
  const badges: Badge[] = [];
  if (pi.damaged > 0) badges.push({ words: `${pi.damaged} damaged`, tone: 'bad' });
  if (pi.isDue) badges.push({ words: 'Backup due', tone: 'warn' });
  if (pi.ambiguous !== null) badges.push({ words: 'Looks like another', tone: 'warn' });
  if (pi.card !== null) badges.push({ words: 'In the reader', tone: 'calm' });
  return badges;
}

/** What a backup is worth, as far as is known. */
export function worth({ state, verdict, checkedAt }: ListedBackup): Badge {
  if (state === 'damaged' || verdict === 'damaged') return { words: 'Damaged', tone: 'bad' };
  if (state === 'incomplete') return { words: 'Incomplete', tone: 'bad' };
  if (verdict === 'remarks') return { words: 'With remarks', tone: 'warn' };
  if (state === 'unverified' && verdict !== 'good') return { words: 'Never proven', tone: 'warn' };
  return verdict === 'good' && checkedAt !== null
    ? { words: `Checked ${ago(checkedAt)}`, tone: 'good' }
    : { words: 'Proven when made', tone: 'good' };
}
