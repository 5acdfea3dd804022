/** The obligations of `WritableDevice`, as one suite that every implementation passes. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { allocateAligned } from '../../src/engine/aligned-memory.ts';
import type { WritableDevice } from '../../src/engine/writable-device.ts';

export interface WritableUnderTest {
  readonly device: WritableDevice;
  /** What the medium itself holds now, read around the device. */
  readonly medium: () => Promise<Uint8Array> | Uint8Array;
  /** Releases what lies below the device; the suite closes the device itself. */
  readonly dispose?: () => Promise<void>;
}

/** Bytes on every device of the suite: no multiple of 4096, unless the sectors are that large. */
export const WRITABLE_BYTES = 3 * 1024 * 1024 + 5 * 512;
/** What a card is full of before. */
export const OLD = 0xa5;

export interface WritableSuiteOptions {
  readonly skip?: boolean;
  readonly prepare?: () => Promise<void>;
  readonly cleanUp?: () => Promise<void>;
  /** Bytes on the device, where the implementation cannot have WRITABLE_BYTES. */
  readonly bytes?: number;
  readonly sectorSize?: number;
}

/** `open` makes a device whose every byte is OLD. */
export function writableDeviceSuite(
  name: string,
  open: () => Promise<WritableUnderTest>,
  options: WritableSuiteOptions = {},
): void {
  const size = options.bytes ?? WRITABLE_BYTES;
  const sector = options.sectorSize ?? 512;

  describe.skipIf(options.skip ?? false)(`${name} keeps the promises of a writable device`, () => {
    let under: WritableUnderTest | null = null;
    const start = async () => {
      under = await open();
      return under;
    };
    if (options.prepare) beforeAll(options.prepare);
    if (options.cleanUp) afterAll(options.cleanUp);
    afterEach(async () => {
      await under?.device.close();
      await under?.dispose?.();
      under = null;
    });

    test('it says how big it is, in whole sectors, and opening it has written nothing', async () => {
      const { device, medium } = await start();
      expect(device.size).toBe(size);
      expect(device.sectorSize).toBe(sector);
      expect(device.path).not.toBe('');
      expect(Buffer.from(await medium()).equals(Buffer.alloc(size, OLD))).toBe(true);
    });

    test('what is written is on the medium after a flush, and nothing else has changed', async () => {
      const { device, medium } = await start();
      const expected = Buffer.alloc(size, OLD);
      const slab = allocateAligned(1024 * 1024);
      const requests = [
        [pieceOf(slab, sector), 0],
        [pieceOf(slab, 1024 * 1024), 1024 * 1024],
        // A part of a slab that starts in the middle of a page, on a sector.
        [fillFor(slab.subarray(sector, 9 * sector), 64 * sector), 64 * sector],
        // Ordinary memory, more of it than one bounce buffer holds, at an odd place in its buffer.
        [fillFor(new Uint8Array(700 * 1024 + 1).subarray(1), 4 * sector), 4 * sector],
        [fillFor(new Uint8Array(sector), size - sector), size - sector],
      ] as const;
      for (const [data, offset] of requests) {
        const before = Buffer.from(data);
        await device.write(data, offset);
        expect(before.equals(data), 'the data of the caller').toBe(true);
        before.copy(expected, offset);
      }
      await device.flush();
      expect(Buffer.from(await medium()).equals(expected)).toBe(true);
    });

    test('zeros are written, not left out', async () => {
      const { device, medium } = await start();
      await device.write(new Uint8Array(256 * 1024), 512 * 1024);
      await device.flush();
      const expected = Buffer.alloc(size, OLD).fill(0, 512 * 1024, 768 * 1024);
      expect(Buffer.from(await medium()).equals(expected)).toBe(true);
    });

    test('what was written can be read at once, and after the end of writing', async () => {
      const { device } = await start();
      const data = fillFor(new Uint8Array(128 * sector), 7 * sector);
      await device.write(data, 7 * sector);
      const readBack = async () => {
        const into = new Uint8Array(data.byteLength + 3);
        await device.read(into, 7 * sector - 1);
        expect(into[0]).toBe(OLD);
        expect(Buffer.from(into.subarray(1, -2)).equals(data)).toBe(true);
        expect(into.at(-1)).toBe(OLD);
      };
      await readBack();
      await device.finishWriting();
      await readBack();
    });

    test('many writes in flight do not mix', async () => {
      const { device, medium } = await start();
      const expected = Buffer.alloc(size, OLD);
      const step = 32 * sector;
      const writes: Promise<void>[] = [];
      for (let index = 0; index < 20; index++) {
        const offset = index * step;
        const bytes = step - (index % 3) * sector;
        const memory = index % 2 === 0 ? allocateAligned(bytes) : new Uint8Array(bytes);
        const data = fillFor(memory, offset);
        data.forEach((byte, at) => {
          expected[offset + at] = byte;
        });
        writes.push(device.write(data, offset));
      }
      await Promise.all(writes);
      await device.flush();
      expect(Buffer.from(await medium()).equals(expected)).toBe(true);
    });

    test('parts of a sector, requests past the end and nonsense are RangeErrors, and write nothing', async () => {
      const { device, medium } = await start();
      const requests = [
        [1, 0],
        [sector - 1, 0],
        [sector, 1],
        [sector, sector / 2],
        [sector, size],
        [2 * sector, size - sector],
        [sector, -sector],
        [sector, Number.NaN],
        [sector, 0.5],
      ] as const;
      for (const [bytes, offset] of requests) {
        const writing = device.write(new Uint8Array(bytes), offset);
        await expect(writing, `${bytes} at ${offset}`).rejects.toThrow(RangeError);
      }
      await device.flush();
      expect(Buffer.from(await medium()).equals(Buffer.alloc(size, OLD))).toBe(true);
    });

    test('writing nothing is no error', async () => {
      const { device } = await start();
      await device.write(new Uint8Array(0), 0);
      await device.write(new Uint8Array(0), size);
      await device.flush();
    });

    test('the end of writing waits for writes in flight, may come twice, and ends all writing', async () => {
      const { device, medium } = await start();
      const data = fillFor(allocateAligned(1024 * 1024), 0);
      let settled = false;
      const writing = device.write(data, 0).finally(() => {
        settled = true;
      });
      await device.finishWriting();
      expect(settled).toBe(true);
      await writing;
      await device.finishWriting();
      await expect(device.write(new Uint8Array(sector), 0)).rejects.toThrow();
      await expect(device.flush()).rejects.toThrow();
      expect(
        Buffer.from(await medium())
          .subarray(0, data.byteLength)
          .equals(data),
      ).toBe(true);
    });

    test('a read that comes during the change to reading waits for it', async () => {
      const { device } = await start();
      const data = fillFor(new Uint8Array(16 * sector), 0);
      await device.write(data, 0);
      const into = new Uint8Array(data.byteLength);
      const finishing = device.finishWriting();
      await device.read(into, 0);
      await finishing;
      expect(Buffer.from(into).equals(data)).toBe(true);
    });

    test('close waits for writes in flight, may come twice, and ends everything', async () => {
      const { device, medium } = await start();
      const data = fillFor(allocateAligned(1024 * 1024), 0);
      let settled = false;
      const writing = device.write(data, 0).finally(() => {
        settled = true;
      });
      await device.close();
      expect(settled).toBe(true);
      await writing;
      await device.close();
      expect(
        Buffer.from(await medium())
          .subarray(0, data.byteLength)
          .equals(data),
      ).toBe(true);
      await expect(device.write(new Uint8Array(sector), 0)).rejects.toThrow();
      await expect(device.read(new Uint8Array(sector), 0)).rejects.toThrow();
      await expect(device.flush()).rejects.toThrow();
      await expect(device.finishWriting()).rejects.toThrow();
    });
  });
}

/** The first bytes of a slab, filled for the place of the same number. */
function pieceOf(slab: Uint8Array, bytes: number): Uint8Array {
  return fillFor(new Uint8Array(slab.buffer, slab.byteOffset, bytes), bytes);
}

/** Each four bytes say where they are; never OLD. */
export function fillFor<Memory extends Uint8Array>(memory: Memory, offset: number): Memory {
  const words = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  for (let at = 0; at + 4 <= memory.byteLength; at += 4) words.setUint32(at, offset + at + 1);
  return memory;
}
