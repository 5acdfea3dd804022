import { describe, expect, it } from 'vitest';
import { isPiKeepError, PiKeepError } from '../../src/engine/errors.ts';
import { readUnfinished } from '../../src/engine/unfinished.ts';
import { mapOf, memorySource } from '../support/memory-source.ts';
import { MemoryWritable } from '../support/memory-writable.ts';
import { marker, noise, restoring } from '../support/restoring.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

const image = noise(12 * MIB, 31);
const map = mapOf(
  image,
  Array.from({ length: 24 }, (_, index) => [index * 512 * KIB, 512 * KIB] as const),
);
const content = noise(16 * MIB, 32);

const failure = async (target: MemoryWritable, onWriting = (): void => undefined) => {
  try {
    await restoring({
      target,
      source: memorySource(image, map),
      onWriting: async () => onWriting(),
    });
  } catch (error) {
    if (isPiKeepError(error)) return error;
    throw error;
  }
  return null;
};

/** A counterfeit that begins with `real` bytes of old content. */
const fake = (size: number, real: number, address: (offset: number) => number | null) => {
  const medium = new Uint8Array(size).fill(0xee);
  medium.set(content.subarray(0, real));
  const target = new MemoryWritable(medium, { address });
  const before = medium.slice();
  return { target, isUntouched: () => Buffer.compare(medium, before) === 0 };
};

describe('the probe for a counterfeit', () => {
  const never = () => {
    throw new PiKeepError('INTERNAL', { detail: 'the writing began' });
  };

  it('finds a card that loses what is written past its true size, and leaves it as it was', async () => {
    const { target, isUntouched } = fake(16 * MIB, 8 * MIB, (at) => (at < 8 * MIB ? at : null));
    expect(await failure(target, never)).toMatchObject({
      code: 'FAKE_CAPACITY',
      facts: { disk: 'card', claimedBytes: 16 * MIB, realBytes: null },
    });
    expect(isUntouched()).toBe(true);
  });

  const sizes = [
    [16 * MIB, 8 * MIB],
    [16 * MIB, 2 * MIB],
    [13 * MIB, 4 * MIB],
    [12 * MIB, 4 * MIB],
    [14 * MIB + 5 * 512, 8 * MIB],
    [9 * MIB + 100 * KIB, 8 * MIB],
  ] as const;
  for (const [size, real] of sizes) {
    it(`finds one of ${real} bytes that wraps around and claims ${size}, and leaves it as it was`, async () => {
      const { target, isUntouched } = fake(size, real, (at) => at % real);
      expect(await failure(target, never)).toMatchObject({
        code: 'FAKE_CAPACITY',
        facts: { claimedBytes: size, realBytes: real },
      });
      expect(isUntouched()).toBe(true);
    });
  }

  it('finds a worn-out card that takes writes and keeps none', async () => {
    const medium = content.slice();
    const target = new MemoryWritable(medium, { keepsNothing: true });
    expect(await failure(target, never)).toMatchObject({ code: 'CARD_NOT_AS_WRITTEN' });
    expect(Buffer.compare(medium, content)).toBe(0);
  });

  it('does not take a good card for a counterfeit, whatever an earlier restore has left on it', async () => {
    for (const size of [16 * MIB, 13 * MIB + 512, 3 * MIB]) {
      const first = new MemoryWritable(content.slice(0, size), { dieAtWrite: 8 });
      expect((await failure(first))?.code).toBe('DEVICE_GONE');
      // The mark of the first lies where a counterfeit would show that of the second.
      first.medium.set(first.medium.slice(0, 4096), 2 * MIB);
      expect(await readUnfinished(first.again())).toEqual(marker);
      expect(await failure(first.again())).toBeNull();
    }
  });
});

describe('a counterfeit that the probe cannot find', () => {
  it('is named with its true size when it wraps around at an odd place', async () => {
    for (const real of [7 * MIB + 4096, 5 * MIB + 512 * 3, 9 * MIB]) {
      const { target } = fake(16 * MIB, real, (at) => at % real);
      expect(await failure(target)).toMatchObject({
        code: 'FAKE_CAPACITY',
        facts: { disk: 'card', claimedBytes: 16 * MIB, realBytes: real },
      });
    }
  });

  it('is named when it loses what lies between its true size and its last blocks', async () => {
    // Some keep a cache that answers for the newest writes.
    const last = 16 * MIB - 64 * KIB;
    const lost = (at: number): number | null => (at < 7 * MIB || at >= last ? at : null);
    const { target } = fake(16 * MIB, 7 * MIB, lost);
    expect(await failure(target)).toMatchObject({
      code: 'FAKE_CAPACITY',
      facts: { realBytes: 7 * MIB },
    });
  });

  it('is found in no time when what is on it is mostly zeros', async () => {
    // As tables of a file system are: a search for such a block at every byte would take minutes here, and hours on a card.
    const sparse = new Uint8Array(12 * MIB);
    for (let at = 0; at < sparse.length; at += 4096)
      sparse.set(image.subarray(at, at + 24), at + 1000);
    const real = 7 * MIB + 4096;
    const { target } = fake(16 * MIB, real, (at) => at % real);
    const ranges = map.map(({ offset, bytes }) => [offset, bytes] as const);
    const run = restoring({ target, source: memorySource(sparse, mapOf(sparse, ranges)) });
    await expect(run).rejects.toMatchObject({ code: 'FAKE_CAPACITY', facts: { realBytes: real } });
  });

  it('is told from a card with a flaw', async () => {
    const { target } = fake(16 * MIB, 16 * MIB, (at) =>
      at >= 6 * MIB && at < 8 * MIB + 4096 ? null : at,
    );
    expect(await failure(target)).toMatchObject({
      code: 'CARD_NOT_AS_WRITTEN',
      facts: { disk: 'card', offset: 6 * MIB, bytes: 2.5 * MIB, ranges: 5 },
    });
  });

  it('is told from a card of which one place answers for another', async () => {
    // Besides, a file occurs twice in the image, as far apart.
    const twice = image.slice();
    twice.copyWithin(9 * MIB, 5 * MIB, 6 * MIB);
    const ranges = map.map(({ offset, bytes }) => [offset, bytes] as const);
    const { target } = fake(16 * MIB, 16 * MIB, (at) =>
      at >= 6 * MIB && at < 6.5 * MIB ? at - 4 * MIB : at,
    );
    const run = restoring({ target, source: memorySource(twice, mapOf(twice, ranges)) });
    await expect(run).rejects.toMatchObject({
      code: 'CARD_NOT_AS_WRITTEN',
      facts: { offset: 2 * MIB, bytes: 512 * KIB, ranges: 1 },
    });
  });
});
