import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPiKeepError } from '../../../src/engine/errors.ts';
import type { ImageFormat } from '../../../src/engine/image/image-format.ts';
import { openImage } from '../../../src/engine/image/open-image.ts';
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
/** Two data blocks, one of which cannot be compressed, a gap, and a crooked end. */
const card = mixedCard(9 * MIB + 512, [
  [0, MIB + 40_000],
  [2 * MIB, 900_000],
  [9 * MIB, 512],
]);
const ranges = [
  { offset: 0, bytes: 3 * MIB },
  { offset: 9 * MIB, bytes: 512 },
];

const expected = new Uint8Array(card.length);
for (const { offset, bytes } of ranges) {
  expected.set(card.subarray(offset, offset + bytes), offset);
}

let folder: ReturnType<typeof temporaryFolder>;
const made = new Map<ImageFormat, MadeImage>();
beforeAll(async () => {
  folder = temporaryFolder();
  for (const format of ['img.gz', 'img.zst'] as const) {
    made.set(format, await makeImage(folder.path, format, card, { ranges }));
  }
});
afterAll(() => folder.remove());

/** What verify says of a file with these bytes in the place of the image; null when it finds nothing. */
async function verdict(
  image: MadeImage,
  bytes: Uint8Array,
  withManifest: boolean,
): Promise<string | null> {
  const path = `${image.path.replace(/\.img\.\w+$/, '')}-changed${image.path.slice(image.path.indexOf('.img'))}`;
  writeFileSync(path, bytes);
  try {
    const manifest = withManifest ? image.manifest : null;
    const { device } = await openImage({ files: imageFiles, compressor, path, manifest });
    try {
      const size = card.length;
      await verifyImage({ device, bytes: size, map: image.map, onProgress: () => undefined });
    } finally {
      await device.close();
    }
    return null;
  } catch (error) {
    return isPiKeepError(error) ? error.code : `not ours: ${error}`;
  }
}

/** A few bits mean nothing: the padding before a flush, or how large a window is. Then every program finds the card. */
function unpacksElsewhere(format: ImageFormat, bytes: Uint8Array): boolean {
  const path = `${folder.path}/elsewhere`;
  writeFileSync(path, bytes);
  const program = format === 'img.gz' ? 'gzip' : 'zstd -q';
  tool('sh', ['-c', `${program} -dc < "$1" > "$1.plain"`, 'sh', path]);
  return Buffer.compare(readFileSync(`${path}.plain`), expected) === 0;
}

describe.skipIf(needsTools('gzip', 'zstd', 'sh')).each(['img.gz', 'img.zst'] as const)(
  'a damaged %s',
  (format) => {
    const image = (): MadeImage => made.get(format) ?? expect.fail('not made');

    const requireNoticed = async (changed: Uint8Array): Promise<void> => {
      const found = await verdict(image(), changed, true);
      if (found === null) expect(unpacksElsewhere(format, changed)).toBe(true);
      else expect(found).toMatch(/^(VERIFY_DIFFERS|IMAGE_DAMAGED)$/);
    };

    it('is noticed, whichever byte of it has changed', async () => {
      const whole = readFileSync(image().path);
      expect(await verdict(image(), whole, true)).toBeNull();
      await fc.assert(
        fc.asyncProperty(
          fc.nat(whole.length - 1),
          fc.integer({ min: 1, max: 255 }),
          async (at, flip) => {
            const changed = Uint8Array.from(whole);
            changed[at] = (changed[at] ?? 0) ^ flip;
            await requireNoticed(changed);
          },
        ),
        { numRuns: 80 },
      );
    }, 120_000);

    it('is noticed at its start and its end, byte by byte', async () => {
      const whole = readFileSync(image().path);
      for (const at of [...Array(40).keys()].flatMap((n) => [n, whole.length - 1 - n])) {
        const changed = Uint8Array.from(whole);
        changed[at] = (changed[at] ?? 0) ^ 0x40;
        await requireNoticed(changed);
      }
    }, 60_000);

    it('is noticed wherever it was cut off, and when something was added', async () => {
      const whole = readFileSync(image().path);
      await fc.assert(
        fc.asyncProperty(fc.nat(whole.length - 1), fc.boolean(), async (length, withManifest) => {
          expect(await verdict(image(), whole.subarray(0, length), withManifest)).toMatch(
            withManifest ? /^IMAGE_DAMAGED$/ : /^(IMAGE_DAMAGED|UNSUPPORTED)$/,
          );
        }),
        { numRuns: 60 },
      );
      const longer = Buffer.concat([whole, Buffer.alloc(100)]);
      expect(await verdict(image(), longer, true)).toBe('IMAGE_DAMAGED');
    }, 60_000);

    it('without its manifest is never read as something else', async () => {
      const whole = readFileSync(image().path);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), {
            minLength: 1,
            maxLength: 20,
          }),
          async (changes) => {
            const changed = Uint8Array.from(whole);
            for (const [at, value] of changes) changed[at] = value;
            const same = Buffer.compare(changed, whole) === 0;
            const found = await verdict(image(), changed, false);
            if (same) expect(found).toBeNull();
            else if (found === null) expect(unpacksElsewhere(format, changed)).toBe(true);
            else expect(found).toMatch(/^(VERIFY_DIFFERS|IMAGE_DAMAGED|UNSUPPORTED)$/);
          },
        ),
        { numRuns: 60 },
      );
    }, 120_000);

    it('that loses its end while it is open says so', async () => {
      const path = `${folder.path}/shrinking.${format}`;
      writeFileSync(path, readFileSync(image().path));
      const { manifest } = image();
      const { device } = await openImage({ files: imageFiles, compressor, path, manifest });
      truncateSync(path, 4096);
      const failure = await device
        .read(new Uint8Array(MIB), 2 * MIB)
        .catch((error: unknown) => error);
      expect(isPiKeepError(failure, 'READ_FAILED', 'IMAGE_DAMAGED')).toBe(true);
      await device.close();
    });

    it('names the differing ranges of one that is otherwise whole', async () => {
      const path = `${folder.path}/one-range.${format}`;
      writeFileSync(path, readFileSync(image().path));
      // In the noise of the first block.
      const fd = openSync(path, 'r+');
      writeSync(fd, Uint8Array.of(0x55, 0xaa, 0x55, 0xaa), 0, 4, 5000);
      closeSync(fd);
      const { manifest, map } = image();
      const { device } = await openImage({ files: imageFiles, compressor, path, manifest });
      const bytes = card.length;
      await expect(
        verifyImage({ device, bytes, map, onProgress: () => undefined }),
      ).rejects.toMatchObject({ code: 'VERIFY_DIFFERS', facts: { offset: 0 } });
      await device.close();
    });
  },
);
