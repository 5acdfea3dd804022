/** The log as one run of a program writes it: who it is stands before its first line, and what it came to after its last. */

import { release } from 'node:os';
import { type Log, type LogOptions, openLog } from './log.ts';

export interface ProgramLog extends Log {
  /** Nothing is written for a run that had nothing to say. */
  stop(fields: Readonly<Record<string, unknown>>): void;
}

export interface ProgramFacts {
  readonly program: 'app' | 'cli';
  readonly version: string;
  /** The command of the command line. */
  readonly command?: string;
}

export function openProgramLog(facts: ProgramFacts, options: LogOptions): ProgramLog {
  const log = openLog(options);
  let hasBegun = false;
  return {
    mark: log.mark,
    write(what, fields) {
      if (!hasBegun) log.write('start', { ...facts, ...systemFacts() });
      hasBegun = true;
      log.write(what, fields);
    },
    stop(fields) {
      if (hasBegun) log.write('stop', fields);
    },
  };
}

/** What a failure may depend on, and what says nothing about anybody. */
export function systemFacts() {
  const { node, electron } = process.versions;
  return {
    node,
    electron: electron ?? null,
    system: process.platform,
    // Whoever builds a kernel of their own puts a name behind the number.
    release: /^\d+(\.\d+){0,2}/.exec(release())?.[0] ?? null,
    arch: process.arch,
  };
}
