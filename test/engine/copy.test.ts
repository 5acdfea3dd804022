import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHUNK_BYTES, wholeDevice } from '../../src/engine/chunks.ts';
import { copyRanges } from '../../src/engine/copy.ts';
import { isPiKeepError, PiKeepError } from '../../src/engine/errors.ts';
import type { NewImageFile } from '../../src/engine/image/image-file.ts';
import { RawWriter } from '../../src/engine/image/raw-writer.ts';
import { verifyImage } from '../../src/engine/verify.ts';
import { createImageFiles } from '../../src/platform/image-files.ts';
import { faultyDevice } from '../support/faulty-device.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { memoryDevice } from '../support/memory-device.ts';

const MIB = 1024 * 1024;
const imageFiles = createImageFiles();

/** A card of `bytes` with data in some places and zeros elsewhere. */
function card(bytes: number, places: readonly [number, number][]): Uint8Array<ArrayBuffer> {
  const content = new Uint8Array(bytes);
  for (const [at, length] of places) {
    for (let index = 0; index < length && at + index < bytes; index++) {
      content[at + index] = 1 + ((at + index * 7) % 255);
    }
  }
  return content;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('copying a card into an image', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let image: NewImageFile | null = null;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    await image?.close();
    image = null;
    folder.remove();
  });

  const create = async (bytes: number, name = 'card.img'): Promise<NewImageFile> => {
    await image?.close();
    image = await imageFiles.create(join(folder.path, name), bytes);
    return image;
  };

  const copy = (
    content: Uint8Array,
    target: NewImageFile,
    more: Partial<Parameters<typeof copyRanges>[0]> = {},
  ): ReturnType<typeof copyRanges> =>
    copyRanges({
      device: memoryDevice(content),
      ranges: wholeDevice(content.length),
      image: new RawWriter(target),
      prove: true,
      hashPlain: true,
      onProgress: () => undefined,
      ...more,
    });

  it('makes the same bytes, the hash of the whole, and a map that verifies', async () => {
    const content = card(3 * CHUNK_BYTES + 5 * 512, [
      [0, 4096],
      [CHUNK_BYTES - 100, 5000],
      [3 * CHUNK_BYTES, 2560],
    ]);
    const target = await create(content.length);
    const steps = { copied: 0, proven: 0 };
    const result = await copy(content, target, {
      onProgress(step) {
        steps.copied += step.copied;
        steps.proven += step.proven;
      },
    });
    expect(Buffer.compare(readFileSync(target.path), content)).toBe(0);
    expect(result.plainSha256).toBe(sha256(content));
    expect(steps).toEqual({ copied: content.length, proven: content.length });
    expect(result.map.map(({ offset }) => offset)).toEqual(
      [0, 1, 2, 3].map((n) => n * CHUNK_BYTES),
    );
    await target.close();
    const { device } = await imageFiles.open(target.path);
    await verifyImage({
      device,
      bytes: content.length,
      map: result.map,
      onProgress: () => undefined,
    });
    await device.close();
  });

  it('stores only what is not zero', async () => {
    const content = card(64 * MIB, [[20 * MIB, 8192]]);
    const target = await create(content.length);
    await copy(content, target);
    expect(statSync(target.path).blocks * 512).toBeLessThanOrEqual(16384);
  });

  it('keeps several reads in flight, and never more than it may', async () => {
    let now = 0;
    let most = 0;
    const content = card(20 * CHUNK_BYTES, [[0, 20 * CHUNK_BYTES]]);
    const device = memoryDevice(content);
    const target = await create(content.length);
    await copy(content, target, {
      device: {
        ...device,
        async read(into, offset) {
          most = Math.max(most, ++now);
          await device.read(into, offset);
          now--;
        },
      },
    });
    expect(most).toBeGreaterThanOrEqual(3);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('finds a byte that changes on the disk after it was written', async () => {
    const content = card(6 * CHUNK_BYTES, [[0, 6 * CHUNK_BYTES]]);
    const target = await create(content.length);
    const spoiled: NewImageFile = {
      ...bound(target),
      async settle() {
        await target.settle();
        const fd = openSync(target.path, 'r+');
        writeSync(fd, Uint8Array.of(0), 0, 1, 2 * CHUNK_BYTES + 4096 * 3 + 17);
        closeSync(fd);
        await target.settle();
      },
    };
    const failure = await copy(content, spoiled).catch((error: unknown) => error);
    expect(isPiKeepError(failure, 'VERIFY_DIFFERS')).toBe(true);
    expect((failure as PiKeepError<'VERIFY_DIFFERS'>).facts).toMatchObject({
      offset: 2 * CHUNK_BYTES,
      ranges: 1,
    });
  });

  it('finds a hole that was never written', async () => {
    const content = card(2 * CHUNK_BYTES, [[CHUNK_BYTES, 512]]);
    const target = await create(content.length);
    const forgetful: NewImageFile = { ...bound(target), write: () => Promise.resolve() };
    await expect(copy(content, forgetful)).rejects.toMatchObject({ code: 'VERIFY_DIFFERS' });
  });

  it('passes a read error on, with every buffer and every request settled', async () => {
    const content = card(10 * CHUNK_BYTES, [[0, 10 * CHUNK_BYTES]]);
    const target = await create(content.length);
    const device = faultyDevice(memoryDevice(content), {
      bad: [{ offset: 5 * CHUNK_BYTES, bytes: 512 }],
    });
    await expect(copy(content, target, { device })).rejects.toMatchObject({
      code: 'READ_FAILED',
      facts: { offset: 5 * CHUNK_BYTES },
    });
    const reads = device.reads.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(device.reads.length).toBe(reads);
  });

  it('says that the card is gone when it is pulled out', async () => {
    const content = card(10 * CHUNK_BYTES, [[0, 10 * CHUNK_BYTES]]);
    const target = await create(content.length);
    const device = faultyDevice(memoryDevice(content), { unpluggedAfter: 3 * CHUNK_BYTES });
    await expect(copy(content, target, { device })).rejects.toMatchObject({ code: 'DEVICE_GONE' });
  });

  it('passes a full destination on', async () => {
    const content = card(10 * CHUNK_BYTES, [[0, 10 * CHUNK_BYTES]]);
    const target = await create(content.length);
    let writes = 0;
    const full: NewImageFile = {
      ...bound(target),
      async write(data, offset) {
        if (++writes > 3) throw new PiKeepError('DESTINATION_FULL', { path: target.path });
        await target.write(data, offset);
      },
    };
    await expect(copy(content, full)).rejects.toMatchObject({ code: 'DESTINATION_FULL' });
  });

  it('stops when asked to, and reads nothing more', async () => {
    const content = card(20 * CHUNK_BYTES, [[0, 20 * CHUNK_BYTES]]);
    const target = await create(content.length);
    const abort = new AbortController();
    const device = faultyDevice(memoryDevice(content), {});
    const copying = copy(content, target, {
      device,
      signal: abort.signal,
      onProgress({ copied }) {
        if (copied > 0 && device.reads.length > 6) abort.abort();
      },
    });
    await expect(copying).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(device.reads.length).toBeLessThan(14);
  });

  it('without proof reads nothing back', async () => {
    const content = card(2 * CHUNK_BYTES, [[0, 2 * CHUNK_BYTES]]);
    const target = await create(content.length);
    const blind: NewImageFile = {
      ...bound(target),
      readBack: () => Promise.reject(new Error('nobody should read')),
    };
    const { plainSha256 } = await copy(content, blind, { prove: false });
    expect(plainSha256).toBe(sha256(content));
  });

  it('is the card, whatever lies on it', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5000 }),
        fc.array(fc.tuple(fc.nat(5000 * 512), fc.nat(40_000)), { maxLength: 8 }),
        async (sectors, places) => {
          const content = card(sectors * 512, places);
          const target = await create(content.length, `card-${count++}.img`);
          const { plainSha256, map } = await copy(content, target);
          expect(Buffer.compare(readFileSync(target.path), content)).toBe(0);
          expect(plainSha256).toBe(sha256(content));
          expect(map.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(content.length);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('verify notices a flipped byte, a byte outside the map, and a wrong length', async () => {
    const content = card(3 * CHUNK_BYTES, [[0, 3 * CHUNK_BYTES]]);
    const target = await create(content.length);
    const { map } = await copy(content, target);
    const check = (bytes: Uint8Array, entries = map): Promise<void> =>
      verifyImage({
        device: memoryDevice(bytes),
        bytes: content.length,
        map: entries,
        onProgress: () => undefined,
      });
    await check(content);
    const flipped = Uint8Array.from(content);
    flipped[CHUNK_BYTES + 1] = (flipped[CHUNK_BYTES + 1] ?? 0) ^ 0x10;
    await expect(check(flipped)).rejects.toMatchObject({
      facts: { offset: CHUNK_BYTES, ranges: 1 },
    });
    const partial = map.filter(({ offset }) => offset !== CHUNK_BYTES);
    await expect(check(content, partial)).rejects.toMatchObject({ code: 'VERIFY_DIFFERS' });
    const zeroed = Uint8Array.from(content).fill(0, CHUNK_BYTES, 2 * CHUNK_BYTES);
    await check(zeroed, partial);
    await expect(check(content.subarray(0, content.length - 512))).rejects.toMatchObject({
      facts: { bytes: 512 },
    });
  });
});

/** Methods of a class instance, bound, so that a test can replace one of them in a copy. */
function bound(file: NewImageFile): NewImageFile {
  return {
    path: file.path,
    size: file.size,
    readBackMethod: file.readBackMethod,
    write: (data, offset) => file.write(data, offset),
    settle: () => file.settle(),
    readBack: (into, offset) => file.readBack(into, offset),
    cut: (bytes) => file.cut(bytes),
    storedBytes: () => file.storedBytes(),
    close: () => file.close(),
  };
}
