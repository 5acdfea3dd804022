/** What the choices of the settings are called, and what each means in one sentence. */

import type { AnswerTo, Problem } from '../../contract/panel.ts';
import { type Phrase, say, sayPhrase, toSay } from '../../language/say.ts';

type Format = AnswerTo<'settings'>['format'];
type Verify = AnswerTo<'settings'>['verify'];

interface Words {
  readonly name: Phrase;
  readonly means: Phrase;
}

const formats: Readonly<Record<Format, Words>> = {
  img: {
    name: toSay('Plain (.img)'),
    means: toSay(
      'Every program takes it, and its files open fastest. It takes as much room as the card has in use.',
    ),
  },
  'img.gz': {
    name: toSay('Packed (.img.gz)'),
    means: toSay('Smaller, and every flasher takes it as it is. Packing takes some work.'),
  },
  'img.zst': {
    name: toSay('Packed well (.img.zst)'),
    means: toSay('Smallest and quick to open in PiKeep. Some flashers do not take it yet.'),
  },
};

const proofs: Readonly<Record<Verify, Words>> = {
  image: {
    name: toSay('Read the image back'),
    means: toSay('The image is read back from the disk and compared with what came off the card.'),
  },
  card: {
    name: toSay('Read the card twice'),
    means: toSay(
      'The card is read a second time, too: this finds cards that answer differently each time.',
    ),
  },
  none: {
    name: toSay('None'),
    means: toSay('Nothing is read back, and the image is called unverified until it is checked.'),
  },
};

export function formatWords(format: Format) {
  return wordsOf(formats, format);
}

export function verifyWords(verify: Verify) {
  return wordsOf(proofs, verify);
}

function wordsOf<T extends string>(all: Readonly<Record<T, Words>>, present: T) {
  const values = Object.keys(all) as T[];
  return {
    choices: values.map((value) => ({ value, words: sayPhrase(all[value].name) })),
    detail: sayPhrase(all[present].means),
  };
}

/** Their file was not as it should be. */
export function settingsProblem(message: string): Problem {
  return {
    code: 'SETTINGS_INVALID',
    title: say`The settings are as they were at first`,
    message,
    next: say`Look at the settings once, above all at the folder of your backups and at the disks that are never touched.`,
  };
}
