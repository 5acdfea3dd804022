/** Ext file systems of every kind and history, made by e2fsprogs and the kernel. */

import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWriter } from './busy-card.ts';
import { emptyImage, tool } from './file-systems.ts';
import { attachLoop } from './loop.ts';

const MIB = 1024 * 1024;

/** Arguments for mke2fs; BLOCK stands for the block size, CLUSTER for four blocks. */
export const breeds: Record<string, string> = {
  'ext4 as mke2fs makes it': '-t ext4',
  'many groups': '-t ext4 -g 1024',
  orphan_file: '-t ext4 -O orphan_file -g 2048',
  'no flex_bg': '-t ext4 -O ^flex_bg -g 1024',
  'flex groups of 4': '-t ext4 -G 4 -g 512',
  'no metadata_csum, uninit groups': '-t ext4 -O ^metadata_csum,uninit_bg -g 1024',
  'no checksums at all': '-t ext4 -O ^metadata_csum,^uninit_bg -g 1024',
  'no 64bit': '-t ext4 -O ^64bit -g 1024',
  'no 64bit, no metadata_csum, uninit groups': '-t ext4 -O ^64bit,^metadata_csum,uninit_bg -g 1024',
  metadata_csum_seed: '-t ext4 -O metadata_csum_seed -g 2048',
  bigalloc: '-t ext4 -O bigalloc -C CLUSTER',
  'bigalloc with many groups and no flex_bg': '-t ext4 -O bigalloc,^flex_bg -C CLUSTER -g 1024',
  meta_bg: '-t ext4 -O meta_bg,^resize_inode -g 256',
  'meta_bg without checksums and 64bit':
    '-t ext4 -O meta_bg,^resize_inode,^metadata_csum,^64bit,^flex_bg -g 512',
  sparse_super2: '-t ext4 -O sparse_super2 -g 1024',
  'sparse_super2 with one copy': '-t ext4 -O sparse_super2 -E num_backup_sb=1 -g 1024',
  'no sparse_super': '-t ext4 -O ^sparse_super,^resize_inode -g 1024',
  inline_data: '-t ext4 -O inline_data -I 256 -g 2048',
  'large attributes and folders': '-t ext4 -O ea_inode,large_dir -g 2048',
  'multiple-mount protection': '-t ext4 -O mmp -g 2048',
  'quota and project': '-t ext4 -O quota,project -I 256 -g 2048',
  'encryption and verity': '-t ext4 -O encrypt,verity,stable_inodes -g 2048',
  'packed metadata': '-t ext4 -E packed_meta_blocks=1 -g 1024',
  'ext4 without a journal': '-t ext4 -O ^has_journal -g 1024',
  'small inodes': '-t ext4 -I 128 -g 2048',
  ext3: '-t ext3 -g 1024',
  ext2: '-t ext2 -g 1024',
  'ext2 of revision 0': '-t ext2 -r 0 -g 1024',
};

export type BlockBytes = 1024 | 2048 | 4096;
export const blockSizes: readonly BlockBytes[] = [1024, 2048, 4096];

export type History = 'new' | 'aged' | 'grown' | 'shrunk' | 'full';
export const histories: readonly History[] = ['new', 'aged', 'grown', 'shrunk', 'full'];

export interface Specimen {
  readonly breed: string;
  readonly blockBytes: BlockBytes;
  readonly history: History;
  readonly seed: number;
}

/** Makes one in `path`, clean and unmounted. `tree` fills it at birth. Mounting histories need root. */
export async function breed(path: string, tree: string, specimen: Specimen): Promise<void> {
  const { history, blockBytes, seed } = specimen;
  const args = (breeds[specimen.breed] ?? '').replace('CLUSTER', String(blockBytes * 4)).split(' ');
  const born = history === 'grown' ? 40 : 56;
  emptyImage(path, born * MIB);
  tool('mke2fs', ['-q', '-F', '-b', String(blockBytes), '-d', tree, ...args, path]);
  if (history === 'new') return;
  if (history === 'grown') truncateSync(path, 72 * MIB);
  if (history === 'grown') {
    tool('e2fsck', ['-fp', path]);
    tool('resize2fs', [path]);
  }
  await whileMounted(path, async (mounted) => {
    await runWriter(mounted, seed, 8);
    if (history === 'full') fill(join(mounted, 'filler'));
  });
  if (history !== 'shrunk') return;
  tool('e2fsck', ['-fp', path]);
  tool('resize2fs', [path, '44M']);
}

/** Attaches and mounts with default options; unmounts properly. */
export async function whileMounted(
  path: string,
  use: (mounted: string) => Promise<void>,
): Promise<void> {
  const loop = await attachLoop(path);
  const mounted = mkdtempSync(join(tmpdir(), 'pikeep-mount-'));
  try {
    tool('mount', ['-t', 'ext4', loop.path, mounted]);
    try {
      await use(mounted);
    } finally {
      tool('umount', [mounted]);
    }
  } finally {
    rmdirSync(mounted);
    await loop.detach();
  }
}

/** Files of every shape that has a form of its own on the disk. */
export function makeTree(path: string): string {
  mkdirSync(join(path, 'many'), { recursive: true });
  for (let count = 0; count < 250; count++) {
    writeFileSync(
      join(path, 'many', `a-file-with-a-rather-long-name-${count}`),
      `content ${count}`,
    );
  }
  for (let count = 0; count < 12; count++) {
    mkdirSync(join(path, `folder-${count}`));
    writeFileSync(join(path, `folder-${count}`, 'file'), Buffer.alloc(count ** 4 * 11, count + 1));
  }
  symlinkSync('many', join(path, 'short'));
  symlinkSync('x/'.repeat(100), join(path, 'long'));
  linkSync(join(path, 'many', 'a-file-with-a-rather-long-name-7'), join(path, 'linked'));
  const fd = openSync(join(path, 'holes'), 'w');
  for (let count = 0; count < 60; count++) writeSync(fd, `island ${count}`, count * 50_000);
  ftruncateSync(fd, 4_000_000);
  closeSync(fd);
  copyFileSync(import.meta.filename, join(path, 'source'));
  return path;
}

function fill(path: string): void {
  const fd = openSync(path, 'w');
  const block = Buffer.alloc(64 * 1024, 0x66);
  try {
    for (;;) writeSync(fd, block);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    closeSync(fd);
  }
}
