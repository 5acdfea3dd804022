import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BufferPool } from '../../../src/engine/aligned-memory.ts';
import type { Manifest } from '../../../src/engine/image/manifest.ts';
import { MAX_ENTRY_BYTES, type RestoreSource } from '../../../src/engine/image/restore-source.ts';
import { temporaryFolder, tool } from '../../support/file-systems.ts';
import { glanceAt, openForeign, packed, restored } from '../../support/foreign-image.ts';
import { type MadeImage, makeImage, mixedCard } from '../../support/packed-image.ts';
import { needsTools } from '../../support/tools.ts';

const MIB = 1024 * 1024;
const content = mixedCard(9 * MIB, [
  [0, MIB],
  [4 * MIB, MIB],
]);
const isMissing = needsTools('gzip', 'zstd', 'xz', 'zip', 'mkfifo');

let folder: ReturnType<typeof temporaryFolder>;
let image: string;
beforeAll(() => {
  folder = temporaryFolder();
  image = join(folder.path, 'whole.img');
  writeFileSync(image, content);
});
afterAll(() => folder.remove());

function file(name: string, bytes: string | Uint8Array): string {
  const path = join(folder.path, name);
  writeFileSync(path, bytes, 'latin1');
  return path;
}

/** The same at a glance and in full. */
async function expectRefusal(path: string, code: string, words = ''): Promise<void> {
  const opening = openForeign(path);
  await expect(opening).rejects.toMatchObject({ code });
  await expect(opening).rejects.toThrow(words);
}

describe('a file that is no image of a card', () => {
  const padded = (start: string): string => start.padEnd(4096, '\x01\x80');
  it.each([
    ['a text file', 'notes.img', 'Just some text.\nAnd more.\n'.repeat(100)],
    ['a web page', 'download.img', `<!DOCTYPE html>\n<html>${' '.repeat(5000)}</html>`],
    ['a 7-Zip archive', 'card.img', padded("7z\xbc\xaf'\x1c\0\x04")],
    ['a RAR archive', 'card.img.gz', padded('Rar!\x1a\x07\x01\0')],
    ['packed as bzip2', 'card.img.xz', padded('BZh91AY&SY')],
    ['a disk image of macOS', 'card.img', `${'\x02'.repeat(4096)}koly${'\0'.repeat(508)}`],
    ['a tar archive', 'card.img', `${'\x01'.repeat(257)}ustar\0${'\0'.repeat(1000)}`],
    ['(QCOW2)', 'card.img', padded('QFI\xfb\0\0\0\x03')],
  ])('is named: %s', async (words, name, bytes) => {
    const path = file(name, bytes);
    await expectRefusal(path, 'NOT_AN_IMAGE', words);
    await expect(glanceAt(path)).rejects.toMatchObject({ code: 'NOT_AN_IMAGE' });
  });

  it.each(['.gz', '.zst', '.xz', '.ZIP'])(
    'is a file called %s that begins as nothing',
    async (ending) => {
      const path = file(`damaged.img${ending}`, padded('\xc7'));
      await expectRefusal(path, 'NOT_AN_IMAGE', `called ${ending}`);
      await expect(glanceAt(path)).rejects.toMatchObject({ code: 'NOT_AN_IMAGE' });
    },
  );

  it('is not one that a browser has unpacked, and left its name to', async () => {
    const card = Buffer.from(padded('\xc7'), 'latin1');
    card.set([0x55, 0xaa], 510);
    const source = await openForeign(file('unpacked.img.xz', card));
    expect(source).toMatchObject({ bytes: card.length, mapOrigin: 'whole' });
    await source.close();
  });

  it('is found inside of a packed file too', async () => {
    const text = file('inside.txt', 'Just some text.\n'.repeat(5000));
    await expectRefusal(packed(text, 'text.img.gz', ['gzip', '-c']), 'NOT_AN_IMAGE', 'a text file');
    const once = packed(image, 'once.img.xz', ['xz', '-0', '-c']);
    await expectRefusal(
      packed(once, 'twice.img.gz', ['gzip', '-c']),
      'NOT_AN_IMAGE',
      'packed twice',
    );
  });

  it('is empty, not of whole sectors, a folder, a pipe, or not there', async () => {
    await expectRefusal(file('empty.img', ''), 'IMAGE_DAMAGED', 'it is empty');
    await expectRefusal(
      file('crooked.img', content.subarray(0, 100_001)),
      'IMAGE_DAMAGED',
      'sectors',
    );
    const crooked = packed(join(folder.path, 'crooked.img'), 'crooked.gz', ['gzip', '-c']);
    await expectRefusal(crooked, 'IMAGE_DAMAGED', 'sectors');
    const nothing = packed(file('nothing', ''), 'nothing.img.gz', ['gzip', '-c']);
    await expectRefusal(nothing, 'IMAGE_DAMAGED', 'it is empty');
    mkdirSync(join(folder.path, 'folder.img'));
    await expectRefusal(join(folder.path, 'folder.img'), 'NO_SUCH_IMAGE');
    await expectRefusal(join(folder.path, 'missing.img'), 'NO_SUCH_IMAGE');
    tool('mkfifo', [join(folder.path, 'pipe.img')]);
    await expectRefusal(join(folder.path, 'pipe.img'), 'NO_SUCH_IMAGE');
  });
});

