import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bmapText } from '../../../src/engine/image/bmap.ts';
import { imageFormats } from '../../../src/engine/image/image-format.ts';
import { temporaryFolder, tool } from '../../support/file-systems.ts';
import { attachLoop } from '../../support/loop.ts';
import { makeImage, mixedCard } from '../../support/packed-image.ts';
import { needsLoop, needsRoot, needsTools } from '../../support/tools.ts';

const MIB = 1024 * 1024;
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

describe.skipIf(needsTools('bmaptool', 'pigz', 'zstd'))('bmaptool', () => {
  const card = mixedCard(12 * MIB + 512, [
    [0, 2 * MIB],
    [7 * MIB, 300_000],
    [12 * MIB, 512],
  ]);
  const ranges = [
    { offset: 0, bytes: 3 * MIB },
    { offset: 7 * MIB, bytes: MIB },
    { offset: 12 * MIB, bytes: 512 },
  ];

  it.skipIf(needsRoot() || needsLoop()).each(imageFormats)(
    'restores what the map holds from a .%s, and nothing else',
    async (format) => {
      const { path, map } = await makeImage(folder.path, format, card, { ranges });
      const bmap = join(folder.path, 'card.bmap');
      writeFileSync(bmap, bmapText(map, card.length));
      const target = join(folder.path, 'target');
      // A card that was in use: what the map leaves out must stay as it is.
      writeFileSync(target, Buffer.alloc(card.length, 0xa5));
      const loop = await attachLoop(target);
      try {
        tool('bmaptool', ['copy', '--bmap', bmap, path, loop.path]);
      } finally {
        await loop.detach();
      }
      const expected = Buffer.alloc(card.length, 0xa5);
      for (const { offset, bytes } of ranges) {
        expected.set(card.subarray(offset, offset + bytes), offset);
      }
      expect(Buffer.compare(readFileSync(target), expected)).toBe(0);
    },
  );

  it('finds the map by the name of the image', async () => {
    const { path, map } = await makeImage(folder.path, 'img.zst', card, { ranges });
    writeFileSync(join(folder.path, 'card.bmap'), bmapText(map, card.length));
    const target = join(folder.path, 'target');
    tool('bmaptool', ['copy', path, target]);
    expect(
      readFileSync(target)
        .subarray(0, 2 * MIB)
        .equals(card.subarray(0, 2 * MIB)),
    ).toBe(true);
  });

  it('refuses an image that is not what the map says', async () => {
    const { path, map } = await makeImage(folder.path, 'img', card, { ranges });
    const bmap = join(folder.path, 'card.bmap');
    const [first, ...others] = map;
    const wrong = [{ offset: 0, bytes: first?.bytes ?? 0, sha256: '0'.repeat(64) }, ...others];
    writeFileSync(bmap, bmapText(wrong, card.length));
    expect(() =>
      tool('bmaptool', ['copy', '--bmap', bmap, path, join(folder.path, 'target')]),
    ).toThrow(/checksum mismatch/);
  });
});
