/** What e2fsprogs and the kernel say about an ext file system: the judges of our map. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Range } from '../../src/engine/chunks.ts';
import { invert } from '../../src/engine/extents.ts';
import { tool } from './file-systems.ts';
import { attachLoop } from './loop.ts';
import { findTool } from './tools.ts';

/** Blocks that dumpe2fs does not list as free, as byte ranges; it does not look at the journal. */
export function usedByDumpe2fs(file: string): { bytes: number; used: Range[] } {
  const text = tool('dumpe2fs', ['-f', file]);
  const number = (label: string): number =>
    Number(new RegExp(`^${label}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  const blockBytes = number('Block size');
  const blocks = number('Block count');
  // Of a run of free clusters it prints the first block of the first and the first block of the last.
  const rest = text.includes('Cluster size:') ? number('Cluster size') / blockBytes - 1 : 0;
  const free: Range[] = [];
  for (const [, list] of text.matchAll(/^ {2}Free blocks: (.+)$/gm)) {
    for (const run of (list ?? '').split(', ')) {
      const [first = 0, last = first] = run.split('-').map(Number);
      const end = Math.min(blocks, last + rest + 1);
      free.push({ offset: first * blockBytes, bytes: (end - first) * blockBytes });
    }
  }
  const bytes = blocks * blockBytes;
  return { bytes, used: invert(free, bytes) };
}

/** Overwrites everything of the first `bytes` that is not in `used`, not with zeros, which may look like free space. */
export function fillOutside(file: string, used: readonly Range[], bytes: number): void {
  const filling = new Uint8Array(1024 * 1024).fill(0xa5);
  const fd = openSync(file, 'r+');
  try {
    for (const gap of invert(used, bytes)) {
      for (let at = 0; at < gap.bytes; at += filling.length) {
        writeSync(fd, filling, 0, Math.min(filling.length, gap.bytes - at), gap.offset + at);
      }
    }
  } finally {
    closeSync(fd);
  }
}

/** Repairs as a user would, replaying the journal; throws when something could not be repaired. */
export function repair(file: string): void {
  try {
    execFileSync(findTool('e2fsck') ?? 'e2fsck', ['-fy', file], { stdio: 'pipe' });
  } catch (error) {
    const status = error instanceof Error && 'status' in error ? Number(error.status) : Number.NaN;
    // 1 and 2: errors were corrected.
    if (status !== 1 && status !== 2) throw error;
  }
}

/** Every name with its kind, rights, size and content, read through the kernel. */
export async function hashTree(file: string): Promise<string[]> {
  const loop = await attachLoop(file, { readOnly: true });
  const folder = mkdtempSync(join(tmpdir(), 'pikeep-mount-'));
  try {
    tool('mount', ['-t', 'ext4', '-o', 'ro,noload', loop.path, folder]);
    try {
      return [...describe(folder, '')];
    } finally {
      tool('umount', [folder]);
    }
  } finally {
    rmdirSync(folder);
    await loop.detach();
  }
}

function* describe(root: string, path: string): Generator<string> {
  for (const name of readdirSync(join(root, path)).toSorted()) {
    const below = join(path, name);
    const full = join(root, below);
    const stat = lstatSync(full);
    const content = stat.isFile()
      ? createHash('sha256').update(readFileSync(full)).digest('hex')
      : stat.isSymbolicLink()
        ? readlinkSync(full)
        : '';
    yield `${below} ${stat.mode.toString(8)} ${stat.nlink} ${stat.isDirectory() ? '' : stat.size} ${content}`;
    if (stat.isDirectory()) yield* describe(root, below);
  }
}