describe.skipIf(isMissing)('an image that changes between the check and the reading', () => {
  const change = (path: string, at: number): void => {
    const fd = openSync(path, 'r+');
    writeSync(fd, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 0, 8, at);
    closeSync(fd);
  };
  const expectNoticed = async (source: RestoreSource): Promise<void> => {
    await expect(restored(source)).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' });
    // Nothing is left with the reader: another attempt finds all buffers.
    const pool = new BufferPool(3, MAX_ENTRY_BYTES);
    const reading = source.read(source.map, { pool, depth: 2 });
    const all = async (): Promise<void> => {
      for await (const { buffer } of reading) pool.release(buffer);
    };
    await expect(all()).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' });
    await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    await source.close();
  };

  it.each([
    ['plain', (): string => file('plain.img', content), 4 * MIB + 100],
    ['gzip', (): string => packed(image, 'card.img.gz', ['gzip', '-c']), 400_000],
    ['zstd', (): string => packed(image, 'card.img.zst', ['zstd', '-q', '-c']), 400_000],
    ['xz', (): string => packed(image, 'card.img.xz', ['xz', '-0', '-c']), 400_000],
    ['zip', (): string => packed(image, 'card.zip', ['zip', '-q', '-', '-']), 400_000],
  ] as const)('is noticed (%s)', async (_, make, at) => {
    const path = make();
    const source = await openForeign(path);
    change(path, at);
    await expectNoticed(source);
  });

  it('is noticed when it became shorter', async () => {
    const path = packed(image, 'short.img.gz', ['gzip', '-c']);
    const source = await openForeign(path);
    truncateSync(path, 300_000);
    await expect(restored(source)).rejects.toMatchObject({
      code: expect.stringMatching(/^(IMAGE_DAMAGED|READ_FAILED)$/),
    });
    await source.close();
  });
});

describe('a backup with its manifest', () => {
  const ranges = [
    { offset: 0, bytes: 3 * MIB },
    { offset: 4 * MIB, bytes: 2 * MIB },
  ];
  /** What of a manifest matters here. */
  const manifestOf = ({ manifest, map }: MadeImage): Manifest =>
    ({ ...manifest, map: [...map], unreadable: [] }) as unknown as Manifest;

  it.each(['img', 'img.gz', 'img.zst'] as const)(
    'is restored as far as its map goes (%s)',
    async (format) => {
      const made = await makeImage(folder.path, format, content, { ranges, name: 'mine' });
      const source = await openForeign(made.path, { manifest: manifestOf(made) });
      expect(source).toMatchObject({
        mapOrigin: 'manifest',
        isSeekable: true,
        bytes: content.length,
      });
      const card = await restored(source, source.map, 0xa5);
      for (const { offset, bytes } of ranges) {
        const end = offset + bytes;
        expect(Buffer.compare(card.subarray(offset, end), content.subarray(offset, end))).toBe(0);
      }
      expect(card.subarray(3 * MIB, 4 * MIB).every((byte) => byte === 0xa5)).toBe(true);
      await source.close();
    },
  );

  it.each(['img', 'img.gz', 'img.zst'] as const)(
    'whose manifest is lost is written whole (%s)',
    async (format) => {
      const made = await makeImage(folder.path, format, content, { ranges, name: 'lost' });
      const source = await openForeign(made.path);
      expect(source).toMatchObject({ mapOrigin: 'whole', isSeekable: format !== 'img.gz' });
      const card = await restored(source, source.map, 0xa5);
      expect(card.subarray(3 * MIB, 4 * MIB).every((byte) => byte === 0)).toBe(true);
      await source.close();
    },
  );

  it.each(['img', 'img.gz', 'img.zst'] as const)(
    'with the manifest of another image is damaged (%s)',
    async (format) => {
      const made = await makeImage(folder.path, format, content, { ranges, name: 'mine' });
      const changed = Uint8Array.from(content);
      changed[5000] = (changed[5000] ?? 0) ^ 1;
      const other = await makeImage(folder.path, format, changed, { ranges, name: 'other' });
      const longer = new Uint8Array(content.length + 4096);
      longer.set(content);
      const large = await makeImage(folder.path, format, longer, { ranges, name: 'large' });
      for (const wrong of [other, large]) {
        await expect(openForeign(made.path, { manifest: manifestOf(wrong) })).rejects.toMatchObject(
          {
            code: 'IMAGE_DAMAGED',
          },
        );
      }
    },
  );

  it.each(['img', 'img.gz', 'img.zst'] as const)(
    'that is cut off or was changed is damaged (%s)',
    async (format) => {
      const made = await makeImage(folder.path, format, content, { ranges, name: 'hurt' });
      const whole = readFileSync(made.path);
      const manifest = manifestOf(made);
      for (const bytes of [1000, 100_000, whole.length - 4096, whole.length - 1]) {
        truncateSync(made.path, bytes);
        await expect(openForeign(made.path, { manifest })).rejects.toMatchObject({
          code: 'IMAGE_DAMAGED',
        });
        writeFileSync(made.path, whole);
      }
      for (const at of [100, 50_000, 500_000]) {
        const changed = Uint8Array.from(whole);
        changed[at] = (changed[at] ?? 0) ^ 0x10;
        writeFileSync(made.path, changed);
        await expect(openForeign(made.path, { manifest })).rejects.toMatchObject({
          code: 'IMAGE_DAMAGED',
        });
      }
    },
  );
});
