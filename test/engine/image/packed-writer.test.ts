import { existsSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHUNK_BYTES } from '../../../src/engine/chunks.ts';
import { copyRanges } from '../../../src/engine/copy.ts';
import { PiKeepError } from '../../../src/engine/errors.ts';
import type { Compressor } from '../../../src/engine/image/compressor.ts';
import { createImageWriter } from '../../../src/engine/image/create-image-writer.ts';
import type { NewImageFile } from '../../../src/engine/image/image-file.ts';
import { faultyDevice } from '../../support/faulty-device.ts';
import { temporaryFolder } from '../../support/file-systems.ts';
import { memoryDevice } from '../../support/memory-device.ts';
import { mountedVolume } from '../../support/mounted.ts';
import {
  boundFile,
  compressor,
  imageFiles,
  makeImage,
  mixedCard,
} from '../../support/packed-image.ts';
import { needsLoop, needsRoot, needsTools } from '../../support/tools.ts';

const MIB = 1024 * 1024;
/** Noise, so that what is written is as large as what is read. */
const noise = (bytes: number): Uint8Array<ArrayBuffer> => mixedCard(bytes, [[0, bytes]]);

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** Inverts one byte of a file each time it has settled. */
function spoiling(file: NewImageFile, at: (size: number) => number): NewImageFile {
  return {
    ...boundFile(file),
    async settle() {
      await file.settle();
      const handle = await open(file.path, 'r+');
      const byte = Buffer.alloc(1);
      const position = at(statSync(file.path).size);
      await handle.read(byte, 0, 1, position);
      byte[0] = (byte[0] ?? 0) ^ 0xff;
      await handle.write(byte, 0, 1, position);
      await handle.close();
      await file.settle();
    },
  };
}

describe.each(['img.gz', 'img.zst'] as const)('proving a %s', (format) => {
  const content = mixedCard(20 * MIB, [[0, 6 * MIB]]);
  const ranges = [{ offset: 0, bytes: 6 * MIB }];

  it.each([
    ['in the data', () => 3 * MIB],
    ['in its first bytes', () => 0],
    ['in a gap of zeros', (size: number) => size - 400],
    ['in its last byte', (size: number) => size - 1],
  ])('finds a byte that changes on the disk %s', async (_, at) => {
    let isFirst = true;
    const wrap = (file: NewImageFile): NewImageFile =>
      // Once, or a second settling would put it right again.
      spoiling(file, (size) => {
        const place = isFirst ? at(size) : size + MIB;
        isFirst = false;
        return place;
      });
    await expect(makeImage(folder.path, format, content, { ranges, wrap })).rejects.toMatchObject({
      code: 'VERIFY_DIFFERS',
    });
  });

  it('finds what the compressor got wrong', async () => {
    const wrong: Compressor = {
      ...compressor,
      deflate: (data, effort) => compressor.deflate(changed(data), effort),
      zstdCompress: (data) => compressor.zstdCompress(changed(data)),
    };
    const file = await imageFiles.create(`${folder.path}/card.${format}`, null);
    try {
      const bytes = content.length;
      const copying = copyRanges({
        device: memoryDevice(content),
        ranges,
        image: createImageWriter({ format, file, bytes, compressor: wrong }),
        prove: true,
        hashPlain: false,
        onProgress: () => undefined,
      });
      await expect(copying).rejects.toMatchObject({ code: 'VERIFY_DIFFERS' });
    } finally {
      await file.close();
    }
  });

  /** One bit of a block that is not empty. */
  function changed(data: Uint8Array): Uint8Array {
    if (data[1000] === 0) return data;
    const copy = Uint8Array.from(data);
    copy[1000] = (copy[1000] ?? 0) ^ 1;
    return copy;
  }
});

describe.each(['img.gz', 'img.zst'] as const)('writing a %s', (format) => {
  it('ends in order when the destination is full', async () => {
    let writes = 0;
    const wrap = (file: NewImageFile): NewImageFile => ({
      ...boundFile(file),
      async write(data, offset) {
        if (++writes > 2) throw new PiKeepError('DESTINATION_FULL', { path: file.path });
        await file.write(data, offset);
      },
    });
    await expect(makeImage(folder.path, format, noise(40 * MIB), { wrap })).rejects.toMatchObject({
      code: 'DESTINATION_FULL',
    });
  });

  it('ends in order when the card is pulled out, and reads no more', async () => {
    const content = noise(40 * MIB);
    const device = faultyDevice(memoryDevice(content), { unpluggedAfter: 3 * CHUNK_BYTES });
    await expect(makeImage(folder.path, format, content, { device })).rejects.toMatchObject({
      code: 'DEVICE_GONE',
    });
    const reads = device.reads.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(device.reads.length).toBe(reads);
  });

  it.each([0, 1, 5, 9])('can be cancelled after chunk %d', async (chunks) => {
    const content = noise(40 * MIB);
    const abort = new AbortController();
    if (chunks === 0) abort.abort();
    let copied = 0;
    const onProgress = (step: { copied: number }): void => {
      copied += step.copied;
      if (copied >= chunks * CHUNK_BYTES) abort.abort();
    };
    await expect(
      makeImage(folder.path, format, content, { signal: abort.signal, onProgress }),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(copied).toBeLessThanOrEqual((chunks + 1) * CHUNK_BYTES);
  });

  it('can be cancelled while it is being proven', async () => {
    const abort = new AbortController();
    const onProgress = ({ proven }: { proven: number }): void => {
      if (proven > 0) abort.abort();
    };
    await expect(
      makeImage(folder.path, format, noise(20 * MIB), { signal: abort.signal, onProgress }),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('compresses several blocks at a time, and never more than it may', async () => {
    let inFlight = 0;
    let most = 0;
    const counting: Compressor = {
      ...compressor,
      deflate: (data, effort) => counted(() => compressor.deflate(data, effort)),
      zstdCompress: (data) => counted(() => compressor.zstdCompress(data)),
    };
    const counted = async <T>(work: () => Promise<T>): Promise<T> => {
      most = Math.max(most, ++inFlight);
      try {
        return await work();
      } finally {
        inFlight--;
      }
    };
    const content = noise(40 * MIB);
    const file = await imageFiles.create(`${folder.path}/card.${format}`, null);
    try {
      const image = createImageWriter({
        format,
        file,
        bytes: content.length,
        compressor: counting,
      });
      await copyRanges({
        device: memoryDevice(content),
        ranges: [{ offset: 0, bytes: content.length }],
        image,
        prove: false,
        hashPlain: false,
        onProgress: () => undefined,
      });
    } finally {
      await file.close();
    }
    expect(most).toBeGreaterThanOrEqual(2);
    expect(most).toBeLessThanOrEqual(compressor.lanes + 2);
  });

  it.skipIf(needsRoot() || needsLoop() || needsTools('mke2fs'))(
    'says that a real volume is full',
    async () => {
      const volume = await mountedVolume(['mke2fs', '-q', '-t', 'ext4', '-m', '0'], 32 * MIB);
      try {
        await expect(makeImage(volume.folder, format, noise(60 * MIB))).rejects.toMatchObject({
          code: 'DESTINATION_FULL',
        });
      } finally {
        await volume.close();
      }
      expect(existsSync(volume.folder)).toBe(false);
    },
  );
});
