import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BufferPool } from '../../../src/engine/aligned-memory.ts';
import { readUpTo } from '../../../src/engine/block-device.ts';
import { CHUNK_BYTES, totalBytes } from '../../../src/engine/chunks.ts';
import { MAX_ENTRY_BYTES } from '../../../src/engine/image/restore-source.ts';
import { readPartitionTable } from '../../../src/engine/partitions.ts';
import { temporaryFolder, tool } from '../../support/file-systems.ts';
import {
  GPT_LAYOUT,
  glanceAt,
  makeForeignImage,
  openForeign,
  packed,
  restored,
} from '../../support/foreign-image.ts';
import { needsTools } from '../../support/tools.ts';

const MIB = 1024 * 1024;
const isMissing = needsTools('sfdisk', 'gzip', 'pigz', 'zstd', 'xz', 'zip');

let folder: ReturnType<typeof temporaryFolder>;
let image: string;
let content: Uint8Array;
let gptImage: string;
beforeAll(() => {
  folder = temporaryFolder();
  if (isMissing) return;
  image = join(folder.path, 'card.img');
  content = makeForeignImage(image);
  gptImage = join(folder.path, 'gpt.img');
  makeForeignImage(gptImage, GPT_LAYOUT);
});
afterAll(() => folder.remove());

function same(found: Uint8Array, expected: Uint8Array): void {
  expect(Buffer.compare(found, expected)).toBe(0);
}

const packers: Record<string, readonly string[]> = {
  'gzip.img.gz': ['gzip', '-c'],
  'pigz.img.gz': ['pigz', '-c', '-p', '2'],
  'zstd.img.zst': ['zstd', '-q', '-c'],
  'long.img.zst': ['zstd', '-q', '-c', '--long=27'],
  'plain.img.zst': ['zstd', '-q', '-c', '--no-check'],
  'xz.img.xz': ['xz', '-c', '-0'],
  'blocks.img.xz': ['xz', '-c', '-0', '-T2', '--block-size=1MiB'],
  'dictionary.img.xz': ['xz', '-c', '--lzma2=preset=0,dict=64MiB'],
  'crc32.img.xz': ['xz', '-c', '-0', '--check=crc32'],
  'unchecked.img.xz': ['xz', '-c', '-0', '--check=none'],
  // From a pipe: sizes follow the data, in 64 bits.
  'pipe.zip': ['zip', '-q', '-1', '-', '-'],
  'zip64.zip': ['zip', '-q', '-1', '-fz', '-', '-'],
};

