import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHUNK_BYTES, type Range } from '../../../src/engine/chunks.ts';
import { imageFormats } from '../../../src/engine/image/image-format.ts';
import { openImage } from '../../../src/engine/image/open-image.ts';
import { ZSTD_FRAME_BYTES } from '../../../src/engine/image/zstd.ts';
import { verifyImage } from '../../../src/engine/verify.ts';
import { temporaryFolder, tool } from '../../support/file-systems.ts';
import {
  compressor,
  imageFiles,
  type MadeImage,
  makeImage,
  mixedCard,
} from '../../support/packed-image.ts';
import { needsTools } from '../../support/tools.ts';

const MIB = 1024 * 1024;
const packedFormats = ['img.gz', 'img.zst'] as const;
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const open = (made: MadeImage, manifest: MadeImage['manifest'] | null = made.manifest) =>
  openImage({ files: imageFiles, compressor, path: made.path, manifest });

async function plainOf(made: MadeImage, withManifest = true): Promise<Uint8Array> {
  const { device } = await open(made, withManifest ? made.manifest : null);
  try {
    const all = new Uint8Array(device.size);
    for (let at = 0; at < all.length; at += 3 * MIB) {
      await device.read(all.subarray(at, at + 3 * MIB), at);
    }
    return all;
  } finally {
    await device.close();
  }
}

/** What other programs unpack. */
const judges = {
  'img.gz': [
    ['gzip', '-t'],
    ['pigz', '-t'],
  ],
  'img.zst': [['zstd', '-t', '-q']],
} as const;

describe.skipIf(needsTools('gzip', 'pigz', 'zstd', 'sh'))('to other programs', () => {
  const size = 9 * MIB + 5 * 512;
  const content = mixedCard(size, [
    [0, 3 * MIB],
    [3 * MIB, 200_000],
    [8 * MIB + 100, 5000],
  ]);

  it.each(packedFormats)('%s is an ordinary compressed file of the card', async (format) => {
    const { path, proven } = await makeImage(folder.path, format, content);
    for (const [judge, ...args] of judges[format]) tool(judge, [...args, path]);
    const plain = `${path}.plain`;
    tool('sh', [
      '-c',
      `${format === 'img.gz' ? 'gzip' : 'zstd -q'} -dc "$1" > "$2"`,
      'sh',
      path,
      plain,
    ]);
    expect(Buffer.compare(readFileSync(plain), content)).toBe(0);
    expect(proven).toBe(size);
  });

  it('a .img.zst says how large it is unpacked, and has a checksum in every frame', async () => {
    const { path } = await makeImage(folder.path, 'img.zst', content);
    const listed = tool('zstd', ['-lv', path]);
    expect(listed).toContain(`(${size} B)`);
    const frames = Math.ceil(size / ZSTD_FRAME_BYTES);
    expect(listed).toMatch(new RegExp(`Zstandard Frames: ${frames}\\b`));
    expect(listed).toMatch(/Check: XXH64/);
  });
});

describe.each(imageFormats)('an image as %s', (format) => {
  it('is the card, whatever lies on it and whatever of it was read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 24_000 }),
        fc.array(fc.tuple(fc.nat(24_000 * 512), fc.nat(3_000_000)), { maxLength: 6 }),
        fc.array(fc.nat(3000), { maxLength: 8 }),
        async (sectors, places, cuts) => {
          const card = mixedCard(sectors * 512, places);
          const ranges = rangesFrom(cuts, card.length);
          const made = await makeImage(folder.path, format, card, { ranges, hashPlain: true });
          const expected = new Uint8Array(card.length);
          for (const { offset, bytes } of ranges) {
            expected.set(card.subarray(offset, offset + bytes), offset);
          }
          expect(Buffer.compare(await plainOf(made), expected)).toBe(0);
          expect(made.plainSha256).toBe(createHash('sha256').update(expected).digest('hex'));
          expect(statSync(made.path).size).toBe(made.manifest.image.bytes);
          const { device } = await open(made);
          const { map } = made;
          const bytes = card.length;
          await verifyImage({ device, bytes, map, onProgress: () => undefined });
          await device.close();
        },
      ),
      { numRuns: 25 },
    );
  }, 120_000);

  it('can be read at any place in pieces of any size, also at the same time', async () => {
    const card = mixedCard(11 * MIB, [
      [500, 4 * MIB],
      [6 * MIB, 2 * MIB],
    ]);
    const { device } = await open(await makeImage(folder.path, format, card));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(11 * MIB), fc.nat(5 * MIB)), { minLength: 1, maxLength: 5 }),
        async (reads) => {
          const done = reads.map(async ([offset, wanted]) => {
            const bytes = Math.min(wanted, card.length - offset);
            const into = new Uint8Array(bytes);
            await device.read(into, offset);
            return Buffer.compare(into, card.subarray(offset, offset + bytes)) === 0;
          });
          expect(await Promise.all(done)).not.toContain(false);
        },
      ),
      { numRuns: 40 },
    );
    await expect(device.read(new Uint8Array(2), card.length - 1)).rejects.toThrow(RangeError);
    await device.close();
    await device.close();
  });

  it('takes hardly any room for a card of zeros', async () => {
    const made = await makeImage(folder.path, format, new Uint8Array(64 * MIB));
    expect(statSync(made.path).blocks * 512).toBeLessThanOrEqual(128 * 1024);
    expect(Buffer.compare(await plainOf(made), new Uint8Array(64 * MIB))).toBe(0);
  });
});

describe('a gzip image without its manifest', () => {
  it('is read once as a whole, and then again from anywhere', async () => {
    // Content that is full of what a block ends in: other gzip files, and the pattern itself.
    const card = mixedCard(6 * MIB + 512, [[0, 2 * MIB]]);
    for (let at = 2 * MIB; at < 3 * MIB; at += 7) card.set([0, 0, 0, 0xff, 0xff], at);
    for (let at = MIB - 64; at < MIB; at += 4) card.set([0, 0, 0xff, 0xff], at);
    const inner = await makeImage(folder.path, 'img.gz', card, { name: 'inner' });
    card.set(readFileSync(inner.path).subarray(0, 2 * MIB), 4 * MIB);
    const made = await makeImage(folder.path, 'img.gz', card);
    expect(Buffer.compare(await plainOf(made, false), card)).toBe(0);
  });

  it.skipIf(needsTools('gzip', 'pigz', 'sh'))(
    'of another program is refused in words',
    async () => {
      const card = mixedCard(5 * MIB, [[0, 5 * MIB]]);
      const made = await makeImage(folder.path, 'img', card);
      for (const program of ['gzip', 'pigz']) {
        tool('sh', ['-c', `${program} -nc "$1" > "$1.gz"`, 'sh', made.path]);
        const opening = openImage({
          files: imageFiles,
          compressor,
          path: `${made.path}.gz`,
          manifest: null,
        });
        await expect(opening).rejects.toMatchObject({ code: 'UNSUPPORTED' });
      }
    },
  );
});

/** Disjoint ranges on multiples of 4096, some of them touching. */
function rangesFrom(cuts: readonly number[], size: number): Range[] {
  const edges = [...new Set([0, ...cuts])]
    .toSorted((left, right) => left - right)
    .map((block) => block * 4096)
    .filter((edge) => edge < size);
  return edges.flatMap((offset, index) => {
    const end = Math.min(edges[index + 1] ?? Math.min(size, offset + 2 * CHUNK_BYTES), size);
    return index % 3 === 1 ? [] : [{ offset, bytes: end - offset }];
  });
}
