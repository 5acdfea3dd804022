/** One snapshot of a busy card under all the judges. */

import { readFileSync, rmSync } from 'node:fs';
import { expect } from 'vitest';
import { readUpTo } from '../../src/engine/block-device.ts';
import type { Range } from '../../src/engine/chunks.ts';
import { readUsedBlocks } from '../../src/engine/ext-bitmaps.ts';
import { INCOMPAT } from '../../src/engine/ext-features.ts';
import { readGroups } from '../../src/engine/ext-groups.ts';
import { mapExt, replayedView } from '../../src/engine/ext-map.ts';
import { parseSuperblock } from '../../src/engine/ext-superblock.ts';
import type { Shelf } from './busy-card.ts';
import { fillOutside, hashTree, repair } from './ext-judge.ts';
import { withFileDevice } from './file-device.ts';
import { openOnlyTree, snapshotTree } from './file-snapshot.ts';
import { blocksOf, replayedByDebugfs } from './journal-forge.ts';
import { memoryDevice } from './memory-device.ts';

export interface Judgement {
  /** What e2fsck leaves on the card whose free space was overwritten is what it leaves on the card itself. */
  readonly sameFiles: boolean;
  /** The same with the map of the bitmaps on the card alone, which lag behind the journal. */
  readonly sameFilesWithoutJournal: boolean;
  /** Names in the file system. */
  readonly names: number;
}

/** Fails unless the journal is replayed exactly as e2fsprogs replays it. Removes the snapshot. */
export async function judgeSnapshot(
  shelf: Pick<Shelf, 'copy'>,
  snapshot: string,
): Promise<Judgement> {
  const map = await withFileDevice(snapshot, mapExt);
  if (map.strategy === 'whole') throw new Error(`copied whole, because ${map.reason}`);
  expect(map.journal).toBe('replayed');
  await expectSameReplay(snapshot);
  const filled = `${snapshot}.filled`;
  const stale = `${snapshot}.stale`;
  shelf.copy(snapshot, filled);
  fillOutside(filled, map.used, map.bytes);
  shelf.copy(snapshot, stale);
  fillOutside(stale, await staleMap(snapshot), map.bytes);
  repair(snapshot);
  const files = await hashTree(snapshot);
  repair(filled);
  const sameFiles = JSON.stringify(await hashTree(filled)) === JSON.stringify(files);
  let sameFilesWithoutJournal = false;
  try {
    repair(stale);
    sameFilesWithoutJournal = JSON.stringify(await hashTree(stale)) === JSON.stringify(files);
  } catch {
    // Not to be repaired at all: different enough.
  }
  for (const file of [snapshot, filled, stale]) rmSync(file);
  return { sameFiles, sameFilesWithoutJournal, names: files.length };
}

/** What the bitmaps on the card say, with no look at the journal nor at checksums: the map of a simpler program. */
function staleMap(snapshot: string): Promise<Range[]> {
  return withFileDevice(snapshot, async (device) => {
    const superblock = parseSuperblock(await readUpTo(device, 1024, 1024));
    if (!superblock) throw new Error('no superblock');
    const groups = await readGroups(device, superblock);
    const trusting = {
      count: groups.count,
      group: (index: number) => ({ ...groups.group(index), ok: true, bitmapChecksum: null }),
    };
    const used = await readUsedBlocks(device, superblock, trusting, { onTrouble: 'skip' });
    return used.ranges(superblock.blockBytes);
  });
}

async function expectSameReplay(snapshot: string): Promise<void> {
  const raw = readFileSync(snapshot);
  const view = await replayedView(memoryDevice(raw));
  if (!view) throw new Error('not understood');
  const ours = Buffer.alloc(view.size);
  await view.read(ours, 0);
  const judge = replayedByDebugfs(snapshot);
  const blockBytes = 1024 << raw.readUInt32LE(1024 + 0x18);
  // debugfs notes in the superblock and in the journal's first block that it is done.
  const journal = (blocksOf(snapshot, '<8>')[0] ?? 0) * blockBytes;
  for (const bytes of [ours, judge]) {
    bytes.fill(0, 1024, 2048);
    bytes.fill(0, journal, journal + blockBytes);
  }
  // With meta_bg it also brings the copies of the descriptors up to date, which no journal does.
  const onlyOurs = (raw.readUInt32LE(1024 + 0x60) & INCOMPAT.metaBg) !== 0;
  for (let at = 0; at < judge.length; at += blockBytes) {
    const [here, there, before] = [ours, judge, raw].map((bytes) =>
      bytes.subarray(at, at + blockBytes),
    );
    if (!here || !there || (onlyOurs && before?.equals(here))) continue;
    if (!here.equals(there))
      throw new Error(`block ${at / blockBytes} is not what debugfs makes of it`);
  }
  await expectSameFiles(raw, replayedByDebugfs(snapshot));
}

/** The tree of files looks through the journal, too. */
async function expectSameFiles(pulled: Uint8Array, replayed: Uint8Array): Promise<void> {
  const [found, judge] = await Promise.all(
    [pulled, replayed].map(async (content) => openOnlyTree(memoryDevice(content))),
  );
  if (!found || !judge) throw new Error('no trees');
  expect(await snapshotTree(found)).toEqual(await snapshotTree(judge));
  expect([...found.problems, ...judge.problems]).toEqual([]);
}
