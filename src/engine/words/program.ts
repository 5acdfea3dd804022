/** Words about the program, its messages and the tools it needs. */

import { say } from '../../language/say.ts';
import { sayAgain } from '../../language/say-again.ts';
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
    title: say`That is not a command PiKeep understands`,
    message: sayAgain(detail),
    next: say`See “pikeep --help”, or “pikeep COMMAND --help”, for what can be typed.`,
  }),
  BAD_MESSAGE: ({ from, detail }) => ({
    title: say`Two parts of PiKeep did not understand each other`,
    message: say`A message from ${from} was not as agreed: ${detail}`,
    next: say`Quit PiKeep and start it again. If it happens again, install it anew: its parts may be of different versions.`,
  }),
  STRANGER: ({ from }) => ({
    title: say`A stranger knocked`,
    message: say`Something that is not PiKeep tried to give it orders (${from}); it was turned away.`,
    next: say`Open the panel from PiKeep itself. If you did not expect this, look which programs are running.`,
  }),
  INTERRUPTED: ({ kept }) =>
    kept
      ? {
          title: say`Stopped`,
          message: say`The backup was stopped before it was finished. What it had proven by then, if anything, is kept.`,
          next: say`Put the card in and continue whenever you like.`,
        }
      : {
          title: say`Cancelled`,
          message: say`The work was stopped before it was finished. Nothing half-made is left under a backup’s name.`,
          next: say`Start again whenever you like.`,
        },
  WORKER_DIED: ({ detail }) => ({
    title: say`The work ended unexpectedly`,
    message: say`The process that reads the card is gone (${sayAgain(detail)}).`,
    next: say`Start again. If the computer was short of memory, close other programs first.`,
  }),
  TOOL_MISSING: ({ tool }) => ({
    title: say`A program of the system is missing`,
    message: say`PiKeep needs “${tool}” and did not find it.`,
    next: say`Install the package that brings “${tool}”, or repair your PATH.`,
  }),
  TOOL_FAILED: ({ tool, detail }) => ({
    title: say`A program of the system failed`,
    message: say`“${tool}” did not do its work: ${detail}`,
    next: say`Try again. If it stays so, restart the computer.`,
  }),
  SETTINGS_INVALID: ({ path, detail }) => ({
    title: say`The settings cannot be read`,
    message: say`${path} is not valid: ${sayAgain(detail)}`,
    next: say`Correct that file, or delete it to start with the defaults.`,
  }),
  UNSUPPORTED: ({ what }) => ({
    title: say`Not possible here`,
    message: say`PiKeep cannot do this on this computer: ${sayAgain(what)}.`,
    next: say`See “pikeep doctor” for what is possible here.`,
  }),
  INTERNAL: ({ detail }) => ({
    title: say`PiKeep made a mistake`,
    message: say`Something happened that should not: ${detail}`,
    next: say`Please report this, with the output of “pikeep doctor”.`,
  }),
};
