/** Finds the program that keeps a volume busy (proc(5): cwd, root, exe, fd, maps). */

import { readdir, readFile, readlink } from 'node:fs/promises';
import { names } from './sysfs.ts';

export interface Holder {
  readonly pid: number;
  readonly name: string;
}

/**
 * The first process that has a file, its working folder or its program below one of the mount points. Null when none is
 * seen: a kernel user (a loop device, a nested mount), or a process of another user, whose files only root may list.
 */
export async function findHolder(mountPoints: readonly string[]): Promise<Holder | null> {
  const pids = (await names('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (await holds(pid, mountPoints)) {
      const name = (await quietly(() => readFile(`/proc/${pid}/comm`, 'utf8')))?.trim();
      return { pid: Number(pid), name: name || `process ${pid}` };
    }
  }
  return null;
}

async function holds(pid: string, mountPoints: readonly string[]): Promise<boolean> {
  const within = (path: string | null) =>
    path !== null && mountPoints.some((point) => path === point || path.startsWith(`${point}/`));
  for (const link of ['cwd', 'root', 'exe']) {
    if (within(await quietly(() => readlink(`/proc/${pid}/${link}`)))) return true;
  }
  for (const fd of (await quietly(() => readdir(`/proc/${pid}/fd`))) ?? []) {
    if (within(await quietly(() => readlink(`/proc/${pid}/fd/${fd}`)))) return true;
  }
  const maps = (await quietly(() => readFile(`/proc/${pid}/maps`, 'utf8'))) ?? '';
  return maps.split('\n').some((line) => within(/\/.*$/.exec(line)?.[0] ?? null));
}

/** Processes end while one looks at them, and those of others may not be looked at; both are "nothing seen". */
async function quietly<T>(look: () => Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch {
    return null;
  }
}
