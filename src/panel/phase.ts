import type { JobState } from '../contract/panel.ts';

type Phase = Extract<JobState, { is: 'working' }>['phase'];

/** What is being done, in words. */
export const phaseWords: Readonly<Record<Phase, string>> = {
  opening: 'Opening the card',
  copying: 'Copying the card',
  proving: 'Checking the copy',
  filing: 'Putting the copy in its place',
};
