import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crc32c } from '../../src/engine/crc32c.ts';
import { mapExt, replayedView } from '../../src/engine/ext-map.ts';
import { overlayDevice } from '../../src/engine/overlay.ts';
import { makeExt, temporaryFolder, tool } from '../support/file-systems.ts';
import { blocksOf, forgeJournal, replayedByDebugfs } from '../support/journal-forge.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;

interface Kind {
  readonly blockBytes: 1024 | 4096;
  readonly type: string;
  readonly args?: readonly string[];
  readonly checksums: 0 | 1 | 2 | 3;
}

const kinds: Record<string, Kind> = {
  'ext4, sums of version 3': { blockBytes: 4096, type: 'ext4', checksums: 3 },
  'ext4, sums of version 2': { blockBytes: 1024, type: 'ext4', checksums: 2 },
  'ext4, 64-bit, one sum a transaction': {
    blockBytes: 1024,
    type: 'ext4',
    args: ['-O', '^metadata_csum'],
    checksums: 1,
  },
  'ext4, 64-bit, no sums': { blockBytes: 4096, type: 'ext4', checksums: 0 },
  'ext3, found by indirect blocks': { blockBytes: 1024, type: 'ext3', checksums: 0 },
};

describe.skipIf(needsTools('mke2fs', 'debugfs'))('the journal of ext3 and ext4', () => {
  const folder = temporaryFolder();
  const tree = join(folder.path, 'tree');
  const image = join(folder.path, 'fs.img');
  let kind: Kind = { blockBytes: 4096, type: 'ext4', checksums: 0 };
  /** Blocks of a file, as targets that do no harm. */
  let targets: number[] = [];
  /** Where the journal's blocks lie, in bytes. */
  let journal: number[] = [];
  beforeAll(() => {
    mkdirSync(tree);
    writeFileSync(join(tree, 'file'), Buffer.alloc(600_000, 'old content '));
  });
  afterAll(() => folder.remove());

  function make(name: string): void {
    const found = kinds[name];
    if (!found) throw new Error(`no such kind: ${name}`);
    kind = found;
    rmSync(image, { force: true });
    makeExt(image, {
      bytes: 12 * MIB,
      type: kind.type,
      args: ['-b', String(kind.blockBytes), ...(kind.args ?? [])],
      tree,
    });
    targets = blocksOf(image, '/file');
    journal = blocksOf(image, '<8>').map((block) => block * kind.blockBytes);
  }

  /** Different in every block; every third one looks like a block of the journal's own. */
  function content(count: number, seed: number): Uint8Array {
    const bytes = Buffer.alloc(count * kind.blockBytes);
    for (let at = 0; at < bytes.length; at++) bytes[at] = (at * 7 + (at >> 10) + seed * 31) & 255;
    for (let block = 0; block < count; block += 3) {
      bytes.writeUInt32BE(0xc03b3998, block * kind.blockBytes);
    }
    return bytes;
  }

  /** Compares our view with the image after debugfs's replay; returns how many blocks the replay changes. */
  async function expectSameReplay(): Promise<number> {
    const raw = readFileSync(image);
    const view = await replayedView(memoryDevice(raw));
    if (!view) throw new Error('not understood');
    const ours = Buffer.alloc(view.size);
    await view.read(ours, 0);
    const judge = replayedByDebugfs(image);
    // debugfs notes in the superblock and in the journal's first block that it is done.
    for (const bytes of [ours, judge, raw]) {
      bytes.fill(0, 1024, 2048);
      bytes.fill(0, journal[0], (journal[0] ?? 0) + kind.blockBytes);
    }
    let changed = 0;
    for (let at = 0; at < raw.length; at += kind.blockBytes) {
      const end = at + kind.blockBytes;
      expect(ours.subarray(at, end).equals(judge.subarray(at, end)), `block at ${at}`).toBe(true);
      if (!judge.subarray(at, end).equals(raw.subarray(at, end))) changed++;
    }
    return changed;
  }

  for (const name of Object.keys(kinds)) {
    it(`is replayed as e2fsprogs replays it, escapes, revocations and all: ${name}`, async () => {
      make(name);
      forgeJournal(image, kind.checksums, [
        { blocks: targets.slice(0, 20), content: content(20, 1) },
        { blocks: targets.slice(10, 20), content: content(10, 2) },
        // Voids what came before, not what comes after. (debugfs forgets it in its one sum a transaction.)
        { blocks: [], revoked: kind.checksums === 1 ? [] : targets.slice(0, 5) },
        { blocks: targets.slice(2, 3), content: content(1, 4) },
        { blocks: targets.slice(40, 50), content: content(10, 5), uncommitted: true },
      ]);
      expect(await expectSameReplay()).toBe(kind.checksums === 1 ? 20 : 20 - 5 + 1);
    });

    it(`may run around the end of its ring: ${name}`, async () => {
      make(name);
      const many = targets.slice(0, 100);
      forgeJournal(image, kind.checksums, [
        { blocks: many, content: content(100, 1) },
        { blocks: many.slice(50), content: content(50, 2) },
      ]);
      const raw = readFileSync(image);
      turnRing(raw, journal, kind.blockBytes, 60);
      writeFileSync(image, raw);
      expect(await expectSameReplay()).toBe(100);
    });

    it(`ends where e2fsprogs ends, or is not understood, whatever is damaged: ${name}`, async () => {
      make(name);
      forgeJournal(image, kind.checksums, [
        { blocks: targets.slice(0, 4), content: content(4, 1) },
        { blocks: targets.slice(2, 6), content: content(4, 2) },
        { blocks: targets.slice(4, 8), content: content(4, 3) },
      ]);
      const sound = readFileSync(image);
      const log = journal.slice(1, 20);
      let understood = 0;
      for (const [place, offset] of log.entries()) {
        // By turns the sequence number, a tag or the commit's sum, and the commit's time.
        const at = [11, 17, 55][place % 3] ?? 0;
        const damaged = Buffer.from(sound);
        damaged[offset + at] = (damaged[offset + at] ?? 0) ^ 0x55;
        writeFileSync(image, damaged);
        const map = await mapExt(memoryDevice(damaged));
        if (map.strategy === 'whole') continue;
        understood++;
        // Without sums a tag may lead anywhere, and only the kernel and e2fsprogs follow it everywhere.
        if (kind.checksums > 0 || at === 11) await expectSameReplay();
      }
      expect(understood).toBeGreaterThan(0);
    });
  }

  it('is found by the copy of its place in the superblock when its inode is gone', async () => {
    make('ext4, sums of version 3');
    forgeJournal(image, 3, [{ blocks: targets.slice(0, 4), content: content(4, 1) }]);
    const before = await mapExt(memoryDevice(readFileSync(image)));
    const where = tool('debugfs', ['-R', 'imap <8>', image]);
    const [, block = '', offset = ''] = /block (\d+), offset (0x[0-9a-f]+)/.exec(where) ?? [];
    const raw = readFileSync(image);
    raw.fill(
      0x5a,
      Number(block) * 4096 + Number(offset),
      Number(block) * 4096 + Number(offset) + 256,
    );
    const map = await mapExt(memoryDevice(raw));
    expect(map).toMatchObject({ strategy: 'used', journal: 'replayed' });
    if (map.strategy !== 'used' || before.strategy !== 'used') return;
    expect(map.used).toEqual(before.used);
    expect(map.notes.join()).toMatch(/copy of its place/);
  });

  it('must not write outside of the file system, nor over itself', async () => {
    for (const [target, reason] of [
      [5000, /do not exist/],
      [null, /overwrite itself/],
    ] as const) {
      make('ext4, 64-bit, no sums');
      forgeJournal(image, 0, [{ blocks: targets.slice(0, 1), content: content(1, 1) }]);
      const raw = readFileSync(image);
      const descriptor = (journal[0] ?? 0) + 4096;
      raw.writeUInt32BE(target ?? (journal[0] ?? 0) / 4096 + 7, descriptor + 12);
      const map = await mapExt(memoryDevice(raw));
      expect(map).toMatchObject({ strategy: 'whole', reason: expect.stringMatching(reason) });
    }
  });

  it('is left alone unless the file system asks for it, and contradictions are not trusted', async () => {
    make('ext4, sums of version 3');
    forgeJournal(image, 3, [{ blocks: targets.slice(0, 4), content: content(4, 1) }]);
    tool('debugfs', ['-w', '-R', 'feature -needs_recovery', image]);
    expect(await mapExt(memoryDevice(readFileSync(image)))).toMatchObject({
      strategy: 'whole',
      reason: 'it says it is clean, but its journal is not',
    });
  });

  it('with a feature nobody knows, or of another device, makes no map', async () => {
    make('ext4, 64-bit, no sums');
    const raw = readFileSync(image);
    raw.writeUInt32BE(0x42, (journal[0] ?? 0) + 0x28);
    expect(await mapExt(memoryDevice(raw))).toMatchObject({
      reason: expect.stringMatching(/features PiKeep does not know \(0x40\)/),
    });
    make('ext4, sums of version 3');
    tool('debugfs', ['-w', '-R', 'set_super_value journal_dev 0x801', image]);
    expect(await mapExt(memoryDevice(readFileSync(image)))).toMatchObject({
      reason: 'its journal lies on another device',
    });
  });

  it('damaged anywhere gives an answer, never an exception, never a hang', async () => {
    for (const name of ['ext4, sums of version 3', 'ext3, found by indirect blocks']) {
      make(name);
      forgeJournal(image, kind.checksums, [
        { blocks: targets.slice(0, 20), content: content(20, 1) },
        { blocks: [], revoked: targets.slice(15, 30) },
        { blocks: targets.slice(10, 20), content: content(10, 2) },
      ]);
      const source = readFileSync(image);
      const areas = journal.slice(0, 40);
      const change = fc.tuple(fc.nat(areas.length - 1), fc.nat(80), fc.nat(255));
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
          const undo = changes.map(([area, at, value]) => {
            const where = (areas[area] ?? 0) + at;
            const old = source[where] ?? 0;
            source[where] = value;
            return () => {
              source[where] = old;
            };
          });
          const map = await mapExt(memoryDevice(source));
          for (const step of undo.toReversed()) step();
          expect(['used', 'whole']).toContain(map.strategy);
        }),
        { numRuns: 150 },
      );
    }
  });
});

