import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHUNK_BYTES, totalBytes } from '../../src/engine/chunks.ts';
import type { CopyOptions } from '../../src/engine/copy.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import { intersect, toExtents } from '../../src/engine/extents.ts';
import { imageFormats } from '../../src/engine/image/image-format.ts';
import { openImage } from '../../src/engine/image/open-image.ts';
import { rescueLimits } from '../../src/engine/rescue-budget.ts';
import type { RescueFigures } from '../../src/engine/rescue-in-copy.ts';
import { verifyImage } from '../../src/engine/verify.ts';
import { badSectors, dyingDevice, noise, sectorsFrom, testClock } from '../support/dying-device.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { boundFile, compressor, imageFiles, makeImage } from '../support/packed-image.ts';

const MIB = 1024 * 1024;
const SECTOR = 512;
const limits = rescueLimits(30);

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
/** The card with zeros where it never reads: what an image has to hold. */
function withHoles(content: Uint8Array, sectors: Iterable<number>): Uint8Array<ArrayBuffer> {
  const holed = Uint8Array.from(content);
  for (const sector of sectors) holed.fill(0, sector * SECTOR, (sector + 1) * SECTOR);
  return holed;
}

const rangesOf = (sectors: readonly number[]) =>
  toExtents(sectors.map((sector) => ({ offset: sector * SECTOR, bytes: SECTOR })));

