/** A card large enough for several batches of proof, and backups of it that are cut off in the middle. Needs mtools and e2fsprogs. */

import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { totalBytes } from '../../src/engine/chunks.ts';
import type { ImageFormat } from '../../src/engine/image/image-format.ts';
import { type Continuable, findLeftovers } from '../../src/library/leftovers.ts';
import { readManifest } from '../../src/library/manifest-file.ts';
import { runBackup } from '../../src/worker/backup-task.ts';
import type { BackupResult } from '../../src/worker/results.ts';
import type { BackupTask } from '../../src/worker/tasks.ts';
import { runVerify } from '../../src/worker/verify-task.ts';
import { faultyDevice } from './faulty-device.ts';
import { emptyImage, makeExt, partition, temporaryFolder, tool } from './file-systems.ts';
import { put } from './fit-images.ts';
import { mixedCard } from './packed-image.ts';
import { taskContext } from './task-context.ts';

const MIB = 1024 * 1024;
export const cutOffTools = ['mke2fs', 'debugfs', 'mkfs.vfat', 'mcopy', 'sfdisk'] as const;

/** Where the partitions lie: a FAT, an ext4, and one with nothing known on it. */
export const cutOffPlaces = {
  boot: 4 * MIB,
  root: 44 * MIB,
  unknown: 260 * MIB,
  bytes: 276 * MIB,
} as const;
const FILES = 10;
const FILE_MIB = 16;

/** The card itself, about 200 MiB of it used; tests change copies. */
export function makeCutOffCard(path: string): void {
  const folder = temporaryFolder();
  try {
    emptyImage(path, cutOffPlaces.bytes);
    partition(
      path,
      'label: dos\nlabel-id: 0x5e3da3da\nstart=8192,size=81920,type=c\n' +
        'start=90112,size=442368,type=83\nstart=532480,size=30720,type=da\n',
    );
    const noise = mixedCard(FILE_MIB * MIB, [[0, FILE_MIB * MIB]]);
    const boot = emptyImage(join(folder.path, 'boot'), 40 * MIB);
    tool('mkfs.vfat', ['-F', '32', '-s', '1', '-n', 'bootfs', boot]);
    const file = join(folder.path, 'file');
    writeFileSync(file, noise);
    tool('mcopy', ['-i', boot, file, '::kernel8.img']);
    const tree = join(folder.path, 'tree');
    mkdirSync(join(tree, 'etc'), { recursive: true });
    writeFileSync(join(tree, 'etc/hostname'), 'octopi\n');
    for (let number = 0; number < FILES; number++) {
      noise.fill(number + 1, 0, 64 * 1024);
      writeFileSync(join(tree, `file${number}`), noise);
    }
    const root = makeExt(join(folder.path, 'root'), { bytes: 216 * MIB, type: 'ext4', tree });
    put(path, boot, cutOffPlaces.boot);
    put(path, root, cutOffPlaces.root);
    put(path, file, cutOffPlaces.unknown);
    truncateSync(path, cutOffPlaces.bytes);
  } finally {
    folder.remove();
  }
}

export interface CutOffRig {
  readonly folder: string;
  readonly slot: string;
  readonly library: string;
  /** The card in the slot. */
  readonly card: string;
  task(more?: Partial<BackupTask>): BackupTask;
  /** Runs until so many bytes have been read, and then the card is gone; resolves with what was left. */
  cutOff(bytes: number, more?: Partial<BackupTask>): Promise<Continuable>;
  goOn(unfinished: Continuable, more?: Partial<BackupTask>): Promise<BackupResult>;
  /** Throws unless the image is the card as it is now, in all that is used of it, and verifies. */
  judge(result: BackupResult): Promise<void>;
  remove(): void;
}

export function cutOffRig(original: string): CutOffRig {
  const temporary = temporaryFolder();
  const folder = temporary.path;
  const [slot, library] = [join(folder, 'slot'), join(folder, 'library')];
  mkdirSync(slot);
  mkdirSync(library);
  const card = join(slot, 'octopi.img');
  copyFileSync(original, card);
  const task = (more: Partial<BackupTask> = {}): BackupTask => ({
    ...{ task: 'backup', disk: 'octopi.img', expected: null, format: 'img' },
    source: { slot, allowDiskImage: false, allowOtherExternal: false, neverTouch: [], door: null },
    destination: { kind: 'library', folder: library },
    ...{ wholeCard: false, fullHash: false, verify: 'image' },
    ...{ forceUnmount: false, ejectWhenDone: false },
    ...more,
  });
  return {
    ...{ folder, slot, library, card, task },
    async cutOff(bytes, more = {}) {
      const context = taskContext({
        adapt: (platform) => ({
          ...platform,
          readDoors: platform.readDoors.map((door) => ({
            name: door.name,
            open: async (request) =>
              faultyDevice(await door.open(request), { unpluggedAfter: bytes }),
          })),
        }),
      });
      const error = await runBackup(task(more), context).then(
        () => null,
        (failure: unknown) => failure,
      );
      if (!(error instanceof Error) || !error.message.startsWith('DEVICE_GONE')) throw error;
      const [left] = await findLeftovers(library);
      if (!left?.unfinished) throw new Error('nothing was left to go on with');
      return { ...left, unfinished: left.unfinished };
    },
    goOn: (unfinished, more = {}) =>
      runBackup(task({ ...more, continueFrom: unfinished.file }), taskContext()),
    async judge({ image }) {
      const plain = join(folder, 'plain');
      unpack(image, plain);
      const manifest = await readManifest(image);
      const [here, there] = [openSync(card, 'r'), openSync(plain, 'r')];
      try {
        if (statSync(plain).size !== statSync(card).size) throw new Error('another size');
        const all = Buffer.alloc(8 * MIB);
        const copy = Buffer.alloc(8 * MIB);
        for (const { offset, bytes, sha256 } of manifest.map) {
          readSync(here, all, 0, bytes, offset);
          readSync(there, copy, 0, bytes, offset);
          const hash = createHash('sha256').update(all.subarray(0, bytes)).digest('hex');
          if (hash !== sha256) throw new Error(`the map is not of the card at ${offset}`);
          if (all.compare(copy, 0, bytes, 0, bytes) !== 0) throw new Error(`differs at ${offset}`);
        }
        if (totalBytes(manifest.map) < 180 * MIB) throw new Error('a map of too little');
      } finally {
        closeSync(here);
        closeSync(there);
        rmSync(plain);
      }
      // All that lies outside of the map is zero, too.
      await runVerify({ task: 'verify', image }, taskContext());
    },
    remove: () => temporary.remove(),
  };
}

/** By the programs that everybody has. */
function unpack(image: string, plain: string): void {
  const format: ImageFormat = image.endsWith('.gz')
    ? 'img.gz'
    : image.endsWith('.zst')
      ? 'img.zst'
      : 'img';
  if (format === 'img') copyFileSync(image, plain);
  else if (format === 'img.gz') tool('sh', ['-c', 'gzip -dc "$0" > "$1"', image, plain]);
  else tool('zstd', ['-q', '-d', '-f', image, '-o', plain]);
}
