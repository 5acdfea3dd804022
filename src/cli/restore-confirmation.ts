/** The second of the two times a card is named before it is written: saying yes to what will be lost. */

import { PiKeepError } from '../engine/errors.ts';
import { type Asking, askLine, askYesNo, canAsk } from './ask.ts';
import { plainText } from './plain-text.ts';
import type { Target } from './restore-survey.ts';

/** What the command line said in advance. */
export interface Consent {
  readonly yes: boolean;
  readonly backupFirst: boolean;
  /** Names of disks that are no cards, typed out. */
  readonly names: readonly string[];
}

export type Decision = 'overwrite' | 'backup-first';

/**
 * Asks where somebody can answer, and goes by `consent` elsewhere. Throws NOT_CONFIRMED, and TARGET_TOO_SMALL before asking
 * for what cannot be done.
 */
export async function confirm(
  session: Asking,
  target: Target,
  consent: Consent,
): Promise<Decision> {
  const { disk, title, mustTypeName } = target.survey.target;
  requireFit(target);
  if (mustTypeName) await confirmName(session, target, consent);
  const wanted = consent.backupFirst ? 'backup-first' : 'overwrite';
  if (consent.yes) return wanted;
  if (!canAsk(session)) {
    throw new PiKeepError('NOT_CONFIRMED', { disk, detail: 'there is no terminal to ask on' });
  }
  const decision =
    hasContent(target) && !consent.backupFirst
      ? await askWithBackup(session, target)
      : (await askYesNo(`Overwrite ${title} (${disk})?`, session.signal))
        ? wanted
        : null;
  if (decision === null) throw new PiKeepError('NOT_CONFIRMED', { disk, detail: 'you said no' });
  return decision;
}

/** A restore that was cut off left nothing that is worth a backup. */
export function hasContent({ survey }: Target): boolean {
  return survey.target.unfinished === null;
}

function requireFit({ survey }: Target): void {
  const { misfit, image, target } = survey;
  if (survey.fits !== false || !misfit) return;
  throw new PiKeepError('TARGET_TOO_SMALL', { disk: target.disk, image: image.path, ...misfit });
}

async function confirmName(
  session: Asking,
  { survey: { target } }: Target,
  { names }: Consent,
): Promise<void> {
  const { disk } = target;
  // What is shown is what can be typed.
  const title = plainText(target.title);
  if (names.some((name) => name === title)) return;
  if (!canAsk(session)) {
    const detail = `it is no card, so its name has to be given as well: --confirm-name "${title}"`;
    throw new PiKeepError('NOT_CONFIRMED', { disk, detail });
  }
  const question = `${disk} is no card, but an external disk. To overwrite it, type its name (${title}):`;
  if ((await askLine(question, session.signal)) !== title) {
    const detail = 'what was typed is not the name of this disk';
    throw new PiKeepError('NOT_CONFIRMED', { disk, detail });
  }
}

function knownWords(lastBackup: Target['survey']['target']['lastBackup']): string {
  if (lastBackup === null) return 'No backup of it is known.';
  const { changed } = lastBackup;
  if (changed?.verdict === 'same') return 'It is the same as its last backup.';
  return changed === null
    ? 'It may have changed since its backup.'
    : 'It has changed since its last backup.';
}

/** Null for no, and for everything that is neither a clear yes nor the wish for a backup. */
async function askWithBackup(
  { signal }: Asking,
  { survey: { target } }: Target,
): Promise<Decision | null> {
  const { title, disk, lastBackup } = target;
  const known = knownWords(lastBackup);
  const question = `${known} Overwrite ${title} (${disk})? [b]ackup first / [y]es, overwrite / [N]o`;
  const answer = (await askLine(question, signal)) ?? '';
  if (/^b(ackup)?$/i.test(answer)) return 'backup-first';
  return /^y(es)?$/i.test(answer) ? 'overwrite' : null;
}
