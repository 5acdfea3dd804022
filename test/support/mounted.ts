/** A file system of its own in a file, mounted through a loop device. Needs root. */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { attachLoop, type LoopDevice } from './loop.ts';

const run = promisify(execFile);

export interface MountedVolume {
  /** Where it is mounted. */
  readonly folder: string;
  /** The file below. */
  readonly image: string;
  readonly loop: LoopDevice;
  /** Unmounts, detaches and removes everything. May be called twice. */
  close(): Promise<void>;
}

/** `make` is the command that makes the file system on the image, whose path is added at its end. */
export async function mountedVolume(
  make: readonly [string, ...string[]],
  bytes: number,
): Promise<MountedVolume> {
  const base = await mkdtemp(join(tmpdir(), 'pikeep-volume-'));
  const undo: (() => Promise<unknown>)[] = [() => rm(base, { recursive: true })];
  const close = async () => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    const image = join(base, 'volume.img');
    const file = await open(image, 'wx');
    await file.truncate(bytes);
    await file.close();
    const [program, ...args] = make;
    await run(program, [...args, image]);
    const loop = await attachLoop(image);
    undo.push(() => loop.detach());
    const folder = join(base, 'mounted');
    await mkdir(folder);
    await run('mount', [loop.path, folder]);
    undo.push(() => run('umount', [folder]));
    return { folder, image, loop, close };
  } catch (error) {
    await close();
    throw error;
  }
}
