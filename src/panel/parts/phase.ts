import type { JobKind, JobState } from '../../contract/panel.ts';
import { type Phrase, say, sayPhrase, toSay } from '../../language/say.ts';

type Phase = Extract<JobState, { is: 'working' }>['phase'];

/** Phases that are shown with how far they are. */
export function isCounted(phase: Phase): boolean {
  return phase !== 'opening' && phase !== 'filing';
}

/** What is being done, in words. */
export function phaseWords(kind: JobKind, phase: Phase): string {
  if (kind === 'undo') return say`Bringing the old content back`;
  return sayPhrase((kind === 'restore' ? restoreWords[phase] : undefined) ?? backupWords[phase]);
}

const restoreWords: Partial<Record<Phase, Phrase>> = {
  proving: toSay('Reading the card back'),
  filing: toSay('Finishing'),
};

const backupWords: Readonly<Record<Phase, Phrase>> = {
  opening: toSay('Opening the card'),
  copying: toSay('Copying the card'),
  rescuing: toSay('Trying the bad places again'),
  proving: toSay('Checking the copy'),
  rereading: toSay('Reading the card again'),
  checking: toSay('Checking the backup'),
  writing: toSay('Writing the card'),
  filing: toSay('Putting the copy in its place'),
};
