/** Notices when macOS mounts a disk that is being read. */

import type { Closable } from '../ports.ts';
import { isDiskMounted, listMounts } from './mounts.ts';
import type { MacTools } from './tools.ts';

/** Looks at the mount table every `interval` milliseconds and once more at the end; calls `onMounted` at most once. */
export function guardMounts(
  tools: MacTools,
  disk: string,
  interval: number,
  onMounted: () => void,
): Closable {
  let mounted = false;
  let looking: Promise<void> | null = null;

  const look = async () => {
    // The guard only adds a warning; a table that cannot be read now must not end the backup.
    const mounts = await listMounts(tools).catch(() => []);
    if (mounted || !isDiskMounted(mounts, disk)) return;
    mounted = true;
    onMounted();
  };
  const start = () => {
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  };
  const timer = setInterval(() => void start(), interval);
  let closed: Promise<void> | null = null;
  return {
    close() {
      closed ??= (async () => {
        clearInterval(timer);
        await start();
      })();
      return closed;
    },
  };
}