describe('a device seen through its journal', () => {
  it('gives any piece of a committed block, its mark put back', async () => {
    const bytes = Uint8Array.from({ length: 64 * 16 }, (_, index) => index);
    const overlay = {
      blockBytes: 64,
      blocks: new Map([
        [1, 9],
        [3, 12],
      ]),
      escaped: new Set([3]),
    };
    const expected = bytes.slice();
    expected.copyWithin(64, 9 * 64, 10 * 64);
    expected.copyWithin(3 * 64, 12 * 64, 13 * 64);
    expected.set([0xc0, 0x3b, 0x39, 0x98], 3 * 64);
    const view = overlayDevice(memoryDevice(bytes), overlay);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length), fc.nat(bytes.length), async (left, right) => {
        const [start, end] = left < right ? [left, right] : [right, left];
        const into = new Uint8Array(end - start);
        await view.read(into, start);
        expect(into).toEqual(expected.slice(start, end));
      }),
    );
    await expect(view.read(new Uint8Array(2), bytes.length - 1)).rejects.toThrow(RangeError);
  });
});

/** Moves the log `by` blocks back along its ring, so that it begins near the end and goes on at the front. */
function turnRing(raw: Buffer, places: readonly number[], blockBytes: number, by: number): void {
  const at = (place: number): number => places[place] ?? 0;
  const head = at(0);
  const first = raw.readUInt32BE(head + 0x14);
  const size = raw.readUInt32BE(head + 0x10) - first;
  const log = Array.from({ length: size }, (_, index) =>
    Buffer.from(raw.subarray(at(first + index), at(first + index) + blockBytes)),
  );
  for (const [index, block] of log.entries()) {
    block.copy(raw, at(first + ((index - by + size) % size)));
  }
  const start = raw.readUInt32BE(head + 0x1c);
  raw.writeUInt32BE(first + ((start - first - by + size) % size), head + 0x1c);
  if (raw.readUInt32BE(head + 0x28) & 0x18) {
    raw.writeUInt32BE(0, head + 0xfc);
    raw.writeUInt32BE(crc32c(raw.subarray(head, head + 1024)), head + 0xfc);
  }
}
