import type { JobKind, JobState } from '../contract/panel.ts';

type Phase = Extract<JobState, { is: 'working' }>['phase'];

/** Phases that are shown with how far they are. */
export function isCounted(phase: Phase): boolean {
  return phase !== 'opening' && phase !== 'filing';
}

/** What is being done, in words. */
export function phaseWords(kind: JobKind, phase: Phase): string {
  if (kind === 'undo') return 'Bringing the old content back';
  return (kind === 'restore' ? restoreWords[phase] : undefined) ?? backupWords[phase];
}

const restoreWords: Partial<Record<Phase, string>> = {
  proving: 'Reading the card back',
  filing: 'Finishing',
};

const backupWords: Readonly<Record<Phase, string>> = {
  opening: 'Opening the card',
  copying: 'Copying the card',
  rescuing: 'Trying the bad places again',
  proving: 'Checking the copy',
  rereading: 'Reading the card again',
  checking: 'Checking the backup',
  writing: 'Writing the card',
  filing: 'Putting the copy in its place',
};
