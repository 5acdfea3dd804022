import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHUNK_BYTES } from '../../src/engine/chunks.ts';
import { toExtents } from '../../src/engine/extents.ts';
import { rescueLimits } from '../../src/engine/rescue-budget.ts';
import { badSectors, dyingDevice, noise, sectorsFrom, testClock } from '../support/dying-device.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { makeImage } from '../support/packed-image.ts';

const MIB = 1024 * 1024;
const limits = rescueLimits(30);

describe('the order in which a dying card is read', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('into a plain image: all that reads first, then the edges of the bad area, then the inside', async () => {
    const content = noise(160 * MIB);
    const device = dyingDevice(content, {
      failing: badSectors(sectorsFrom(10 * 2048, 102 * 2048)),
    });
    const rescue = { limits, ports: testClock(), onRescue: () => undefined };
    const made = await makeImage(folder.path, 'img', content, { device, rescue });
    expect(made.unreadable).toEqual([{ offset: 10 * MIB, bytes: 102 * MIB }]);
    // One block is read to see whether there is still a card.
    const { reads: all } = device;
    const probe = all.findIndex(({ bytes }) => bytes === 4096);
    const reads = all.toSpliced(probe, 1);
    const firstSmall = reads.findIndex(({ bytes }) => bytes < CHUNK_BYTES);
    const before = toExtents(reads.slice(0, firstSmall).filter(({ failed }) => !failed));
    expect(before).toEqual([
      { offset: 0, bytes: 8 * MIB },
      { offset: 112 * MIB, bytes: 48 * MIB },
    ]);
    const sizes = reads.map(({ bytes }) => bytes);
    expect(sizes.toSorted((left, right) => right - left)).toEqual(sizes);
    // 26 chunks are bad. They are not tried chunk by chunk while there is something good to read behind them.
    const lastGood = reads.findLastIndex(
      ({ offset, bytes }) => bytes === CHUNK_BYTES && offset === 156 * MIB,
    );
    expect(reads.slice(0, lastGood).filter(({ failed }) => failed).length).toBeLessThanOrEqual(13);
  });
});
