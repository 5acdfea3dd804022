import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCard } from '../../scripts/make-card.ts';
import { readCard } from '../../src/engine/card.ts';
import { intersect, invert, roundOutwards, toExtents, union } from '../../src/engine/extents.ts';
import { mapUsed, type UsedMap } from '../../src/engine/used-map.ts';
import {
  emptyImage,
  makeExt,
  makeFat,
  partition,
  temporaryFolder,
  tool,
} from '../support/file-systems.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const SECTOR = 512;

const mapOf = async (bytes: Uint8Array): Promise<UsedMap> => {
  const device = memoryDevice(bytes);
  return mapUsed(device, await readCard(device));
};

const covers = (map: UsedMap, offset: number, bytes: number): boolean =>
  intersect(map.ranges, [{ offset, bytes }]).reduce((sum, range) => sum + range.bytes, 0) === bytes;

const touches = (map: UsedMap, offset: number, bytes: number): boolean =>
  intersect(map.ranges, [{ offset, bytes }]).length > 0;

describe.skipIf(
  needsTools('sfdisk', 'mkfs.vfat', 'mke2fs', 'mcopy', 'mkswap', 'e2fsck', 'fsck.vfat'),
)('the map of a card', () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder.path, name);
  beforeAll(async () => {
    await makeCard({ out: at('mbr.img'), data: 6 * MIB });
    await makeCard({ out: at('gpt.img'), data: 6 * MIB, scheme: 'gpt' });
    mkdirSync(at('tree'));
    writeFileSync(at('tree/file'), 'x'.repeat(100_000));
    makeExt(at('ext.fs'), { bytes: 16 * MIB, type: 'ext4', tree: at('tree') });
    makeFat(at('fat.fs'), {
      bytes: 16 * MIB,
      bits: 16,
      label: 'boot',
      files: { 'config.txt': 'x' },
    });
    tool('mkswap', [emptyImage(at('swap.fs'), 8 * MIB)]);
  });
  afterAll(() => folder.remove());

  /** A card of `mib` MiB from an sfdisk script, with file systems laid into it at whole MiB. */
  const assembled = (
    name: string,
    mib: number,
    script: string,
    parts: Record<number, string>,
  ): Buffer => {
    const file = partition(emptyImage(at(name), mib * MIB), script);
    const fd = openSync(file, 'r+');
    for (const [place, source] of Object.entries(parts)) {
      writeSync(fd, readFileSync(at(source)), 0, null, Number(place) * MIB);
    }
    closeSync(fd);
    return readFileSync(file);
  };

  for (const scheme of ['mbr', 'gpt'] as const) {
    it(`leaves out only what is free, so that everything else survives its loss: ${scheme}`, async () => {
      const bytes = readFileSync(at(`${scheme}.img`));
      const map = await mapOf(bytes);
      expect(map.bytes).toBeLessThan(bytes.length * 0.6);
      expect(map.partitions.map(({ strategy }) => strategy)).toEqual(['used', 'used']);
      for (const { offset, bytes: length } of invert(map.ranges, bytes.length)) {
        bytes.fill(0xa5, offset, offset + length);
      }
      writeFileSync(at('destroyed.img'), bytes);
      const verdict = tool('sfdisk', ['--verify', at('destroyed.img')]);
      expect(verdict).toMatch(/No errors detected/);
      const table = (await readCard(memoryDevice(bytes))).partitions;
      for (const [index, check] of [
        ['fsck.vfat', '-n'],
        ['e2fsck', '-fn'],
      ].entries()) {
        const part = table[index];
        writeFileSync(
          at('part'),
          bytes.subarray(part?.offset, (part?.offset ?? 0) + (part?.bytes ?? 0)),
        );
        tool(check[0] ?? '', [check[1] ?? '', at('part')]);
      }
      expect((await readCard(memoryDevice(bytes))).hostname).toBe('octopi');
    });
  }

  it('copies both places of the second GPT on a card flashed from a smaller image', async () => {
    copyFileSync(at('gpt.img'), at('larger.img'));
    const small = readFileSync(at('gpt.img')).length;
    const large = small + 64 * MIB;
    truncateSync(at('larger.img'), large);
    const bytes = readFileSync(at('larger.img'));
    const map = await mapOf(bytes);
    const copy = 33 * SECTOR;
    expect(covers(map, small - copy, copy)).toBe(true);
    expect(covers(map, large - copy, copy)).toBe(true);
    expect(touches(map, small + 8 * MIB, 32 * MIB)).toBe(false);
    expect(map.notes.join()).toMatch(/after the last partition/);
  });

  it('copies gaps before and between partitions, and what lies behind a file system', async () => {
    const script = 'label: dos\nstart=8192,size=40960,type=c\nstart=65536,size=49152,type=83\n';
    const map = await mapOf(assembled('gaps.img', 64, script, { 4: 'fat.fs', 32: 'ext.fs' }));
    expect(covers(map, 0, 4 * MIB)).toBe(true);
    // The FAT is 16 MiB long in a partition of 20 MiB; the gap goes from 24 to 32 MiB.
    expect(covers(map, 20 * MIB, 12 * MIB)).toBe(true);
    expect(covers(map, 48 * MIB, 8 * MIB)).toBe(true);
    expect(touches(map, 57 * MIB, 7 * MIB)).toBe(false);
  });

  it('copies whole, with the reason, what it does not understand', async () => {
    const script =
      'label: dos\nstart=2048,size=16384,type=82\nstart=20480,size=32768,type=83\nstart=53248,size=32768,type=c\n';
    const bytes = assembled('odd.img', 48, script, { 1: 'swap.fs', 10: 'ext.fs' });
    const map = await mapOf(bytes);
    expect(map.partitions).toMatchObject([
      { strategy: 'whole', reason: 'PiKeep does not read swap' },
      { strategy: 'used', reason: null },
      { strategy: 'whole', reason: 'nothing known was found on it' },
    ]);
    expect(covers(map, MIB, 8 * MIB)).toBe(true);
    expect(covers(map, 26 * MIB, 16 * MIB)).toBe(true);
  });

  it('goes by content, not by the type in the table', async () => {
    const script = 'label: dos\nstart=2048,size=32768,type=83\nstart=34816,size=32768,type=7\n';
    const map = await mapOf(assembled('types.img', 40, script, { 1: 'fat.fs', 17: 'ext.fs' }));
    expect(map.partitions.map(({ strategy }) => strategy)).toEqual(['used', 'used']);
  });

  it('copies a partition whole that carries two signatures, overlaps, or ends too late', async () => {
    const script = 'label: dos\nstart=2048,size=32768,type=83\nstart=34816,size=32768,type=83\n';
    const bytes = assembled('two.img', 40, script, { 1: 'ext.fs', 17: 'ext.fs' });
    bytes.set(Buffer.from('LUKS\xba\xbe', 'latin1'), MIB);
    expect((await mapOf(bytes)).partitions[0]?.reason).toBe('it carries the marks of ext and luks');
    bytes.writeUInt32LE(32768, 446 + 16 + 8);
    const overlap = await mapOf(bytes);
    expect(overlap.partitions.map(({ reason }) => reason)).toEqual([
      'it overlaps another partition',
      'it overlaps another partition',
    ]);
    bytes.writeUInt32LE(34816, 446 + 16 + 8);
    bytes.writeUInt32LE(100_000, 446 + 16 + 12);
    const late = await mapOf(bytes);
    expect(late.partitions[1]?.reason).toBe('it ends after the end of the card');
    expect(covers(late, 17 * MIB, 23 * MIB)).toBe(true);
  });

  it('copies the tail when something known begins or ends in it', async () => {
    const script = 'label: dos\nstart=2048,size=32768,type=83\n';
    for (const [place, name] of [
      [18, 'ext'],
      [18, 'fat'],
    ] as const) {
      const map = await mapOf(
        assembled('tail.img', 48, script, { 1: 'ext.fs', [place]: `${name}.fs` }),
      );
      expect(map.notes.join()).toContain(`copied: ${name}`);
      expect(covers(map, 17 * MIB, 31 * MIB)).toBe(true);
    }
    const raid = assembled('raid.img', 48, script, { 1: 'ext.fs' });
    raid.writeUInt32LE(0xa92b4efc, raid.length - 8192);
    expect(covers(await mapOf(raid), 17 * MIB, 31 * MIB)).toBe(true);
  });

  it('reads a card without a table as one file system', async () => {
    const map = await mapOf(readFileSync(at('fat.fs')));
    expect(map.partitions).toMatchObject([{ index: 0, strategy: 'used' }]);
    expect(map.bytes).toBeLessThan(2 * MIB);
    const nothing = await mapOf(new Uint8Array(4 * MIB));
    expect(nothing.bytes).toBe(4 * MIB);
  });

  it('keeps the logical partitions and their chain', async () => {
    const script =
      'label: dos\nstart=2048,size=32768,type=c\nstart=36864,size=61440,type=5\nstart=40960,size=32768,type=83\n';
    const map = await mapOf(assembled('logical.img', 48, script, { 1: 'fat.fs', 20: 'ext.fs' }));
    expect(map.partitions.map(({ index, strategy }) => [index, strategy])).toEqual([
      [1, 'used'],
      [5, 'used'],
    ]);
    expect(covers(map, 17 * MIB, 3 * MIB)).toBe(true);
  });
});

