/** The obligations of `BlockDevice`, as one suite that every implementation passes. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { allocateAligned } from '../../src/engine/aligned-memory.ts';
import { type BlockDevice, readUpTo } from '../../src/engine/block-device.ts';

export interface DeviceUnderTest {
  readonly device: BlockDevice;
  /** Releases what lies below the device; the suite closes the device itself. */
  readonly dispose?: () => Promise<void>;
}

/** What every device of the suite carries: 3 MiB + 5 sectors, and each 16 bytes say where they are. */
export const SUITE_BYTES = 3 * 1024 * 1024 + 5 * 512;

export function suiteContent(bytes: number = SUITE_BYTES): Uint8Array<ArrayBuffer> {
  const content = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += 16) {
    content.write(at.toString(16).padStart(15, '.').concat('\n'), at, 'latin1');
  }
  return new Uint8Array(content.buffer, content.byteOffset, bytes);
}

export interface SuiteOptions {
  readonly skip?: boolean;
  /** Once, before the first device is made. */
  readonly prepare?: () => Promise<void>;
  readonly cleanUp?: () => Promise<void>;
  /** Bytes on the device, where the implementation cannot have SUITE_BYTES. */
  readonly bytes?: number;
}

/** `open` makes a device that holds `suiteContent()`. */
export function blockDeviceSuite(
  name: string,
  open: () => Promise<DeviceUnderTest>,
  options: SuiteOptions = {},
): void {
  const size = options.bytes ?? SUITE_BYTES;
  const content = suiteContent(size);
  const expected = (offset: number, bytes: number) =>
    Buffer.from(content.subarray(offset, offset + bytes));

  describe.skipIf(options.skip ?? false)(`${name} keeps the promises of a block device`, () => {
    let under: DeviceUnderTest | null = null;
    const start = async () => {
      under = await open();
      return under.device;
    };
    if (options.prepare) beforeAll(options.prepare);
    if (options.cleanUp) afterAll(options.cleanUp);
    afterEach(async () => {
      await under?.device.close();
      await under?.dispose?.();
      under = null;
    });

    test('it says how big it is, in whole sectors', async () => {
      const device = await start();
      expect(device.size).toBe(size);
      expect([512, 4096]).toContain(device.sectorSize);
      expect(device.size % device.sectorSize).toBe(0);
      expect(device.path).not.toBe('');
    });

    test('an aligned read into aligned memory fills all of it', async () => {
      const device = await start();
      const into = allocateAligned(1024 * 1024);
      await device.read(into, 1024 * 1024);
      expect(Buffer.from(into).equals(expected(1024 * 1024, into.byteLength))).toBe(true);
    });

    test('any offset and any length is served, also into ordinary memory', async () => {
      const device = await start();
      const requests = [
        [0, 1],
        [1, 1],
        [511, 2],
        [513, 4096],
        [4095, 8194],
        [65_537, 700_001],
        [size - 1, 1],
        [size - 513, 513],
        [size - 300_000, 300_000],
        [0, size],
      ] as const;
      for (const [offset, bytes] of requests) {
        const into = new Uint8Array(bytes);
        await device.read(into, offset);
        expect(Buffer.from(into).equals(expected(offset, bytes)), `${bytes} at ${offset}`).toBe(
          true,
        );
      }
    });

    test('odd pieces of aligned memory are filled and their neighbours left alone', async () => {
      const device = await start();
      const slab = allocateAligned(16_384).fill(0xee);
      await device.read(slab.subarray(4096, 4096 + 5000), 8192);
      expect(Buffer.from(slab.subarray(4096, 9096)).equals(expected(8192, 5000))).toBe(true);
      await device.read(slab.subarray(100, 200), 4096);
      expect(Buffer.from(slab.subarray(100, 200)).equals(expected(4096, 100))).toBe(true);
      expect(slab.subarray(0, 100).every((byte) => byte === 0xee)).toBe(true);
      expect(slab.subarray(200, 4096).every((byte) => byte === 0xee)).toBe(true);
      expect(slab.subarray(9096).every((byte) => byte === 0xee)).toBe(true);
    });

    test('the last block is read whole, though the device ends within it', async () => {
      const device = await start();
      const offset = size - (size % 4096 || 4096);
      const into = allocateAligned(size - offset);
      await device.read(into, offset);
      expect(Buffer.from(into).equals(expected(offset, size - offset))).toBe(true);
    });

    test('many reads in flight do not mix', async () => {
      const device = await start();
      const reads = Array.from({ length: 24 }, async (_, index) => {
        const aligned = index % 2 === 0;
        const offset = index * 98_304 + (aligned ? 0 : 77);
        const into = aligned ? allocateAligned(131_072) : new Uint8Array(131_072);
        await device.read(into, offset);
        expect(Buffer.from(into).equals(expected(offset, into.byteLength)), `at ${offset}`).toBe(
          true,
        );
      });
      await Promise.all(reads);
    });

    test('a request past the end, or a nonsensical one, is a RangeError', async () => {
      const device = await start();
      await expect(device.read(new Uint8Array(2), size - 1)).rejects.toThrow(RangeError);
      await expect(device.read(new Uint8Array(1), size)).rejects.toThrow(RangeError);
      await expect(device.read(new Uint8Array(1), -1)).rejects.toThrow(RangeError);
      await expect(device.read(new Uint8Array(1), 0.5)).rejects.toThrow(RangeError);
      await expect(device.read(new Uint8Array(1), Number.NaN)).rejects.toThrow(RangeError);
    });

    test('asking for nothing reads nothing, and readUpTo leaves out what lies past the end', async () => {
      const device = await start();
      await device.read(new Uint8Array(0), size);
      expect((await readUpTo(device, size - 10, 100)).byteLength).toBe(10);
      expect((await readUpTo(device, size + 10, 100)).byteLength).toBe(0);
    });

    test('close waits for reads in flight, may come twice, and ends all reading', async () => {
      const device = await start();
      const into = allocateAligned(1024 * 1024);
      let settled = false;
      const reading = device.read(into, 0).finally(() => {
        settled = true;
      });
      await device.close();
      expect(settled).toBe(true);
      await reading;
      expect(Buffer.from(into).equals(expected(0, into.byteLength))).toBe(true);
      await device.close();
      await expect(device.read(new Uint8Array(512), 0)).rejects.toThrow();
    });
  });
}
