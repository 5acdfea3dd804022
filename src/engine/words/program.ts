/** Words about the program, its messages and the tools it needs. */

import type { Words } from './words.ts';

export type ProgramCode =
  | 'USAGE'
  | 'BAD_MESSAGE'
  | 'STRANGER'
  | 'INTERRUPTED'
  | 'WORKER_DIED'
  | 'TOOL_MISSING'
  | 'TOOL_FAILED'
  | 'SETTINGS_INVALID'
  | 'UNSUPPORTED'
  | 'INTERNAL';

export const programWords: Words<ProgramCode> = {
  USAGE: ({ detail }) => ({
    title: 'That is not a command PiKeep understands',
    message: detail,
    next: 'See “pikeep --help”, or “pikeep COMMAND --help”, for what can be typed.',
  }),
  BAD_MESSAGE: ({ from, detail }) => ({
    title: 'Two parts of PiKeep did not understand each other',
    message: `A message from ${from} was not as agreed: ${detail}`,
    next: 'Quit PiKeep and start it again. If it happens again, install it anew: its parts may be of different versions.',
  }),
  STRANGER: ({ from }) => ({
    title: 'A stranger knocked',
    message: `Something that is not PiKeep tried to give it orders (${from}); it was turned away.`,
    next: 'Open the panel from PiKeep itself. If you did not expect this, look which programs are running.',
  }),
  INTERRUPTED: ({ kept }) =>
    kept
      ? {
          title: 'Stopped',
          message:
            'The backup was stopped before it was finished. What it had proven by then, if anything, is kept.',
          next: 'Put the card in and continue whenever you like.',
        }
      : {
          title: 'Cancelled',
          message:
            'The work was stopped before it was finished. Nothing half-made is left under a backup’s name.',
          next: 'Start again whenever you like.',
        },
  WORKER_DIED: ({ detail }) => ({
    title: 'The work ended unexpectedly',
    message: `The process that reads the card is gone (${detail}).`,
    next: 'Start again. If the computer was short of memory, close other programs first.',
  }),
  TOOL_MISSING: ({ tool }) => ({
    title: 'A program of the system is missing',
    message: `PiKeep needs “${tool}” and did not find it.`,
    next: `Install the package that brings “${tool}”, or repair your PATH.`,
  }),
  TOOL_FAILED: ({ tool, detail }) => ({
    title: 'A program of the system failed',
    message: `“${tool}” did not do its work: ${detail}`,
    next: 'Try again. If it stays so, restart the computer.',
  }),
  SETTINGS_INVALID: ({ path, detail }) => ({
    title: 'The settings cannot be read',
    message: `${path} is not valid: ${detail}`,
    next: 'Correct that file, or delete it to start with the defaults.',
  }),
  UNSUPPORTED: ({ what }) => ({
    title: 'Not possible here',
    message: `PiKeep cannot do this on this computer: ${what}.`,
    next: 'See “pikeep doctor” for what is possible here.',
  }),
  INTERNAL: ({ detail }) => ({
    title: 'PiKeep made a mistake',
    message: `Something happened that should not: ${detail}`,
    next: 'Please report this, with the output of “pikeep doctor”.',
  }),
};
