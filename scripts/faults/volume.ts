/** A disk for images: a small ext4 in a file, mounted; it can be filled, and its reader can be taken away. */

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { emptyImage, tool } from '../../test/support/file-systems.ts';
import { attachLoop } from '../../test/support/loop.ts';
import type { FaultyReader } from '../../test/support/nbdkit.ts';
import type { Stage } from './stage.ts';

const execute = promisify(execFile);
const MIB = 1024 * 1024;

export interface Volume {
  /** Where it is mounted. */
  readonly folder: string;
  /** Takes all of its room away, or gives it back. */
  fill(): Promise<void>;
  empty(): void;
  /** Its reader is gone, in the middle of everything. */
  pull(): Promise<void>;
  /** Put in again at another reader, at the same place; its journal is carried out. */
  putBack(): Promise<void>;
}

/** `paced`: its reader takes its time. */
export async function mountVolume(
  stage: Stage,
  { bytes = 192 * MIB, paced = false, pullable = false } = {},
): Promise<Volume> {
  const image = join(stage.folder, 'volume.img');
  const folder = join(stage.folder, 'volume');
  makeVolume(image, bytes);
  mkdirSync(folder);
  let reader: FaultyReader | null = null;
  if (pullable) {
    reader = await stage.reader(paced ? {} : { bytesPerSecond: 2 ** 30 }, image);
  }
  const device = reader?.path ?? (await attachNew(stage, image));
  await mount(device, folder);
  stage.later(() => unmount(folder));
  const filler = join(folder, 'filler');
  return {
    folder,
    async fill() {
      mkdirSync(filler);
      // Others write meanwhile, so what was free a moment ago may not be; the last block is enough.
      const { bavail, bsize } = await statfs(folder);
      for (let bytes = bavail * bsize, count = 0; bytes >= bsize; count++) {
        const file = join(filler, String(count));
        const args = ['-l', String(bytes), file];
        const isDone = await execute('fallocate', args).then(
          () => true,
          () => false,
        );
        if (!isDone) bytes = Math.floor(bytes / 2 / bsize) * bsize;
      }
    },
    empty: () => rmSync(filler, { recursive: true }),
    async pull() {
      await reader?.kill();
    },
    async putBack() {
      await unmount(folder);
      await mount(await attachNew(stage, image), folder);
      stage.later(() => unmount(folder));
    },
  };
}

export function makeVolume(image: string, bytes = 192 * MIB): void {
  emptyImage(image, bytes);
  tool('mke2fs', ['-q', '-F', '-t', 'ext4', '-m', '0', image]);
}

export async function mount(device: string, folder: string): Promise<void> {
  await execute('mount', ['-t', 'ext4', device, folder]);
}

/** Also where nobody answers any more, and where nothing is mounted. */
export async function unmount(folder: string): Promise<void> {
  const isMounted = (): boolean =>
    readFileSync('/proc/self/mounts', 'utf8').includes(` ${folder} `);
  if (!isMounted()) return;
  await execute('umount', [folder]).catch(() => execute('umount', ['--lazy', folder]));
}

async function attachNew(stage: Stage, image: string): Promise<string> {
  const loop = await attachLoop(image);
  stage.later(() => loop.detach());
  return loop.path;
}
