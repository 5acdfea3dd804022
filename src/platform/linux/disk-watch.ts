/** Notices when disks come or go: events of udev where it runs, and the kernel's own list besides. */

import { type ChildProcess, spawn } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import type { Closable } from '../ports.ts';
import { settleCalls } from '../settle-calls.ts';
import type { LinuxTools } from './tools.ts';

/** udevd's own socket: without it `udevadm monitor` would wait for events that nobody sends. */
const UDEV_CONTROL = '/run/udev/control';
/** proc(5): every block device with a medium and its size. Reading it costs about 0.1 ms. */
const PARTITIONS = '/proc/partitions';
const POLL_MS = 500;
/** Where udev tells, the poll is only a safety net. */
const SLOW_POLL_MS = 5_000;
const RESTART_MS = [1_000, 5_000, 30_000];

export function watchDisks(tools: LinuxTools, onChange: () => void): Closable {
  const calls = settleCalls(onChange);
  const events = followUdev(tools.udevadm, () => calls.signal());
  let closed = false;
  let last: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  let polling = poll();

  async function poll(): Promise<void> {
    const now = await readFile(PARTITIONS, 'utf8');
    if (closed) return;
    if (last !== null && now !== last) calls.signal();
    last = now;
    timer = setTimeout(
      () => {
        polling = poll();
      },
      events.isRunning() ? SLOW_POLL_MS : POLL_MS,
    );
    timer.unref();
  }

  return {
    async close() {
      closed = true;
      if (timer) clearTimeout(timer);
      calls.stop();
      await events.close();
      await polling;
    },
  };
}

interface Events extends Closable {
  isRunning(): boolean;
}

/** Restarted when it dies, ever more slowly; missing udev is no error, the poll is there. */
function followUdev(udevadm: string, onEvent: () => void): Events {
  let child: ChildProcess | null = null;
  let closed = false;
  let failures = 0;
  let timer: NodeJS.Timeout | null = null;
  let starting = start();

  async function start(): Promise<void> {
    if (!(await exists(UDEV_CONTROL)) || closed) return again();
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
    timer = setTimeout(() => {
      starting = start();
    }, pause);
    timer.unref();
  }

  return {
    isRunning: () => child !== null,
    async close() {
      closed = true;
      if (timer) clearTimeout(timer);
      await starting;
      const last = child;
      child = null;
      last?.kill();
    },
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
