import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readUnfinished } from '../../src/engine/unfinished.ts';
import { mapOf, memorySource } from '../support/memory-source.ts';
import { MemoryWritable, type MemoryWritableOptions } from '../support/memory-writable.ts';
import { marker, model, noise, restoring } from '../support/restoring.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const OLD = 0xa5;

const image = noise(6 * MIB, 1);
/** The first MiB, two stretches in the middle, and the end of the image. */
const map = mapOf(image, [
  [0, 64 * KIB],
  [MIB - 64 * KIB, 256 * KIB],
  [2 * MIB, MIB],
  [3 * MIB + 4 * KIB, 512 * KIB],
  [6 * MIB - 128 * KIB, 128 * KIB],
]);
const source = (options = {}) => memorySource(image, map, options);
const card = (bytes = 6 * MIB, options: MemoryWritableOptions = {}) =>
  new MemoryWritable(new Uint8Array(bytes).fill(OLD), options);
const equal = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;
const old = (bytes = 6 * MIB): Uint8Array => new Uint8Array(bytes).fill(OLD);

describe('what a restore leaves on the card', () => {
  for (const sectorSize of [512, 4096]) {
    it(`every mapped byte, and nothing else, with sectors of ${sectorSize} bytes`, async () => {
      const target = card(6 * MIB, { sectorSize });
      const { outcome } = await restoring({ target, source: source() });
      // The second block holds the first header of a GPT there, and is cleared; here the image covers it.
      expect(equal(target.medium, model({ old: old(), image, map }))).toBe(true);
      const mapped = map.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(outcome).toMatchObject({
        mode: 'full',
        mappedBytes: mapped,
        writtenBytes: mapped,
        skippedBytes: 0,
        provenBytes: mapped,
      });
    });
  }

  it('zeros where the image has an allocated file of zeros', async () => {
    const zeros = new Uint8Array(4 * MIB);
    const target = card(4 * MIB);
    const all = mapOf(zeros, [
      [0, 2 * MIB],
      [2 * MIB, 2 * MIB],
    ]);
    await restoring({ target, source: memorySource(zeros, all) });
    expect(equal(target.medium, zeros)).toBe(true);
  });

  it('on a larger card, nothing of the mark and of the old backup table', async () => {
    const target = card(9 * MIB);
    const header = 9 * MIB - 512;
    target.medium.set(Buffer.from('EFI PART'), header);
    await restoring({ target, source: source() });
    const cleared = [{ offset: header - 16 * KIB, bytes: 16 * KIB + 512 }];
    expect(equal(target.medium, model({ old: old(9 * MIB), image, map, cleared }))).toBe(true);
  });

  it('on a smaller card, what of the map fits', async () => {
    const target = card(3 * MIB + 256 * KIB);
    const { outcome } = await restoring({ target, source: source() });
    expect(equal(target.medium, model({ old: old(target.size), image, map }))).toBe(true);
    expect(outcome.provenBytes).toBe(outcome.mappedBytes);
  });

  it('patches over the image and beside it', async () => {
    const patches = [
      { offset: 440, data: noise(4, 7), what: 'signature' },
      { offset: 2 * MIB + 5000, data: noise(9000, 8), what: 'inside' },
      { offset: 4 * MIB + 100, data: noise(200, 9), what: 'outside' },
      { offset: 6 * MIB - 512, data: noise(512, 10), what: 'the end' },
    ];
    const target = card();
    await restoring({ target, source: source(), patches });
    expect(equal(target.medium, model({ old: old(), image, map, patches }))).toBe(true);
  });

  it('clears the second header that the old table names in the middle of the card', async () => {
    const target = card(9 * MIB);
    const alternate = 5 * MIB + 3 * 512;
    target.medium.set(Buffer.from('EFI PART'), 512);
    new DataView(target.medium.buffer).setBigUint64(512 + 32, BigInt(alternate / 512), true);
    target.medium.set(Buffer.from('EFI PART'), alternate);
    const before = target.medium.slice();
    const { saved } = await restoring({ target, source: source() });
    const cleared = [{ offset: alternate - 16 * KIB, bytes: 16 * KIB + 512 }];
    expect(equal(target.medium, model({ old: before, image, map, cleared }))).toBe(true);
    expect(saved.map(({ offset, data }) => [offset, data.length])).toEqual([
      [0, MIB],
      [5 * MIB, 4096],
      [8 * MIB, MIB],
    ]);
    for (const { offset, data } of saved) {
      expect(equal(data, before.subarray(offset, offset + data.length))).toBe(true);
    }
  });

  it('is what a simple model says, for any map, patches and size', async () => {
    const unit = 512;
    const ranges = fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 900 })), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(
        ranges,
        ranges,
        fc.integer({ min: 6200, max: 8800 }),
        fc.constantFrom('full' as const, 'differential' as const, 'auto' as const),
        fc.boolean(),
        fc.boolean(),
        async (entries, patched, sectors, mode, isSeekable, odd) => {
          const content = noise(8192 * unit + (odd ? 100 : 0), 3);
          const placed = place(entries, content.length, unit, 1);
          const own = mapOf(content, placed);
          const patches = place(
            patched.map(([gap, length]) => [gap * 14, length] as const),
            sectors * unit,
            1,
            7,
          ).map(([offset, bytes]) => ({ offset, data: noise(bytes, offset + 1), what: 'patch' }));
          // Half of the card holds the image already.
          const medium = new Uint8Array(sectors * unit).fill(OLD);
          medium.set(content.subarray(0, Math.min(content.length, medium.length) >> 1));
          const before = medium.slice();
          const target = new MemoryWritable(medium);
          const { outcome } = await restoring({
            target,
            source: memorySource(content, own, { isSeekable }),
            patches,
            mode,
          });
          const lastBlock = [{ offset: medium.length - 4096, bytes: 4096 }];
          const expected = model({
            old: before,
            image: content,
            map: own,
            patches,
            cleared: lastBlock,
          });
          expect(equal(medium, expected)).toBe(true);
          expect(outcome.writtenBytes + outcome.skippedBytes).toBe(outcome.mappedBytes);
          expect(outcome.provenBytes).toBe(outcome.mappedBytes);
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** Gaps and lengths in `unit`s become ascending, disjoint ranges below `limit`. */
function place(
  pieces: readonly (readonly [number, number])[],
  limit: number,
  unit: number,
  gapUnit: number,
): [number, number][] {
  const placed: [number, number][] = [];
  let at = 0;
  for (const [gap, length] of pieces) {
    const offset = at + gap * gapUnit * unit;
    const bytes = Math.min(length * unit, limit - offset);
    if (bytes <= 0) break;
    placed.push([offset, bytes]);
    at = offset + bytes;
  }
  return placed;
}

describe('the order of writing', () => {
  it('marks first, leaves the ends for last, and sector 0 for the very last, each after a flush', async () => {
    const target = card(9 * MIB);
    const marks: number[] = [];
    await restoring({
      target,
      source: source(),
      async onSaved() {
        expect(target.writes).toEqual([]);
      },
      async onWriting() {
        marks.push(target.log.length);
        expect(await readUnfinished(target.again())).toEqual(marker);
        expect(equal(target.medium.subarray(4096, 9 * MIB - 4096), old(9 * MIB - 8192))).toBe(true);
      },
    });
    const log = target.log.slice(marks[0]).filter(({ is }) => is !== 'read');
    const shape = log.map((one) => (one.is === 'write' ? `${one.is} ${one.offset}` : one.is));
    expect(shape).toEqual([
      `write ${MIB}`,
      `write ${2 * MIB}`,
      `write ${3 * MIB + 4 * KIB}`,
      `write ${6 * MIB - 128 * KIB}`,
      'flush',
      `write ${9 * MIB - 4096}`,
      'write 512',
      `write ${MIB - 64 * KIB}`,
      'flush',
      'write 0',
      'flush',
      'flush',
      'finish',
    ]);
    expect(target.writes.at(-1)).toMatchObject({ offset: 0, bytes: 512 });
    const afterwards = target.log.slice(target.log.findIndex(({ is }) => is === 'finish') + 1);
    expect(afterwards.length).toBeGreaterThan(5);
    expect(afterwards.every(({ is }) => is === 'read')).toBe(true);
  });

  it('tells how far it is', async () => {
    const { steps, outcome } = await restoring({ target: card(), source: source() });
    const sum = (key: 'written' | 'skipped' | 'proven') =>
      steps.reduce((total, step) => total + step[key], 0);
    expect(sum('written')).toBe(outcome.writtenBytes);
    expect(sum('proven')).toBe(outcome.provenBytes);
    expect(new Set(steps.map(({ phase, total }) => `${phase} ${total}`))).toEqual(
      new Set([`writing ${outcome.mappedBytes}`, `proving ${outcome.provenBytes}`]),
    );
  });
});
