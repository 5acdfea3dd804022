/** How the library speaks of Pis and backups. */

import type { ListedBackup, PiView } from '../../contract/panel.ts';
import { sentenceCase } from '../../language/format.ts';
import { type Phrase, say, sayCount, sayPhrase, toSay } from '../../language/say.ts';
import type { Badge } from '../parts/row.tsx';
import { ago, listed, size } from '../parts/words.ts';

/** "Backed up 47 days ago", "Never backed up". "Last" is what it is called in the middle of a line, in English. */
export function lastBackupWords({ lastGood }: PiView): string {
  return sentenceCase(lastGood.replace(/^last (?=backed up)/, ''));
}

interface Reason {
  /** As the beginning of a sentence, and after another reason. */
  readonly first: Phrase;
  readonly further: Phrase;
}

const rules: Readonly<Record<string, Reason>> = {
  last: { first: toSay('One of the newest'), further: toSay('one of the newest') },
  daily: { first: toSay('The newest of its day'), further: toSay('the newest of its day') },
  weekly: { first: toSay('The newest of its week'), further: toSay('the newest of its week') },
  monthly: { first: toSay('The newest of its month'), further: toSay('the newest of its month') },
  yearly: { first: toSay('The newest of its year'), further: toSay('the newest of its year') },
};
const oldest: Reason = {
  first: toSay('The oldest there is'),
  further: toSay('the oldest there is'),
};

/** Why a backup goes or stays: "last; oldest monthly" is "One of the newest, the oldest there is". */
export function whyWords(why: string): string {
  const reasons = why.split('; ').map((part) => {
    const isOldest = part.startsWith('oldest ') && rules[part.slice(7)] !== undefined;
    return isOldest ? oldest : (rules[part] ?? part);
  });
  return listed([...new Set(reasons)].map(reasonWords));
}

function reasonWords(reason: Reason | string, index: number): string {
  if (typeof reason === 'string') return index === 0 ? sentenceCase(reason) : reason;
  return sayPhrase(index === 0 ? reason.first : reason.further);
}

/** "12 backups, 31.2 GB". */
export function amountWords({ backups, storedBytes }: PiView): string {
  if (backups === 0) return '';
  return sayCount(backups, '{n} backup, {0}', '{n} backups, {0}', size(storedBytes));
}

/** What there is to say of a Pi beside its last backup, in a few words each, the worst first. */
export function piBadges(pi: PiView): readonly Badge[] {
  const badges: Badge[] = [];
  if (pi.damaged > 0)
    badges.push({ words: sayCount(pi.damaged, '{n} damaged', '{n} damaged'), tone: 'bad' });
  if (pi.isDue) badges.push({ words: say`Backup due`, tone: 'warn' });
  if (pi.ambiguous !== null) badges.push({ words: say`Looks like another`, tone: 'warn' });
  if (pi.card !== null) badges.push({ words: say`In the reader`, tone: 'calm' });
  return badges;
}

/** What a backup is worth, as far as is known. */
export function worth({ state, verdict, checkedAt }: ListedBackup): Badge {
  if (state === 'damaged' || verdict === 'damaged') return { words: say`Damaged`, tone: 'bad' };
  if (state === 'incomplete') return { words: say`Incomplete`, tone: 'bad' };
  if (verdict === 'remarks') return { words: say`With remarks`, tone: 'warn' };
  if (state === 'unverified' && verdict !== 'good')
    return { words: say`Never proven`, tone: 'warn' };
  return verdict === 'good' && checkedAt !== null
    ? { words: say`Checked ${ago(checkedAt)}`, tone: 'good' }
    : { words: say`Proven when made`, tone: 'good' };
}

/** What is wrong with a backup, beside its name; empty as a rule. `verified` is null for an image of another program. */
export function flawWords(incomplete: boolean, verified: boolean | null): string {
  if (verified === null) return say`without a manifest`;
  if (incomplete) return say`incomplete`;
  return verified ? '' : say`unverified`;
}
