import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Range } from '../../src/engine/chunks.ts';
import { invert } from '../../src/engine/extents.ts';
import { mapFat } from '../../src/engine/fat-map.ts';
import type { FileSystemMap } from '../../src/engine/file-system-map.ts';
import { makeFat, temporaryFolder, tool } from '../support/file-systems.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const sizes = { 12: 3 * MIB, 16: 20 * MIB, 32: 40 * MIB } as const;

type Used = Extract<FileSystemMap, { strategy: 'used' }>;

/** A generator of whole numbers below `limit` that gives the same ones for the same seed. */
function numbers(seed: number): (limit: number) => number {
  let state = seed * 2654435761 + 1;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % limit;
  };
}

describe.skipIf(needsTools('mkfs.vfat', 'mcopy', 'mdel', 'mmd', 'fsck.vfat'))(
  'the map of a FAT volume',
  () => {
    const folder = temporaryFolder();
    afterAll(() => folder.remove());

    /** A volume in which files of many sizes came and went, so that its free space is in pieces. */
    const aged = (bits: 12 | 16 | 32, seed: number): string => {
      const pick = numbers(seed);
      const file = makeFat(join(folder.path, `aged-${bits}-${seed}.img`), {
        bytes: sizes[bits],
        bits,
        label: 'bootfs',
        files: {},
      });
      const source = join(folder.path, 'source');
      tool('mmd', ['-i', file, '::sub', '::sub/deeper']);
      const places = ['::', '::sub/', '::sub/deeper/'];
      const files: string[] = [];
      for (let count = 0; count < 36; count++) {
        const target = `${places[pick(3)]}file with a long name ${count}.bin`;
        const content = Buffer.alloc(1 + pick(sizes[bits] / 40), `${seed}-${count} `);
        writeFileSync(source, content);
        tool('mcopy', ['-i', file, source, target]);
        files.push(target);
        if (count % 3 === 2)
          tool('mdel', ['-i', file, files.splice(pick(files.length), 1)[0] ?? '']);
      }
      return file;
    };

    /** Every file of a volume, by path, with the hash of its content, as mtools reads it. */
    const contents = (file: string): Record<string, string> => {
      const out = join(folder.path, `out-${Math.random().toString(36).slice(2)}`);
      mkdirSync(out);
      tool('mcopy', ['-s', '-n', '-m', '-i', file, '::', out]);
      const found: Record<string, string> = {};
      for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
        const path = join(out, name);
        if (!statSync(path).isFile()) continue;
        found[name] = createHash('sha256').update(readFileSync(path)).digest('hex');
      }
      return found;
    };

    const mapOf = async (bytes: Uint8Array): Promise<Used> => {
      const map = await mapFat(memoryDevice(bytes));
      if (map.strategy !== 'used') throw new Error(map.reason);
      return map;
    };

    const destroyOutside = (bytes: Uint8Array, used: readonly Range[]): void => {
      for (const { offset, bytes: length } of invert(used, bytes.length)) {
        bytes.fill(0xa5, offset, offset + length);
      }
    };

    for (const bits of [12, 16, 32] as const) {
      for (const seed of [1, 2, 3, 4]) {
        it(`loses nothing and copies nothing free: FAT${bits}, aged volume ${seed}`, async () => {
          const file = aged(bits, seed);
          const before = contents(file);
          expect(Object.keys(before).length).toBeGreaterThan(20);
          const bytes = readFileSync(file);
          const { used, notes } = await mapOf(bytes);
          expect(notes).toEqual([]);
          // fsck.vfat counts "used/total clusters" on its last line.
          const counted = /(\d+)\/(\d+) clusters/.exec(tool('fsck.vfat', ['-n', file]));
          const clusterBytes = bytes.readUInt16LE(11) * bytes.readUInt8(13);
          const free = (Number(counted?.[2]) - Number(counted?.[1])) * clusterBytes;
          const left = invert(used, bytes.length).reduce((sum, range) => sum + range.bytes, 0);
          expect(left).toBe(free);
          expect(left).toBeGreaterThan(0);
          destroyOutside(bytes, used);
          writeFileSync(file, bytes);
          expect(contents(file)).toEqual(before);
          tool('fsck.vfat', ['-n', file]);
        });
      }
    }

    it('honours both copies of the table when they differ, and says so', async () => {
      const file = aged(16, 9);
      const before = contents(file);
      const clean = readFileSync(file);
      const fatOffset = clean.readUInt16LE(14) * 512;
      const fatBytes = clean.readUInt16LE(22) * 512;
      for (const copy of [0, 1]) {
        const bytes = Buffer.from(clean);
        // One copy has lost its second half.
        bytes.fill(0, fatOffset + copy * fatBytes + 64, fatOffset + (copy + 1) * fatBytes);
        const { used, notes } = await mapOf(bytes);
        expect(notes[0]).toMatch(/differ in \d+ entries/);
        destroyOutside(bytes, used);
        // The good copy in both places gives every file again.
        const good = clean.subarray(fatOffset, fatOffset + fatBytes);
        for (const place of [0, 1]) good.copy(bytes, fatOffset + place * fatBytes);
        writeFileSync(file, bytes);
        expect(contents(file)).toEqual(before);
      }
    });

    it('keeps what a folder entry leads to although the table calls it free', async () => {
      const bytes = readFileSync(aged(32, 7));
      const fatOffset = bytes.readUInt16LE(14) * 512;
      const fatBytes = bytes.readUInt32LE(36) * 512;
      const before = await mapOf(bytes);
      for (const copy of [0, 1]) {
        bytes.fill(0, fatOffset + copy * fatBytes + 12, fatOffset + (copy + 1) * fatBytes);
      }
      const { notes, usedBytes } = await mapOf(bytes);
      expect(notes.join()).toMatch(/clusters in use are marked free/);
      expect(usedBytes).toBeLessThan(before.usedBytes);
    });

    it('leaves bad clusters out', async () => {
      const bytes = readFileSync(
        makeFat(join(folder.path, 'bad.img'), {
          bytes: sizes[16],
          bits: 16,
          label: 'x',
          files: {},
        }),
      );
      const before = await mapOf(bytes);
      const fatOffset = bytes.readUInt16LE(14) * 512;
      const fatBytes = bytes.readUInt16LE(22) * 512;
      for (const copy of [0, 1]) bytes.writeUInt16LE(0xfff7, fatOffset + copy * fatBytes + 200);
      expect((await mapOf(bytes)).used).toEqual(before.used);
    });

    it('copies a volume whole that is longer than its partition or makes no sense', async () => {
      const bytes = readFileSync(join(folder.path, 'bad.img'));
      expect(await mapFat(memoryDevice(bytes.subarray(0, MIB)))).toMatchObject({
        strategy: 'whole',
      });
      expect(await mapFat(memoryDevice(new Uint8Array(MIB)))).toMatchObject({ strategy: 'whole' });
    });

    it('never leaves out what a damaged volume still calls used, and never fails', async () => {
      const source = readFileSync(aged(16, 5));
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(MIB), fc.nat(255)), { minLength: 1, maxLength: 60 }),
          async (changes) => {
            const bytes = Buffer.from(source);
            for (const [at, value] of changes) bytes[at] = value;
            const map = await mapFat(memoryDevice(bytes));
            if (map.strategy === 'whole') return;
            expect(map.usedBytes).toBeLessThanOrEqual(map.bytes);
            expect(map.used.every((range) => range.offset >= 0 && range.bytes > 0)).toBe(true);
          },
        ),
        { numRuns: 60 },
      );
    });
  },
);
