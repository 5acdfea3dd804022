/** Notices when image files come into the slot, leave it, or stop changing. */

import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { isPiKeepError } from '../../engine/errors.ts';
import type { Closable } from '../ports.ts';
import { settleCalls } from '../settle-calls.ts';
import { fileStats, fingerprint, slotNames } from './disk-list.ts';

/** Where the system has no events (network folders), and when the folder itself was replaced; milliseconds. */
const POLL_MS = 2000;

/** `fs.watch` is the quick way, the poll the certain one. A slot that is missing for a while is an empty one. */
export function watchSlot(slot: string, onChange: () => void): Closable {
  const calls = settleCalls(onChange);
  let closed = false;
  let last: string | null = null;
  let polling: Promise<void> = Promise.resolve();
  let watcher: FSWatcher | null = startWatcher();

  function startWatcher(): FSWatcher | null {
    try {
      const started = watch(slot, { persistent: false }, () => calls.signal());
      started.on('error', () => {
        started.close();
        if (watcher === started) watcher = null;
      });
      return started;
    } catch {
      // No such folder yet, or no events on this file system: the poll tries again.
      return null;
    }
  }

  async function poll(): Promise<void> {
    const now = await lookAt(slot);
    if (closed) return;
    if (last !== null && now !== last) calls.signal();
    if (now === '') {
      // The folder may have been replaced by another of the same name, which the old watcher does not see.
      watcher?.close();
      watcher = null;
    }
    last = now;
    watcher ??= startWatcher();
  }

  const timer = setInterval(() => {
    polling = polling.then(poll);
  }, POLL_MS);
  timer.unref();
  polling = poll();

  return {
    async close() {
      closed = true;
      clearInterval(timer);
      calls.stop();
      watcher?.close();
      watcher = null;
      await polling;
    },
  };
}

/** One line that changes whenever an image does; empty for a slot without images or without a folder. */
async function lookAt(slot: string): Promise<string> {
  try {
    const lines: string[] = [];
    for (const name of (await slotNames(slot)).toSorted()) {
      const stats = await fileStats(join(slot, name));
      if (stats) lines.push(`${name} ${fingerprint(stats)}`);
    }
    return lines.join('\n');
  } catch (error) {
    if (isPiKeepError(error, 'USAGE')) return '';
    throw error;
  }
}
