import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlockDevice } from '../../src/engine/block-device.ts';
import { cachedDevice } from '../../src/engine/cached-device.ts';
import { isPiKeepError, PiKeepError } from '../../src/engine/errors.ts';
import { memoryDevice } from '../support/memory-device.ts';

const KIB = 1024;
const content = Uint8Array.from(
  { length: 700 * KIB + 512 },
  (_, at) => (at * 7 + (at >>> 9)) & 255,
);

/** Counts what is read, and cannot read the sector at `bad`. */
function counting(bad = -1): { device: BlockDevice; bytes(): number } {
  const inner = memoryDevice(content);
  let total = 0;
  return {
    bytes: () => total,
    device: {
      ...inner,
      async read(into, offset) {
        total += into.length;
        if (bad >= 0 && offset < bad + 512 && offset + into.length > bad) {
          throw new PiKeepError('READ_FAILED', {
            path: 'card',
            offset,
            bytes: into.length,
            errno: 'EIO',
          });
        }
        await inner.read(into, offset);
      },
    },
  };
}

describe('a device behind a cache', () => {
  it('reads the same as without one, wherever and in any order', async () => {
    const cached = cachedDevice(memoryDevice(content), 3);
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length), fc.nat(90 * KIB), async (offset, length) => {
        const into = new Uint8Array(Math.min(length, content.length - offset));
        await cached.read(into, offset);
        expect(Buffer.compare(into, content.subarray(offset, offset + into.length))).toBe(0);
      }),
      { numRuns: 300 },
    );
    await expect(cached.read(new Uint8Array(2), content.length - 1)).rejects.toThrow(RangeError);
  });

  it('asks once for what is near, and keeps no more lines than it is told', async () => {
    const { device, bytes } = counting();
    const cached = cachedDevice(device, 2);
    const look = (at: number): Promise<void> => cached.read(new Uint8Array(256), at);
    await Promise.all([look(0), look(1024), look(60 * KIB)]);
    expect(bytes()).toBe(64 * KIB);
    for (const at of [64 * KIB, 0, 128 * KIB, 0]) await look(at);
    expect(bytes()).toBe(3 * 64 * KIB);
    await look(64 * KIB);
    expect(bytes()).toBe(4 * 64 * KIB);
  });

  it('loses nothing around a place that cannot be read', async () => {
    const { device } = counting(10 * KIB);
    const cached = cachedDevice(device);
    const into = new Uint8Array(1024);
    await cached.read(into, 8 * KIB);
    expect(Buffer.compare(into, content.subarray(8 * KIB, 9 * KIB))).toBe(0);
    await expect(cached.read(into, 10 * KIB)).rejects.toThrow(
      expect.toSatisfy(
        (error: unknown) => isPiKeepError(error, 'READ_FAILED') && error.facts.offset === 10 * KIB,
      ),
    );
  });
});