describe.each(imageFormats)('a dying card into a %s', (format) => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const backUp = async (
    content: Uint8Array,
    failing: Map<number, number>,
    more: Partial<CopyOptions> & Parameters<typeof makeImage>[3] = {},
  ) => {
    const device = dyingDevice(content, { failing });
    const clock = testClock();
    const figures: RescueFigures[] = [];
    const rescue = { limits, ports: clock, onRescue: (now: RescueFigures) => figures.push(now) };
    const made = await makeImage(folder.path, format, content, {
      device,
      rescue,
      hashPlain: true,
      ...more,
    });
    return { ...made, device, clock, figures };
  };

  /** Reads the image and proves it by its own map. */
  const contentOf = async ({ path, manifest, map }: Awaited<ReturnType<typeof makeImage>>) => {
    const { device } = await openImage({ files: imageFiles, compressor, path, manifest });
    try {
      const { bytes } = manifest.source;
      await verifyImage({ device, bytes, map, onProgress: () => undefined });
      const content = new Uint8Array(bytes);
      await device.read(content, 0);
      return content;
    } finally {
      await device.close();
    }
  };

  const expectRescued = async (
    content: Uint8Array,
    bad: readonly number[],
    made: Awaited<ReturnType<typeof backUp>>,
  ) => {
    expect(made.unreadable).toEqual(rangesOf(bad));
    const holed = withHoles(content, bad);
    expect(Buffer.compare(await contentOf(made), holed)).toBe(0);
    expect(made.plainSha256).toBe(sha256(holed));
    expect(totalBytes(made.map)).toBe(content.length);
    expect(made.proven).toBe(content.length);
  };

  it('is asked nothing twice when it is healthy', async () => {
    const content = noise(3 * CHUNK_BYTES + 4096);
    const made = await backUp(content, new Map());
    await expectRescued(content, [], made);
    expect(made.device.reads.length).toBe(4);
    expect(made.figures).toEqual([]);
  });

  it('loses single sectors, a band, and the tail, and nothing else', async () => {
    const content = noise(20 * MIB + 3 * SECTOR);
    const end = content.length / SECTOR;
    const bad = [7, 9, 8200, ...sectorsFrom(16_000, 700), ...sectorsFrom(end - 2, 2)];
    const made = await backUp(content, badSectors(bad));
    await expectRescued(content, bad, made);
    expect(made.figures.at(-1)?.rescued).toBeGreaterThan(0);
  });

  it('gets everything where errors pass, after pauses that grow', async () => {
    const content = noise(9 * MIB);
    const failing = new Map(sectorsFrom(100, 40).map((sector) => [sector, 5]));
    const made = await backUp(content, failing);
    await expectRescued(content, [], made);
    const { pauses } = made.clock;
    expect(pauses.length).toBeGreaterThan(0);
    expect(pauses).toEqual([...pauses].sort((left, right) => left - right));
  });

  it('gets the readable sectors of any card', async () => {
    const places = fc.array(
      fc.record({
        first: fc.nat(18_000),
        count: fc.integer({ min: 1, max: 40 }),
        times: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 4 })),
      }),
      { maxLength: 12 },
    );
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 18_500 }), places, async (sectors, faults) => {
        const content = noise(sectors * SECTOR);
        const failing = new Map<number, number>();
        for (const { first, count: length, times } of faults) {
          for (const sector of sectorsFrom(first, length))
            if (sector < sectors) failing.set(sector, times);
        }
        const bad = [...failing].flatMap(([sector, times]) =>
          times === Number.POSITIVE_INFINITY ? [sector] : [],
        );
        fc.pre(bad.length < sectors);
        const made = await backUp(content, failing, { name: `card-${count++}` });
        await expectRescued(content, bad, made);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('reads sectors of 4096 bytes as a whole', async () => {
    const content = noise(6 * MIB);
    const device = dyingDevice(content, { sectorSize: 4096, failing: badSectors([3, 1200]) });
    const made = await backUp(content, new Map(), { device });
    expect(made.unreadable).toEqual([
      { offset: 3 * 4096, bytes: 4096 },
      { offset: 1200 * 4096, bytes: 4096 },
    ]);
    const holed = withHoles(content, [...sectorsFrom(24, 8), ...sectorsFrom(9600, 8)]);
    expect(Buffer.compare(await contentOf(made), holed)).toBe(0);
  });

  it('ends with the first error when nothing at all reads, after a thousand places', async () => {
    const content = noise(24 * MIB);
    const device = dyingDevice(content, { failing: badSectors(sectorsFrom(0, 24 * 2048)) });
    await expect(backUp(content, new Map(), { device })).rejects.toMatchObject({
      code: 'READ_FAILED',
      facts: { offset: 0 },
    });
    expect(device.reads.length).toBeGreaterThan(1000);
    expect(device.reads.length).toBeLessThan(1020);
  });

  it('ends early with a dead card whose reads take long', async () => {
    const content = noise(24 * MIB);
    const clock = testClock();
    const failing = badSectors(sectorsFrom(0, 24 * 2048));
    const device = dyingDevice(content, { failing, before: () => clock.tick(20_000) });
    const rescue = { limits, ports: clock, onRescue: () => undefined };
    await expect(backUp(content, new Map(), { device, rescue })).rejects.toMatchObject({
      code: 'READ_FAILED',
    });
    // Five of thirty minutes, besides the first pass.
    expect(clock.now()).toBeLessThan(10 * 60_000);
  });

  it('stops trying after the minutes without progress, and keeps what it has', async () => {
    const content = noise(40 * MIB);
    const clock = testClock();
    const first = 8 * 2048;
    const failing = badSectors(sectorsFrom(first, 16 * 2048));
    let slow = 0;
    const before = (offset: number): void => {
      const sector = offset / SECTOR;
      if (sector < first || sector >= first + 16 * 2048) return;
      slow++;
      clock.tick(30_000);
    };
    const device = dyingDevice(content, { failing, before });
    const rescue = { limits, ports: clock, onRescue: () => undefined };
    const made = await backUp(content, new Map(), { device, rescue });
    // Sixty tries of half a minute without progress; each chunk that was met besides.
    expect(slow).toBeLessThan(60 + 4 * 3 + 8);
    expect(made.unreadable).toEqual([{ offset: 8 * MIB, bytes: 16 * MIB }]);
    const holed = withHoles(content, sectorsFrom(first, 16 * 2048));
    expect(Buffer.compare(await contentOf(made), holed)).toBe(0);
  });

  it('can be cancelled while it tries', async () => {
    const content = noise(12 * MIB);
    for (const stopAt of [5, 60, 200, 600]) {
      const abort = new AbortController();
      let failed = 0;
      const device = dyingDevice(content, {
        failing: badSectors(sectorsFrom(3000, 400)),
        before(offset, bytes) {
          if (offset / SECTOR < 3400 && (offset + bytes) / SECTOR > 3000 && ++failed === stopAt)
            abort.abort();
        },
      });
      const copying = backUp(content, new Map(), {
        device,
        signal: abort.signal,
        name: `c${stopAt}`,
      });
      await expect(copying).rejects.toMatchObject({ code: 'INTERRUPTED' });
      const reads = device.reads.length;
      await new Promise((resolve) => setImmediate(resolve));
      expect(device.reads.length).toBe(reads);
    }
  });

  it('passes on that the card is gone, or refuses, in the middle of it', async () => {
    const content = noise(12 * MIB);
    for (const code of ['DEVICE_GONE', 'DEVICE_BUSY'] as const) {
      let reads = 0;
      const device = dyingDevice(content, {
        failing: badSectors(sectorsFrom(3000, 10)),
        before() {
          if (++reads > 12) throw new PiKeepError(code, { path: 'memory' });
        },
      });
      await expect(backUp(content, new Map(), { device, name: code })).rejects.toMatchObject({
        code,
      });
    }
  });

  it('finds a rescued piece that changes on the disk', async () => {
    const content = noise(8 * MIB);
    const spoilAt = 200 * SECTOR;
    const copying = backUp(content, badSectors([300]), {
      wrap: (file) => ({
        ...boundFile(file),
        async readBack(into, offset) {
          await file.readBack(into, offset);
          if (
            intersect([{ offset, bytes: into.length }], [{ offset: spoilAt, bytes: 1 }]).length > 0
          ) {
            into[spoilAt - offset] = (into[spoilAt - offset] ?? 0) ^ 1;
          }
        },
      }),
    });
    await expect(copying).rejects.toMatchObject({ code: 'VERIFY_DIFFERS' });
  });
});
