/** Which cards a restore goes to: those that are named, else the one the backup came from. */

import { dirname } from 'node:path';
import { PiKeepError } from '../engine/errors.ts';
import { findDisk, lookAtDisks, requireCard, type SeenDisk } from './cards.ts';
import { cardSide } from './restore-question.ts';
import { surveyTargets, surveyWhatCanBe, type Target } from './restore-survey.ts';
import type { Session } from './session.ts';
import { shellWord } from './shell-word.ts';

/**
 * Every disk has to be one that may be written, or none is. Throws NO_SUCH_DISK, NOT_A_CARD, PROTECTED_DISK, USAGE for a
 * disk that is named twice or when it is not clear which card is meant; and what `surveyTargets` throws.
 */
export async function chooseTargets(
  session: Session,
  image: string,
  names: readonly string[],
): Promise<Target[]> {
  const seen = await lookAtDisks(session, session.library, dirname(image));
  if (names.length === 0) return [await cardOfOrigin(session, image, seen)];
  const chosen = new Map<string, SeenDisk>();
  for (const name of names) {
    const found = await findDisk(seen, name);
    requireCard(found);
    const { id } = found.disk;
    if (chosen.has(id)) throw new PiKeepError('USAGE', { detail: `${id} is named twice.` });
    chosen.set(id, found);
  }
  return surveyTargets(session, image, [...chosen.values()]);
}

/** The one card that the image was made of. Otherwise tells what there is, and throws USAGE. */
async function cardOfOrigin(
  session: Session,
  image: string,
  seen: readonly SeenDisk[],
): Promise<Target> {
  const cards = seen.filter(({ verdict }) => verdict.offer);
  const targets = await surveyWhatCanBe(session, image, cards);
  const origins = targets.filter(({ survey }) => survey.target.isOrigin);
  const [origin] = origins;
  if (origin && origins.length === 1) return origin;
  for (const target of targets) {
    session.printer.happened('candidate', {
      facts: { ...target.survey.target },
      lines: [...cardSide(target), ''],
    });
  }
  const count = origins.length === 0 ? 'No card in a reader is' : 'More than one card could be';
  const [example] = targets;
  const command = `pikeep restore ${shellWord(image)} ${shellWord(example?.seen.disk.id ?? 'DISK')}`;
  const detail = `${count} the one this image was made of. Name the card to overwrite, for instance: ${command}`;
  throw new PiKeepError('USAGE', { detail });
}