describe.skipIf(isMissing)('an image from elsewhere', () => {
  it('is written whole when it is plain: an allocated file of zeros and a hole are zeros to be written', async () => {
    const path = join(folder.path, 'sparse.img');
    writeFileSync(path, content);
    // One hole at the end, and zeros that are stored in the middle already.
    truncateSync(path, content.length + 8 * MIB);
    const source = await openForeign(path);
    expect(source).toMatchObject({ mapOrigin: 'whole', isSeekable: true, manifest: null });
    expect(totalBytes(source.map)).toBe(content.length + 8 * MIB);
    const card = await restored(source, source.map, 0xa5);
    same(card.subarray(0, content.length), content);
    expect(card.subarray(content.length).every((byte) => byte === 0)).toBe(true);
    await source.close();
  });

  it.each(Object.entries(packers))('comes out of %s as it was', async (name, command) => {
    const path = packed(image, name, command);
    let total = 0;
    let checked = 0;
    const source = await openForeign(path, {
      onTotal: (bytes) => {
        total += bytes;
      },
      onProgress: (bytes) => {
        checked += bytes;
      },
    });
    expect(source).toMatchObject({
      bytes: content.length,
      mapOrigin: 'whole',
      isComplete: true,
      isSeekable: false,
    });
    expect(total).toBe(readFileSync(path).length);
    expect(checked).toBeGreaterThan(total * 0.9);
    expect(checked).toBeLessThanOrEqual(total);
    for (const { offset, bytes, sha256 } of source.map) {
      const data = content.subarray(offset, offset + bytes);
      expect(createHash('sha256').update(data).digest('hex')).toBe(sha256);
    }
    expect(
      source.map.every(({ offset, bytes }) => offset % CHUNK_BYTES === 0 && bytes <= CHUNK_BYTES),
    ).toBe(true);
    same(await restored(source, source.map, 0xa5), content);
    await source.close();
    await source.close();
  });

  it.each([
    ['members.img.gz', 'gzip -c'],
    ['streams.img.xz', 'xz -0 -c'],
    ['frames.img.zst', 'zstd -q -c'],
  ])('is put together from the parts of %s', async (name, packer) => {
    const path = join(folder.path, name);
    const script = `(head -c 5000000 "$1" | ${packer}; tail -c +5000001 "$1" | ${packer}) > "$2"`;
    execFileSync('sh', ['-c', script, 'sh', image, path]);
    // Zeros in groups of four are allowed behind every one of these formats.
    truncateSync(path, Math.ceil(readFileSync(path).length / 4) * 4 + 512);
    const source = await openForeign(path);
    same(await restored(source), content);
    await source.close();
  });

  it('is found in a zip beside other files, whatever the archive is called', async () => {
    const path = join(folder.path, 'download.img');
    writeFileSync(join(folder.path, 'README.txt'), 'Flash the image.');
    const zip = join(folder.path, 'with-notes.zip');
    tool('zip', ['-q', '-j', '-0', zip, join(folder.path, 'README.txt'), image]);
    writeFileSync(path, readFileSync(zip));
    const source = await openForeign(path);
    same(await restored(source), content);
    await source.close();
  });

  it('gives only the entries that are asked for, and can be ended early', async () => {
    const source = await openForeign(packed(image, 'some.img.gz', ['gzip', '-c']));
    const some = [source.map[1], source.map[3]].flatMap((entry) => (entry ? [entry] : []));
    const card = await restored(source, some, 0xa5);
    for (const [index, { offset, bytes }] of source.map.entries()) {
      const found = card.subarray(offset, offset + bytes);
      if (index === 1 || index === 3) same(found, content.subarray(offset, offset + bytes));
      else expect(found.every((byte) => byte === 0xa5)).toBe(true);
    }
    const pool = new BufferPool(3, MAX_ENTRY_BYTES);
    for await (const { buffer } of source.read(source.map, { pool, depth: 2 })) {
      pool.release(buffer);
      break;
    }
    // Every buffer is back.
    await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    await source.close();
  });

  it('shows its partition table and the start of every partition while it is a stream', async () => {
    const path = packed(image, 'view.img.xz', ['xz', '-0', '-c']);
    const { view, close } = await openForeign(path);
    const table = await readPartitionTable(view);
    expect(table.problems).toEqual([]);
    expect(table.partitions.map(({ index }) => index)).toEqual([1, 2, 3, 5, 6, 7]);
    for (const { offset } of table.partitions) {
      same(await readUpTo(view, offset, 128 * 1024), content.subarray(offset, offset + 128 * 1024));
    }
    await expect(view.read(new Uint8Array(512), 14 * MIB)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
    await expect(view.read(new Uint8Array(512), content.length)).rejects.toThrow(RangeError);
    await close();
  });

  it('shows both copies of a GPT', async () => {
    const { view, close } = await openForeign(packed(gptImage, 'gpt.img.gz', ['gzip', '-c']));
    const table = await readPartitionTable(view);
    expect(table).toMatchObject({ scheme: 'gpt', problems: [] });
    expect(table.partitions).toHaveLength(2);
    await close();
  });
});

describe.skipIf(isMissing)('a glance at an image', () => {
  it.each([
    ['gzip.img.gz', null],
    ['zstd.img.zst', null],
    ['xz.img.xz', 20 * MIB + 512],
    ['zip64.zip', 20 * MIB + 512],
  ] as const)('tells of %s what the file says', async (name, bytes) => {
    const glance = await glanceAt(packed(image, name, packers[name] ?? []));
    expect(glance).toMatchObject({ bytes, mappedBytes: bytes, mapOrigin: 'whole', view: null });
    await glance.close();
  });

  it('knows the size of a file that zstd packed as a file', async () => {
    const path = join(folder.path, 'named.img.zst');
    tool('zstd', ['-q', '-f', image, '-o', path]);
    const glance = await glanceAt(path);
    expect(glance.bytes).toBe(content.length);
    await glance.close();
  });

  it('opens a plain one for the fit', async () => {
    const glance = await glanceAt(image);
    expect(glance).toMatchObject({ bytes: content.length, mappedBytes: content.length });
    if (!glance.view) expect.fail('not open');
    expect((await readPartitionTable(glance.view)).partitions).toHaveLength(6);
    await glance.close();
  });
});
