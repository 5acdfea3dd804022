/** A home, a card reader and a terminal in which the commands of the documents are typed as they stand there. */

import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { script, temporaryFolder } from '../cli/run-pikeep.ts';

export interface Typed {
  /** That of the shell; 130 after Ctrl-C. */
  readonly code: number | null;
  readonly output: string;
}

export interface DocumentShell {
  readonly home: string;
  /** The folder that stands in for the reader. */
  readonly cards: string;
  /** The environment of what is typed. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * Types `line` into a terminal and says yes to every question. `until`: press Ctrl-C as soon as this was shown, for
   * commands that do not end by themselves.
   */
  type(line: string, until?: string): Promise<Typed>;
  remove(): void;
}

/** What stands at the end of every question of PiKeep. */
const question = /\[N\]o |\[y\/N\] /g;

export function documentShell(): DocumentShell {
  const temporary = temporaryFolder();
  const [home, cards, bin] = ['home', 'cards', 'bin'].map((name) => join(temporary.path, name));
  if (!home || !cards || !bin) throw new Error('three folders');
  for (const folder of [cards, bin]) mkdirSync(folder);
  for (const name of ['Desktop', 'Downloads', 'Backups']) {
    mkdirSync(join(home, name), { recursive: true });
  }
  // The one thing that is not as it is typed: where the cards are.
  writeFileSync(join(bin, 'pikeep'), `#!/bin/sh\nexec '${script}' "$@" --slot '${cards}'\n`, {
    mode: 0o755,
  });
  const env = {
    PATH: `${bin}:${process.env['PATH']}`,
    HOME: home,
    TMPDIR: temporary.path,
    TERM: 'xterm',
    COLUMNS: '100',
  };
  const typed = join(temporary.path, 'typed.sh');
  return {
    ...{ home, cards, env, remove: temporary.remove },
    type(line, until) {
      writeFileSync(typed, `${line.replaceAll(/\bscripts\/pikeep /g, 'pikeep ')}\n`);
      return onTerminal(`sh '${typed}'`, env, until);
    },
  };
}

function onTerminal(command: string, env: NodeJS.ProcessEnv, until?: string): Promise<Typed> {
  const child = spawn('script', ['-qefc', command, '/dev/null'], { stdio: 'pipe', env });
  let output = '';
  let answered = 0;
  let isStopped = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      output += data.toString();
      for (const asked = output.match(question)?.length ?? 0; answered < asked; answered++) {
        child.stdin.write('y\n');
      }
      if (until !== undefined && !isStopped && output.includes(until)) {
        isStopped = true;
        child.stdin.write('\u0003');
      }
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** Settings go back to what they are at first. */
export function forgetSettings({ home }: DocumentShell): void {
  rmSync(join(home, '.config'), { recursive: true, force: true });
}
