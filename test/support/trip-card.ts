/** A Pi card for a round trip, and what the system's own tools make of it. Needs root and `roundTripTools`. */

import { createHash, randomFillSync } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeCard } from '../../scripts/make-card.ts';
import { hashTree, repair } from './ext-judge.ts';
import { tool } from './file-systems.ts';
import { attachLoop } from './loop.ts';

const MIB = 1024 * 1024;
/** As `make-card.ts` lays a small card out. */
const BOOT = { offset: 8 * MIB, bytes: 40 * MIB };
const ROOT_OFFSET = BOOT.offset + BOOT.bytes;

export const roundTripTools = [
  ...['mke2fs', 'mkfs.vfat', 'mcopy', 'sfdisk', 'e2fsck', 'fsck.vfat', 'dd', 'mount', 'umount'],
  ...['losetup', 'lsblk', 'findmnt'],
];

export interface TripCard {
  readonly path: string;
  readonly scheme: 'mbr' | 'gpt';
  readonly state: 'clean' | 'dirty';
  /** Bytes of the card; partitions end within `usedBytes`. */
  readonly bytes: number;
  readonly usedBytes: number;
}

/**
 * A Pi card with a file of zeros and one of noise on its root; a dirty one was pulled while it was mounted. `spare`: bytes
 * behind its last partition.
 */
export async function makeTripCard(
  folder: string,
  {
    scheme = 'mbr',
    state = 'clean',
    spare = 0,
  }: Partial<Pick<TripCard, 'scheme' | 'state'>> & { spare?: number } = {},
): Promise<TripCard> {
  const path = join(folder, `card-${scheme}-${state}-${spare}.img`);
  const usedBytes = 80 * MIB;
  await makeCard({ out: path, size: usedBytes, scheme });
  if (spare > 0) {
    truncateSync(path, usedBytes + spare);
    if (scheme === 'gpt') tool('sfdisk', ['--quiet', '--relocate', 'gpt-bak-std', path]);
  }
  const rootBytes = usedBytes - ROOT_OFFSET - (scheme === 'gpt' ? MIB : 0);
  const loop = await attachLoop(path, { offset: ROOT_OFFSET, bytes: rootBytes });
  const mounted = mkdtempSync(join(folder, 'mount-'));
  let pulled: string | null = null;
  try {
    tool('mount', ['-t', 'ext4', loop.path, mounted]);
    try {
      tool('dd', [
        'if=/dev/zero',
        `of=${join(mounted, 'zeros')}`,
        'bs=1M',
        'count=3',
        'status=none',
      ]);
      writeFileSync(join(mounted, 'noise'), randomFillSync(Buffer.alloc(3 * MIB)));
      mkdirSync(join(mounted, 'home/pi'), { recursive: true });
      for (let count = 0; count < 200; count++) {
        writeFileSync(
          join(mounted, 'home/pi', `file ${count}`),
          `content ${count}\n`.repeat(count),
        );
      }
      tool('sync', ['-f', mounted]);
      if (state === 'dirty') {
        pulled = `${path}.pulled`;
        copyFileSync(path, pulled);
      }
    } finally {
      tool('umount', [mounted]);
    }
  } finally {
    rmdirSync(mounted);
    await loop.detach();
  }
  if (pulled !== null) tool('mv', [pulled, path]);
  return { path, scheme, state, bytes: usedBytes + spare, usedBytes };
}

/** What a person with the system's tools can say about a card; equal for a card and its restored copy. */
export interface CardFacts {
  readonly table: readonly string[];
  readonly boot: readonly string[];
  readonly root: readonly string[];
}

/** Throws when `fsck.vfat -n` or `e2fsck -fn` finds anything wrong. A dirty root is started once, as a Pi would. */
export async function judgeCard(
  path: string,
  { usedBytes, scheme, state }: TripCard,
): Promise<CardFacts> {
  const folder = mkdtempSync(`${path}-judged-`);
  const boot = cut(path, join(folder, 'boot'), BOOT.offset, BOOT.bytes);
  const tail = scheme === 'gpt' ? MIB : 0;
  const root = cut(path, join(folder, 'root'), ROOT_OFFSET, usedBytes - ROOT_OFFSET - tail);
  try {
    tool('fsck.vfat', ['-n', boot]);
    if (state === 'dirty') repair(root);
    tool('e2fsck', ['-fn', root]);
    const files = join(folder, 'files');
    mkdirSync(files);
    tool('mcopy', ['-i', boot, '-s', '-Q', '::', files]);
    return { table: dump(path), boot: hashFiles(files), root: await hashTree(root) };
  } finally {
    tool('rm', ['-r', folder]);
  }
}

function cut(from: string, to: string, offset: number, bytes: number): string {
  const [skip, count] = [offset / MIB, bytes / MIB];
  tool('dd', [`if=${from}`, `of=${to}`, 'bs=1M', `skip=${skip}`, `count=${count}`, 'status=none']);
  return to;
}

/** The table as sfdisk dumps it, without the name of the file, and where a GPT ends, which depends on the card. */
function dump(path: string): string[] {
  return tool('sfdisk', ['--dump', path])
    .split('\n')
    .filter((line) => line !== '' && !/^(?:device|last-lba):/.test(line))
    .map((line) => line.replace(path, ''));
}

function hashFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => {
      const content = readFileSync(join(folder, name));
      return `${name} ${createHash('sha256').update(content).digest('hex')}`;
    })
    .toSorted();
}
