import { describe, expect, it } from 'vitest';
import { readCard } from '../../src/engine/card.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import { putBack, readUnfinished } from '../../src/engine/unfinished.ts';
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

/** What it failed with, or 'done'. */
const codeOf = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'done',
    (error: PiKeepError) => error.code,
  );

describe('a restore that ends early', () => {
  const untouched = async (target: MemoryWritable, run: Promise<unknown>, code: string) => {
    const before = target.medium.slice();
    expect(await codeOf(run)).toBe(code);
    expect(equal(target.medium, before)).toBe(true);
  };

  it('leaves the card as it was while nothing but the mark was written', async () => {
    const refuse = () =>
      Promise.reject(
        new PiKeepError('IDENTITY_CHANGED', { disk: 'card', expected: 'a', found: 'b' }),
      );
    const one = card();
    await untouched(
      one,
      restoring({ target: one, source: source(), onWriting: refuse }),
      'IDENTITY_CHANGED',
    );
    expect(one.writes.length).toBeGreaterThan(3);
    const two = card();
    await untouched(
      two,
      restoring({ target: two, source: source(), onSaved: refuse }),
      'IDENTITY_CHANGED',
    );
    expect(two.writes).toEqual([]);
  });

  it('stops at every stage when it is told to', async () => {
    const operations = card();
    await restoring({ target: operations, source: source() });
    const all = operations.log.length;
    const finish = operations.log.findIndex(({ is }) => is === 'finish');
    for (let stage = 0; stage < all; stage++) {
      const controller = new AbortController();
      let calls = 0;
      const count = () => {
        if (calls++ === stage) controller.abort();
      };
      const target = card(6 * MIB, { onRead: count, onWrite: count });
      let begun = false;
      const run = restoring({
        target,
        source: source(),
        signal: controller.signal,
        async onWriting() {
          begun = true;
        },
      });
      const code = await codeOf(run);
      if (code === 'done') {
        // The last write, or reading back, was under way already.
        expect(equal(target.medium, model({ old: old(), image, map }))).toBe(true);
        continue;
      }
      expect(code).toBe('INTERRUPTED');
      if (!begun) expect(equal(target.medium, old())).toBe(true);
      else if (target.log.some(({ is }) => is === 'finish')) {
        expect(equal(target.medium, model({ old: old(), image, map }))).toBe(true);
      } else expect(await readUnfinished(target.again())).toEqual(marker);
    }
    expect(finish).toBeGreaterThan(0);
  });

  it('keeps the mark when the image turns out to be damaged or the card refuses writes', async () => {
    for (const isSeekable of [true, false]) {
      const one = card();
      const damaged = source({ damagedAt: 2 * MIB, isSeekable });
      expect(await codeOf(restoring({ target: one, source: damaged }))).toBe('IMAGE_DAMAGED');
      expect(await readUnfinished(one.again())).toEqual(marker);
    }
    for (const bad of [2 * MIB + 4096, 3 * MIB + 8192, 5 * MIB + 900 * KIB, 970 * KIB]) {
      const two = card(6 * MIB, { bad: [{ offset: bad, bytes: 512 }] });
      expect(await codeOf(restoring({ target: two, source: source() }))).toBe('WRITE_FAILED');
      expect(await readUnfinished(two.again())).toEqual(marker);
    }
  });

  it('says so when the old content could not be put back', async () => {
    const target = card(6 * MIB, { bad: [{ offset: 6 * MIB - 512, bytes: 512 }] });
    const failed = await restoring({ target, source: source() }).catch(
      (error: PiKeepError) => error,
    );
    expect(failed).toMatchObject({ code: 'WRITE_FAILED', cause: expect.any(AggregateError) });
    expect(await readUnfinished(target.again())).toEqual(marker);
  });

  it('can be undone with what was saved, until the writing begins', async () => {
    const target = card(6 * MIB);
    target.medium.set(noise(6 * MIB, 5));
    const before = target.medium.slice();
    const kept: { offset: number; data: Uint8Array }[] = [];
    const gone = new MemoryWritable(target.medium, { dieAtWrite: 4 });
    const run = restoring({
      target: gone,
      source: source(),
      async onSaved(blocks) {
        kept.push(...blocks);
      },
    });
    expect(await codeOf(run)).toBe('DEVICE_GONE');
    expect(await readUnfinished(target)).toEqual(marker);
    await putBack(target, kept);
    expect(equal(target.medium, before)).toBe(true);
    expect(target.writes.at(-1)).toMatchObject({ offset: 0, bytes: 512 });
  });
});

describe('a card that is pulled', () => {
  const isDone = (medium: Uint8Array) => equal(medium, model({ old: old(), image, map }));
  const judge = async (medium: Uint8Array): Promise<string> => {
    if (equal(medium, old())) return 'untouched';
    const reader = new MemoryWritable(medium);
    const found = await readUnfinished(reader);
    const seen = await readCard(reader);
    if (found?.id === marker.id && seen.pi === 'no' && seen.unfinished) return 'unfinished';
    return isDone(medium) ? 'done' : 'something else';
  };

  const pullAtEveryWrite = async (options: (write: number) => MemoryWritableOptions) => {
    const whole = card();
    await restoring({ target: whole, source: source() });
    const states: string[] = [];
    for (let write = 1; write <= whole.writes.length; write++) {
      const target = card(6 * MIB, { dieAtWrite: write, ...options(write) });
      const run = restoring({ target, source: source() });
      expect(await codeOf(run)).toBe('DEVICE_GONE');
      states.push(await judge(target.medium));
      await restoring({ target: target.again(), source: source() });
      expect(isDone(target.medium)).toBe(true);
    }
    return states;
  };

  it('is untouched or carries the mark, whichever write it did not take', async () => {
    const states = await pullAtEveryWrite(() => ({}));
    expect(states[0]).toBe('untouched');
    expect(new Set(states.slice(1))).toEqual(new Set(['unfinished']));
  });

  it('is so too when the last write was torn', async () => {
    const random = randomNumbers(11);
    for (let round = 0; round < 3; round++) {
      const states = await pullAtEveryWrite(() => ({ tornSectors: Math.floor(random() * 20) }));
      expect(states).not.toContain('something else');
      // Only the write of sector 0 can have completed it.
      expect(states.slice(0, -1)).not.toContain('done');
    }
  });

  it('is so too when a power cut loses some of what was not flushed', async () => {
    const random = randomNumbers(12);
    for (let round = 0; round < 3; round++) {
      const states = await pullAtEveryWrite(() => ({
        tornSectors: Math.floor(random() * 2000),
        keepUnflushed: () => random() < 0.5,
      }));
      expect(states).not.toContain('something else');
      expect(states.slice(0, -1)).not.toContain('done');
    }
  });
});

function randomNumbers(seed: number): () => number {
  const numbers = noise(4 * 4096, seed);
  const view = new DataView(numbers.buffer);
  let at = 0;
  return () => view.getUint32((at++ % 4096) * 4) / 2 ** 32;
}
