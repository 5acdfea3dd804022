/** Cards whose files are taken out, in every format a backup can have, and what judges take out of the same. Needs mtools. */

import { mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageFormat } from '../../src/engine/image/image-format.ts';
import { runBackup } from '../../src/worker/backup-task.ts';
import { runExtract } from '../../src/worker/extract-task.ts';
import type { ExtractResult } from '../../src/worker/file-results.ts';
import type { ExtractTask } from '../../src/worker/tasks.ts';
import { emptyImage, makeExt, partition, temporaryFolder, tool } from './file-systems.ts';
import { put } from './fit-images.ts';
import { type ContextOptions, taskContext } from './task-context.ts';

const MIB = 1024 * 1024;
const BOOT_MIB = 40;

export const filesTools = ['mke2fs', 'debugfs', 'mkfs.vfat', 'mcopy', 'sfdisk'] as const;

export interface FilesCard {
  /** A folder for everything; `slot` in it holds "card.img". */
  readonly folder: string;
  readonly slot: string;
  readonly card: string;
  /** The two file systems as files of their own, for judges. */
  readonly boot: string;
  readonly root: string;
  readonly source: ExtractTask['source'];
  readonly cacheFolder: string;
  /** Backs the card up; resolves with the path of the image. */
  backUp(format: ImageFormat, name?: string): Promise<string>;
  /** A fresh, empty folder. */
  out(): string;
  take(
    target: string,
    paths: readonly string[],
    out: string,
    more?: Partial<ExtractTask>,
    context?: ContextOptions,
  ): Promise<ExtractResult>;
  remove(): void;
}

export interface FilesCardOptions {
  /** Folders that fill the two partitions. */
  readonly tree: string;
  readonly boot: string;
  readonly rootMib: number;
  readonly args?: readonly string[];
  /** Changes the root file system before it goes to the card. */
  readonly forge?: (root: string) => void;
}

export function makeFilesCard(folder: string, options: FilesCardOptions): FilesCard {
  const slot = join(folder, 'slot');
  const library = join(folder, 'library');
  mkdirSync(slot);
  mkdirSync(library);
  const boot = emptyImage(join(folder, 'boot.fs'), BOOT_MIB * MIB);
  tool('mkfs.vfat', ['-F', '32', '-s', '1', '-n', 'bootfs', boot]);
  for (const name of readdirSync(options.boot)) {
    tool('mcopy', ['-s', '-m', '-i', boot, join(options.boot, name), '::']);
  }
  const root = makeExt(join(folder, 'root.fs'), {
    bytes: options.rootMib * MIB,
    type: 'ext4',
    args: options.args ?? [],
    tree: options.tree,
  });
  options.forge?.(root);
  const card = join(slot, 'card.img');
  writeFileSync(card, '');
  truncateSync(card, (4 + BOOT_MIB + options.rootMib + 1) * MIB);
  partition(
    card,
    `label: dos\nlabel-id: 0x5e3da3da\nstart=8192,size=${BOOT_MIB * 2048},type=c\n` +
      `start=${(4 + BOOT_MIB) * 2048},size=${options.rootMib * 2048},type=83\n`,
  );
  put(card, boot, 4 * MIB);
  put(card, root, (4 + BOOT_MIB) * MIB);
  const source = {
    ...{ slot, allowDiskImage: false, allowOtherExternal: false, neverTouch: [], door: null },
  };
  const cacheFolder = join(folder, 'cache');
  let outs = 0;
  return {
    ...{ folder, slot, card, boot, root, source, cacheFolder },
    async backUp(format, name = 'card') {
      const path = join(library, `${name}.${format}`);
      const { image } = await runBackup(
        {
          ...{ task: 'backup', disk: 'card.img', expected: null, source, format },
          destination: { kind: 'file', path },
          ...{ wholeCard: false, fullHash: false, verify: 'image' },
          ...{ forceUnmount: false, ejectWhenDone: false },
        },
        taskContext(),
      );
      return image;
    },
    out() {
      const path = join(folder, `out-${++outs}`);
      mkdirSync(path);
      return path;
    },
    take(target, paths, out, more = {}, context = {}) {
      return runExtract(
        {
          ...{ task: 'extract', target, source, paths: [...paths], unpack: false, cacheFolder },
          destination: { kind: 'folder', folder: out },
          ...more,
        },
        taskContext(context),
      );
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A folder for a card, which `remove` of the card deletes. */
export function folderForCard(): string {
  return temporaryFolder().path;
}
