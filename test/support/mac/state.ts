/** What the Mac stand-in knows: a JSON file in a folder, shared by its programs and the test that drives them. */

import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

export interface StandInPartition {
  /** As diskutil names it: "Windows_FAT_32", "Linux". */
  readonly content: string;
  readonly bytes: number;
}

export interface StandInCard {
  readonly id: string;
  readonly reader: 'usb' | 'built-in-slot';
  readonly bytes: number;
  readonly partitions: readonly StandInPartition[];
  /** Volume name of the first partition, which macOS mounts. */
  readonly label: string;
  mounted: boolean;
  /** So many unmounts are refused, in the words of the recording, before one works. Infinity: for ever. */
  unmountsRefused: number;
  ejectsRefused: number;
  /** macOS mounts it again after so many unmounts, as it does when a writer has closed it, and cannot eject it before. */
  mountsAgain: number;
  /** The lock switch is on. */
  locked: boolean;
  /** A forced unmount fails too. */
  forceFails: boolean;
  /** So many exclusive opens find the card in use by another program. */
  exclusiveOpensBusy: number;
  /** What `authopen` is told by the kernel, in its own words; null: it opens. */
  openRefusal: 'Operation not permitted' | 'Resource busy' | 'Device not configured' | null;
}

export interface StandInState {
  readonly cards: StandInCard[];
  /** Rights the user has given, as the external form that carries each. */
  readonly granted: { right: string; form: string }[];
  /** Lines that `mount` prints beside those of the Mac itself. */
  readonly mounts: string[];
  /** What the user types into a password dialog; null: Cancel. */
  password: string | null;
  /** The password that sudo accepts, and whether the user may use sudo at all. */
  readonly account: { readonly password: string; mayUseSudo: boolean };
}

export interface Call {
  readonly program: string;
  readonly args: readonly string[];
}

export class StandIn {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  get devices(): string {
    return join(this.folder, 'dev');
  }

  get programs(): string {
    return join(this.folder, 'bin');
  }

  /** Lines that every running `diskutil activity` prints. */
  get eventFile(): string {
    return join(this.folder, 'events.log');
  }

  read(): StandInState {
    return JSON.parse(readFileSync(join(this.folder, 'state.json'), 'utf8'), revive);
  }

  write(state: StandInState): void {
    const file = join(this.folder, 'state.json');
    writeFileSync(`${file}.new`, JSON.stringify(state, replace, 1));
    renameSync(`${file}.new`, file);
  }

  /** Changes the state while no other program does. */
  update<T>(change: (state: StandInState) => T): T {
    const lock = join(this.folder, 'lock');
    for (;;) {
      try {
        mkdirSync(lock);
        break;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      }
    }
    try {
      const state = this.read();
      const result = change(state);
      this.write(state);
      return result;
    } finally {
      rmdirSync(lock);
    }
  }

  note(program: string, args: readonly string[]): void {
    appendFileSync(join(this.folder, 'calls.jsonl'), `${JSON.stringify({ program, args })}\n`);
  }

  /** Every program that was run, in order. */
  calls(program?: string): readonly Call[] {
    const text = readFileSync(join(this.folder, 'calls.jsonl'), 'utf8');
    const calls: Call[] = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
    return calls.filter((call) => program === undefined || call.program === program);
  }

  /** Everything that was told so far. */
  events(): string {
    return readFileSync(this.eventFile, 'utf8').trimEnd();
  }

  tell(lines: readonly string[]): void {
    appendFileSync(this.eventFile, lines.map((line) => `${line}\n`).join(''));
  }
}

/** JSON has no Infinity. */
function replace(_key: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? 'Infinity' : value;
}

function revive(_key: string, value: unknown): unknown {
  return value === 'Infinity' ? Number.POSITIVE_INFINITY : value;
}
