import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cardTools, makeSmallCard, SMALL_CARD_BYTES } from '../cli/small-card.ts';
import { temporaryFolder, tool } from '../support/file-systems.ts';
import {
  makeTarget,
  type Places,
  placesIn,
  requireRoundTrip,
  restoreTo,
} from '../support/round-trip.ts';
import { needsLoop, needsTools } from '../support/tools.ts';
import { judgeCard, makeTripCard, roundTripTools } from '../support/trip-card.ts';

const MIB = 1024 * 1024;
const notHere = needsLoop() || needsTools(...roundTripTools, ...cardTools);

let folder: ReturnType<typeof temporaryFolder>;
let places: Places;
beforeEach(() => {
  folder = temporaryFolder();
  places = placesIn(folder.path);
});
afterEach(() => folder.remove());

/** The whole table is in `restore-roundtrip.slow.test.ts`. */
describe.skipIf(notHere)('a backup restored onto a card full of old data', () => {
  it('is the same card, with its file of zeros; a second time only what differs is written', async () => {
    const card = await makeTripCard(folder.path);
    const trip = await requireRoundTrip(card, 'img', card.bytes, places, 0xa5);
    const { image, target, before } = trip;
    expect(before.root.filter((line) => line.startsWith('zeros '))).toHaveLength(1);
    // What no file system uses was left alone: zeros were written because they are used.
    expect(readFileSync(target).includes(Buffer.alloc(MIB, 0xa5))).toBe(true);

    const fd = openSync(target, 'r+');
    for (const at of [10 * MIB, 60 * MIB]) writeSync(fd, 'X', at);
    closeSync(fd);
    const { result } = await restoreTo(target, image, places, { mode: 'differential' });
    expect(result.mode).toBe('differential');
    expect(result.skippedBytes).toBeGreaterThan(0.5 * result.mappedBytes);
    expect(result.provenBytes).toBe(result.mappedBytes);
    expect(await judgeCard(target, card)).toEqual(before);
  });

  it('is the same card: GPT, pulled while mounted, Zstandard, onto a larger one', async () => {
    const card = await makeTripCard(folder.path, { scheme: 'gpt', state: 'dirty' });
    const bytes = card.bytes + 24 * MIB;
    const { target } = await requireRoundTrip(card, 'img.zst', bytes, places);
    expect(tool('sfdisk', ['--verify', target])).toContain('No errors detected');
  });

  it('is the same card: MBR, gzip, onto a smaller one', async () => {
    const card = await makeTripCard(folder.path, { spare: 16 * MIB });
    await requireRoundTrip(card, 'img.gz', card.usedBytes, places);
  });
});

describe.skipIf(notHere || needsTools('xz', 'cmp'))('an image from elsewhere', () => {
  it('packed by xz is written whole, holes as zeros', async () => {
    const card = join(folder.path, 'card.img');
    await makeSmallCard(card);
    tool('xz', ['-k', '-1', card]);
    const target = makeTarget(join(folder.path, 'target'), SMALL_CARD_BYTES, 0xa5);
    const { result } = await restoreTo(target, `${card}.xz`, places);
    expect(result).toMatchObject({ mapOrigin: 'whole', mappedBytes: SMALL_CARD_BYTES });
    // Throws with a status of 1 when they differ.
    tool('cmp', [card, target]);
  });
});
