import { describe, expect, it } from 'vitest';
import { mapOf, memorySource } from '../support/memory-source.ts';
import { MemoryWritable } from '../support/memory-writable.ts';
import { model, noise, restoring } from '../support/restoring.ts';
import { type Rates, ratesOf, TimedCard, zeroSource } from '../support/timed-card.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

describe('a differential restore', () => {
  const image = noise(12 * MIB, 21);
  const map = mapOf(
    image,
    Array.from({ length: 12 }, (_, index) => [index * MIB, MIB] as const),
  );
  /** The card holds the image, but for one entry and one place in another. */
  const almost = () => {
    const content = image.slice();
    content.fill(0xa5, 3 * MIB, 4 * MIB);
    content.fill(0xa5, 6 * MIB + 300 * KIB, 6 * MIB + 301 * KIB);
    return new MemoryWritable(content);
  };

  for (const isSeekable of [true, false]) {
    it(`writes what differs and both ends, and reads the rest once or twice (${isSeekable})`, async () => {
      const target = almost();
      const source = memorySource(image, map, { isSeekable });
      let before = 0;
      const { outcome } = await restoring({
        target,
        source,
        mode: 'differential',
        async onWriting() {
          before = target.log.length;
        },
      });
      const writes = target.log.slice(before).flatMap((one) => (one.is === 'write' ? [one] : []));
      expect(writes.map(({ offset, bytes }) => [offset, bytes])).toEqual([
        [3 * MIB, MIB],
        [6 * MIB + 256 * KIB, 256 * KIB],
        [11 * MIB, MIB],
        [512, MIB - 512],
        [0, 512],
      ]);
      expect(outcome).toMatchObject({
        mode: 'differential',
        mappedBytes: 12 * MIB,
        writtenBytes: 3 * MIB + 256 * KIB,
        skippedBytes: 9 * MIB - 256 * KIB,
        provenBytes: 12 * MIB,
      });
      expect(Buffer.compare(target.medium, image)).toBe(0);
      const read = source.handedOut.map(({ offset }) => offset / MIB);
      expect(read).toEqual(isSeekable ? [0, 3, 6, 11] : map.map(({ offset }) => offset / MIB));
    });
  }

  it('compares patched places with what they will be, not with the image', async () => {
    const patches = [{ offset: 5 * MIB + 10, data: noise(20, 2), what: 'patch' }];
    const first = almost();
    await restoring({ target: first, source: memorySource(image, map), patches });
    const again = first.again();
    const source = memorySource(image, map);
    const { outcome } = await restoring({ target: again, source, patches, mode: 'differential' });
    expect(outcome.writtenBytes).toBe(2 * MIB);
    expect(Buffer.compare(again.medium, model({ old: image, image, map, patches }))).toBe(0);
  });

  it('is chosen for a card that holds the image, and not for another', async () => {
    let now = 0;
    const slow = almost().again({
      onRead(_, bytes) {
        now += bytes / 90_000;
      },
      onWrite(_, bytes) {
        now += bytes / 20_000;
      },
    });
    const source = memorySource(image, map);
    const right = await restoring({ target: slow, source, mode: 'auto', monotonic: () => now });
    expect(right.outcome.mode).toBe('differential');
    expect(right.outcome.skippedBytes).toBeGreaterThan(7 * MIB);
    const other = new MemoryWritable(noise(12 * MIB, 22));
    const wrong = await restoring({
      target: other,
      source: memorySource(image, map),
      mode: 'auto',
    });
    expect(wrong.outcome).toMatchObject({ mode: 'full', skippedBytes: 0 });
    expect(Buffer.compare(other.medium, image)).toBe(0);
  });

  it('looks at 64 places or more before it decides, all over the map', async () => {
    const target = new MemoryWritable(noise(12 * MIB, 23));
    let from = 0;
    await restoring({
      target,
      source: memorySource(image, map),
      mode: 'auto',
      async onWriting() {
        from = target.log.length;
      },
    });
    const operations = target.log.slice(from);
    const samples = operations.slice(
      0,
      operations.findIndex(({ is }) => is === 'write'),
    );
    expect(samples.length).toBeGreaterThanOrEqual(64);
    const entries = new Set(
      samples.flatMap((one) => (one.is === 'read' ? [Math.floor(one.offset / MIB)] : [])),
    );
    expect([...entries]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('does not believe what was right a moment ago', async () => {
    const target = almost();
    const spoil = new MemoryWritable(target.medium, {
      onWrite(offset) {
        // A write that went elsewhere.
        if (offset === 6 * MIB + 256 * KIB) target.medium.fill(1, 2 * MIB, 2 * MIB + 512);
      },
    });
    const run = restoring({
      target: spoil,
      source: memorySource(image, map),
      mode: 'differential',
    });
    await expect(run).rejects.toMatchObject({
      code: 'CARD_NOT_AS_WRITTEN',
      facts: { disk: 'card', offset: 2 * MIB, bytes: MIB, ranges: 1 },
    });
  });
});

describe('the time of a differential restore', () => {
  const LARGE = 768 * MIB;
  const BYTES = 96 * MIB;

  const timed = async (
    mode: 'auto' | 'full',
    rates: Rates,
    isWrong: (offset: number) => boolean,
    isSeekable = true,
    bytes = BYTES,
  ) => {
    const target = new TimedCard(bytes, rates, isWrong);
    const source = zeroSource(bytes, bytes === LARGE ? 4 * MIB : MIB, isSeekable);
    const { outcome } = await restoring({ target, source, mode, monotonic: target.monotonic });
    expect(target.isAllRight).toBe(true);
    return { ...outcome, milliseconds: target.milliseconds };
  };
  const slowReader = ratesOf(90, 20);

  it('is at most 0.30 of a full one where 95 % is right already', async () => {
    const full = await timed('full', slowReader, () => true, true, LARGE);
    // One MiB of twenty.
    const isWrong = (at: number): boolean => at % (20 * MIB) < MIB;
    for (const isSeekable of [true, false]) {
      const same = await timed('auto', slowReader, isWrong, isSeekable, LARGE);
      expect(same.mode).toBe('differential');
      expect(same.milliseconds / full.milliseconds).toBeLessThanOrEqual(0.3);
      expect(same.provenBytes).toBeGreaterThanOrEqual(same.writtenBytes + same.skippedBytes / 4);
      expect(same.provenBytes).toBeLessThan(LARGE / 2);
    }
  });

  const layouts: [string, (offset: number) => boolean][] = [
    ['nothing is right', () => true],
    ['the first half is right', (at) => at >= BYTES / 2],
    ['the second half is right', (at) => at < BYTES / 2],
    ['every other MiB is right', (at) => at % (2 * MIB) < MIB],
    ['every other 16 MiB is right', (at) => at % (32 * MIB) < 16 * MIB],
    ['a third is right', (at) => at % (3 * MIB) < 2 * MIB],
    ['every MiB has something wrong', (at) => at % MIB < 64 * KIB],
  ];
  for (const [name, isWrong] of layouts) {
    it(`is never more than a tenth above a full one: ${name}`, async () => {
      for (const [read, write] of [
        [90, 20],
        [90, 80],
        [20, 40],
      ] as const) {
        const rates = ratesOf(read, write);
        const rate = `${read} and ${write} MB/s`;
        const full = await timed('full', rates, isWrong);
        for (const isSeekable of [true, false]) {
          const auto = await timed('auto', rates, isWrong, isSeekable);
          expect(auto.writeMilliseconds / full.writeMilliseconds, rate).toBeLessThanOrEqual(1.1);
        }
      }
    });
  }
});
