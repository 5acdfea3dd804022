import { describe, expect, it } from 'vitest';
import type { BlockDevice } from '../../src/engine/block-device.ts';
import { JournalBlocks } from '../../src/engine/journal-blocks.ts';
import { readLog } from '../../src/engine/journal-log.ts';
import type { JournalSuperblock } from '../../src/engine/journal-superblock.ts';

const BLOCK = 4096;
const [descriptor, commit, revocation] = [1, 2, 5];

/** A ring of so many blocks without checksums, whose oldest transaction is number 7. */
function journalOf(blocks: number, facts: Partial<JournalSuperblock> = {}): JournalSuperblock {
  return {
    blockBytes: BLOCK,
    blocks,
    first: 1,
    end: blocks,
    start: 1,
    sequence: 7,
    error: 0,
    checksums: 0,
    checksumSeed: 0,
    wide: false,
    asyncCommit: false,
    fastCommits: null,
    ...facts,
  };
}

/** A journal that fills its device; `block` makes the content of a place. */
function logOf(journal: JournalSuperblock, block: (place: number) => Uint8Array) {
  const device: BlockDevice = {
    path: 'made up',
    size: journal.blocks * BLOCK,
    sectorSize: 512,
    async read(into, offset) {
      for (let at = 0; at < into.length; at += BLOCK) {
        into.set(block((offset + at) / BLOCK), at);
      }
    },
    close: () => Promise.resolve(),
  };
  const blocks = new JournalBlocks(device, [{ block: 0, count: journal.blocks }], BLOCK);
  return readLog(journal, blocks);
}

function own(type: number, sequence: number, ...words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of [0xc03b3998, type, sequence, ...words].entries()) {
    view.setUint32(index * 4, word);
  }
  return bytes;
}

/** Tags of 8 bytes: a block's number, then the flags "same file system" and, for the last, "last". */
const tag = (block: number, isLast: boolean): number[] => [block, isLast ? 10 : 2];

describe('the log of a journal', () => {
  it('counts its transactions past the largest number there is', async () => {
    const log = [
      own(descriptor, 2 ** 32 - 1, ...tag(100, true)),
      new Uint8Array(BLOCK).fill(1),
      own(commit, 2 ** 32 - 1),
      own(revocation, 0, 16 + 4, 100),
      own(descriptor, 0, ...tag(101, true)),
      new Uint8Array(BLOCK).fill(2),
      own(commit, 0),
      own(commit, 5),
    ];
    const journal = journalOf(64, { sequence: 2 ** 32 - 1 });
    const found = await logOf(journal, (place) => log[place - 1] ?? new Uint8Array(BLOCK));
    expect(found).toMatchObject({ transactions: 2, endSequence: 1, beyond: null });
    expect([...found.committed.overlay(BLOCK, true).blocks]).toEqual([[101, 6]]);
  });

  it('that nothing but a missing commit ends has no part of its last transaction', async () => {
    const log = [own(descriptor, 7, ...tag(100, true)), new Uint8Array(BLOCK)];
    const found = await logOf(journalOf(64), (place) => log[place - 1] ?? new Uint8Array(BLOCK));
    expect(found).toMatchObject({ transactions: 0, endSequence: 7 });
    expect(found.committed.overlay(BLOCK, true).blocks.size).toBe(0);
  });

  it('that runs in a circle is not followed for ever', async () => {
    const tags = Array.from({ length: 40 }, (_, index) => tag(index, index === 39)).flat();
    const block = own(descriptor, 7, ...tags);
    await expect(logOf(journalOf(100), () => block)).rejects.toThrow(/bites its own tail/);
  });

  it('with more in it than memory should hold is not understood', async () => {
    const full = own(
      descriptor,
      7,
      ...Array.from({ length: 510 }, (_, at) => tag(at, false)).flat(),
    );
    await expect(logOf(journalOf(2 ** 21), () => full)).rejects.toThrow(/too large/);
    const words = Array.from({ length: 1020 }, (_, at) => at);
    const voids = own(revocation, 7, 4096, ...words);
    await expect(logOf(journalOf(2 ** 21), () => voids)).rejects.toThrow(/too large/);
  });
});
