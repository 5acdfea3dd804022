import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageFormats } from '../../src/engine/image/image-format.ts';
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
import { makeTripCard, roundTripTools } from '../support/trip-card.ts';

const MIB = 1024 * 1024;
const notHere = needsLoop() || needsTools(...roundTripTools, ...cardTools);

let folder: ReturnType<typeof temporaryFolder>;
let places: Places;
beforeEach(() => {
  folder = temporaryFolder();
  places = placesIn(folder.path);
});
afterEach(() => folder.remove());

const sizes = { equal: 0, larger: 24 * MIB, smaller: -16 * MIB } as const;

const table = imageFormats.flatMap((format) =>
  (['mbr', 'gpt'] as const).flatMap((scheme) =>
    (['clean', 'dirty'] as const).flatMap((state) =>
      (['equal', 'larger', 'smaller'] as const).map((size) => ({ format, scheme, state, size })),
    ),
  ),
);

describe.skipIf(notHere)('a backup restored onto a card full of old data is the same card', () => {
  it.each(table)('$format, $scheme, $state, $size', async ({ format, scheme, state, size }) => {
    const spare = size === 'smaller' ? 16 * MIB : 0;
    const card = await makeTripCard(folder.path, { scheme, state, spare });
    await requireRoundTrip(card, format, card.bytes + sizes[size], places);
  });
});

describe.skipIf(notHere || needsTools('xz', 'zip', 'gzip', 'zstd', 'cmp'))(
  'an image from elsewhere is written whole, holes as zeros',
  () => {
    const forms: readonly (readonly [string, readonly string[], string])[] = [
      ['nothing', [], 'card.img'],
      ['xz', ['xz', '-k', '-1', 'card.img'], 'card.img.xz'],
      ['gzip', ['gzip', '-k', '-1', 'card.img'], 'card.img.gz'],
      ['zstd', ['zstd', '-q', '-k', '-1', 'card.img'], 'card.img.zst'],
      ['zip', ['zip', '-q', '-1', 'card.zip', 'card.img'], 'card.zip'],
    ];
    it.each(forms)('packed by %s', async (_, command, name) => {
      const card = join(folder.path, 'card.img');
      await makeSmallCard(card);
      if (command.length > 0) tool('env', ['-C', folder.path, ...command]);
      for (const bytes of [SMALL_CARD_BYTES, SMALL_CARD_BYTES + MIB]) {
        const target = makeTarget(join(folder.path, 'target'), bytes, 0xa5);
        const { result } = await restoreTo(target, join(folder.path, name), places);
        // On a larger card the mark in its last block is replaced by zeros.
        const mappedBytes = SMALL_CARD_BYTES + (bytes > SMALL_CARD_BYTES ? 4096 : 0);
        expect(result).toMatchObject({ mapOrigin: 'whole', mappedBytes });
        // Throws with a status of 1 when they differ.
        tool('cmp', ['-n', String(SMALL_CARD_BYTES), card, target]);
      }
    });
  },
);
