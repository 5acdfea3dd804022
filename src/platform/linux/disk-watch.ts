/** Notices when disks come or go: events of udev where it runs, and the kernel's own list besides. */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Closable } from '../ports.ts';
import { settleCalls } from '../settle-calls.ts';
import type { LinuxTools } from './tools.ts';

/** udevd's own socket: without it `udevadm monitor` would wait for events that nobody sends. */
const UDEV_CONTROL = '/run/udev/control';
/** proc(5): every block device with a medium and its size. */
const PARTITIONS = '/proc/partitions';
const POLL_MS = 700;
/** Where udev tells, the poll is only a safety net. */
const SLOW_POLL_MS = 5_000;
const RESTART_MS = [1_000, 5_000, 30_000];

/** `udevControl` is where udevd would be listening. */
export function watchDisks(
  tools: LinuxTools,
  onChange: () => void,
  udevControl: string = UDEV_CONTROL,
): Closable {
  const calls = settleCalls(onChange);
  const events = followUdev(tools.udevadm, udevControl, () => calls.signal());
  const list = new KernelList();
  let timer: NodeJS.Timeout | null = null;
  poll();

  function poll(): void {
    if (list.hasChanged()) calls.signal();
    timer = setTimeout(poll, events.isRunning() ? SLOW_POLL_MS : POLL_MS);
    timer.unref();
  }

  return {
    async close() {
      if (timer) clearTimeout(timer);
      calls.stop();
      list.close();
      await events.close();
    },
  };
}

/**
 * Read synchronously and into the same memory each time: the kernel answers at once, while a trip through the thread pool
 * would cost several times as much, twice a second for as long as the computer is on.
 */
class KernelList {
  #fd: number | null = openSync(PARTITIONS, 'r');
  #last = Buffer.alloc(0);
  #now = Buffer.alloc(64 * 1024);

  hasChanged(): boolean {
    if (this.#fd === null) return false;
    let length = 0;
    for (let got = 1; got > 0 && length < this.#now.length; length += got) {
      got = readSync(this.#fd, this.#now, length, this.#now.length - length, length);
    }
    const changed = this.#now.compare(this.#last, 0, this.#last.length, 0, length) !== 0;
    const first = this.#last.length === 0;
    if (changed) this.#last = Buffer.from(this.#now.subarray(0, length));
    return changed && !first;
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }
}

interface Events extends Closable {
  isRunning(): boolean;
}

/** Restarted when it dies, ever more slowly; missing udev is no error, the poll is there. */
function followUdev(udevadm: string, control: string, onEvent: () => void): Events {
  let child: ChildProcess | null = null;
  let closed = false;
  let failures = 0;
  let timer: NodeJS.Timeout | null = null;
  start();

  function start(): void {
    if (!existsSync(control)) {
      again();
      return;
    }
    const started = spawn(udevadm, ['monitor', '--udev', '--subsystem-match=block'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child = started;
    // Its first lines say what it will print; an extra look at the disks does no harm.
    started.stdout.on('data', () => {
      failures = 0;
      onEvent();
    });
    started.once('error', () => ended(started));
    started.once('exit', () => ended(started));
    started.unref();
    if (started.stdout instanceof Socket) started.stdout.unref();
  }

  function ended(which: ChildProcess): void {
    if (child !== which) return;
    child = null;
    again();
  }

  function again(): void {
    if (closed) return;
    const pause = RESTART_MS[Math.min(failures, RESTART_MS.length - 1)] ?? 0;
    failures += 1;
    timer = setTimeout(start, pause);
    timer.unref();
  }

  return {
    isRunning: () => child !== null,
    async close() {
      closed = true;
      if (timer) clearTimeout(timer);
      const last = child;
      child = null;
      last?.kill();
    },
  };
}