describe('sets of ranges', () => {
  const SIZE = 200;
  const ranges = fc.array(
    fc
      .record({ offset: fc.nat(SIZE - 1), bytes: fc.nat(40) })
      .map(({ offset, bytes }) => ({ offset, bytes: Math.min(bytes, SIZE - offset) })),
    { maxLength: 12 },
  );
  /** The same set as one flag a byte: the slow, plain way to check it. */
  const flags = (set: readonly { offset: number; bytes: number }[]): boolean[] => {
    const bits = Array.from({ length: SIZE }, () => false);
    for (const { offset, bytes } of set) bits.fill(true, offset, offset + bytes);
    return bits;
  };
  const isSet = (set: readonly { offset: number; bytes: number }[]): boolean =>
    set.every(({ offset, bytes }, index) => {
      const next = set[index + 1];
      return bytes > 0 && (!next || offset + bytes < next.offset);
    });

  it('agree with one flag a byte: union, intersection, complement', () => {
    fc.assert(
      fc.property(ranges, ranges, (left, right) => {
        const [a, b] = [toExtents(left), toExtents(right)];
        expect(isSet(a)).toBe(true);
        expect(flags(union(a, b))).toEqual(flags([...left, ...right]));
        const [fa, fb] = [flags(a), flags(b)];
        expect(flags(intersect(a, b))).toEqual(fa.map((flag, index) => flag && fb[index]));
        expect(flags(invert(a, SIZE))).toEqual(fa.map((flag) => !flag));
        expect(isSet(invert(a, SIZE))).toBe(true);
      }),
    );
  });

  it('only grow when rounded, end on the alignment or at the end, and swallow small gaps', () => {
    fc.assert(
      fc.property(
        ranges,
        fc.constantFrom(1, 4, 16),
        fc.constantFrom(0, 8, 32),
        (input, alignment, gap) => {
          const set = toExtents(input);
          const grown = roundOutwards(set, alignment, SIZE, gap);
          const [before, after] = [flags(set), flags(grown)];
          expect(before.every((flag, index) => !flag || after[index])).toBe(true);
          expect(isSet(grown)).toBe(true);
          for (const [index, { offset, bytes }] of grown.entries()) {
            expect(offset % alignment).toBe(0);
            expect((offset + bytes) % alignment === 0 || offset + bytes === SIZE).toBe(true);
            const next = grown[index + 1];
            if (next) expect(next.offset - offset - bytes).toBeGreaterThan(gap);
          }
        },
      ),
    );
  });
});
