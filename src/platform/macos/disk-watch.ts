/** Notices soon that disks came or went, without starting a program while nothing happens. */

import { type ChildProcess, spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Closable } from '../ports.ts';
import { settleCalls } from '../settle-calls.ts';
import { isWholeDisk, wholeDiskOf } from './disk-names.ts';
import type { MacPlaces } from './tools.ts';

/** Times in milliseconds. */
export interface WatchTimes {
  /** Between two looks at the folder of device nodes. */
  readonly poll: number;
  /** Before `diskutil` is started again after it ended; doubled each time it ends at once, up to the longest. */
  readonly firstRestart: number;
  readonly longestRestart: number;
}

export const watchTimes: WatchTimes = {
  poll: 10_000,
  firstRestart: 500,
  longestRestart: 60_000,
};

export interface WatchListeners {
  readonly onChange: () => void;
  /** A whole disk has left; the next one of its name is another. */
  readonly onDiskLeft: (id: string) => void;
}

/**
 * Two sources: the lines of `diskutil activity` (man diskutil: it prints until it is ended), of which only "something
 * happened to this disk" is used, and a slow look at the names in /dev for the time when it is not running.
 */
export function watchDisks(
  places: MacPlaces,
  listeners: WatchListeners,
  times: WatchTimes = watchTimes,
): Closable {
  const burst = settleCalls(listeners.onChange);
  const activity = new Activity(places.tools.diskutil, times, (line) => {
    const left = /^\*\*\*DiskDisappeared \('([^']+)'/.exec(line)?.[1];
    if (left !== undefined && isWholeDisk(left)) listeners.onDiskLeft(left);
    burst.signal();
  });
  const poll = new NamePoll(places.devices, times.poll, listeners, () => burst.signal());
  return {
    async close() {
      burst.stop();
      poll.close();
      await activity.close();
    },
  };
}

/** Keeps one `diskutil activity` running. */
class Activity {
  readonly #diskutil: string;
  readonly #times: WatchTimes;
  readonly #onLine: (line: string) => void;
  #child: ChildProcess | null = null;
  #restart: NodeJS.Timeout | null = null;
  #wait: number;
  #closed = false;

  constructor(diskutil: string, times: WatchTimes, onLine: (line: string) => void) {
    this.#diskutil = diskutil;
    this.#times = times;
    this.#onLine = onLine;
    this.#wait = times.firstRestart;
    this.#start();
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#restart) clearTimeout(this.#restart);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => resolve());
      child.once('error', () => resolve());
    });
    child.kill('SIGKILL');
    await ended;
  }

  #start(): void {
    const started = performance.now();
    const child = spawn(this.#diskutil, ['activity'], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    // Every whole line that names a disk counts, the start-up dump too: after a restart, something may have been missed.
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (namesDisk(line)) this.#onLine(line);
    });
    let over = false;
    const end = () => {
      if (over) return;
      over = true;
      this.#child = null;
      if (this.#closed) return;
      if (performance.now() - started > this.#times.longestRestart) {
        this.#wait = this.#times.firstRestart;
      }
      this.#restart = setTimeout(() => this.#start(), this.#wait);
      this.#wait = Math.min(this.#wait * 2, this.#times.longestRestart);
    };
    // A program that cannot be started reports an error and no close; the poll then does the watching.
    child.once('error', end);
    child.once('close', end);
  }
}

function namesDisk(line: string): boolean {
  const name = /^\*\*\*\w+ \('([^']+)'/.exec(line)?.[1];
  return name !== undefined && wholeDiskOf(name) !== null;
}

/** Compares the names of whole disks in /dev; a `readdir` costs no process. */
class NamePoll {
  readonly #folder: string;
  readonly #listeners: WatchListeners;
  readonly #onChange: () => void;
  readonly #timer: NodeJS.Timeout;
  #names: ReadonlySet<string> | null = null;
  #looking = false;

  constructor(folder: string, interval: number, listeners: WatchListeners, onChange: () => void) {
    this.#folder = folder;
    this.#listeners = listeners;
    this.#onChange = onChange;
    this.#timer = setInterval(() => void this.#look(), interval);
    void this.#look();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const names = new Set((await readdir(this.#folder)).filter(isWholeDisk));
      const before = this.#names;
      this.#names = names;
      if (!before) return;
      const left = [...before].filter((name) => !names.has(name));
      for (const name of left) this.#listeners.onDiskLeft(name);
      if (left.length > 0 || [...names].some((name) => !before.has(name))) this.#onChange();
    } catch {
      // /dev could not be read this time; the names of the last look still stand, and the next look comes.
    } finally {
      this.#looking = false;
    }
  }
}
