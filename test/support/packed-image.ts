/** Images in every format, made by the real pipeline in a temporary folder. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Range, totalBytes, wholeDevice } from '../../src/engine/chunks.ts';
import { type CopyOptions, copyRanges } from '../../src/engine/copy.ts';
import { createImageWriter } from '../../src/engine/image/create-image-writer.ts';
import type { ImageFiles, NewImageFile } from '../../src/engine/image/image-file.ts';
import type { ImageFormat } from '../../src/engine/image/image-format.ts';
import type { BlockFacts } from '../../src/engine/image/image-writer.ts';
import type { Manifest } from '../../src/engine/image/manifest.ts';
import type { MapEntry } from '../../src/engine/image/map.ts';
import { createCompressor } from '../../src/platform/compression.ts';
import { createImageFiles } from '../../src/platform/image-files.ts';
import { memoryDevice } from './memory-device.ts';

export const imageFiles: ImageFiles = createImageFiles();
export const compressor = createCompressor();

export interface MadeImage {
  readonly path: string;
  readonly map: readonly MapEntry[];
  /** What its manifest says of it. */
  readonly manifest: Pick<Manifest, 'image' | 'source'>;
  readonly plainSha256: string | null;
  readonly unreadable: readonly Range[];
  /** Bytes of the card that were proven. */
  readonly proven: number;
}

/** `content` as the card; `wrap` can put a faulty file between the writer and the disk. A copy that fails leaves no file. */
export async function makeImage(
  folder: string,
  format: ImageFormat,
  content: Uint8Array,
  more: Partial<CopyOptions> & {
    name?: string;
    wrap?: (file: NewImageFile) => NewImageFile;
  } = {},
): Promise<MadeImage> {
  const { name = 'card', wrap = (file) => file, ...options } = more;
  const path = join(folder, `${name}.${format}`);
  rmSync(path, { force: true });
  const bytes = content.length;
  const file = wrap(await imageFiles.create(path, format === 'img' ? bytes : null));
  const ranges = options.ranges ?? wholeDevice(bytes);
  let proven = 0;
  try {
    const { map, image, plainSha256, unreadable } = await copyRanges({
      device: memoryDevice(content),
      ranges,
      image: createImageWriter({ format, file, bytes, compressor }),
      prove: true,
      hashPlain: false,
      onProgress: (step) => {
        proven += step.proven;
      },
      ...options,
    });
    const packed = image.blocks ? { blocks: mutable(image.blocks) } : {};
    const manifest = {
      image: { file: `${name}.${format}`, format, bytes: image.bytes, ...packed },
      source: { bytes, sectorBytes: 512 },
    };
    if (totalBytes(ranges) !== totalBytes(map)) throw new Error('the map is not what was read');
    return { path, map, manifest, plainSha256, unreadable, proven };
  } finally {
    await file.close();
  }
}

function mutable(blocks: BlockFacts): NonNullable<Manifest['image']['blocks']> {
  return { ...blocks, lengths: [...blocks.lengths] };
}

/** Methods of a class instance, bound, so that a test can replace one of them in a copy. */
export function boundFile(file: NewImageFile): NewImageFile {
  return {
    path: file.path,
    get size() {
      return file.size;
    },
    get readBackMethod() {
      return file.readBackMethod;
    },
    write: (data, offset) => file.write(data, offset),
    settle: () => file.settle(),
    readBack: (into, offset) => file.readBack(into, offset),
    cut: (bytes) => file.cut(bytes),
    storedBytes: () => file.storedBytes(),
    close: () => file.close(),
  };
}

/** A card with text, noise and zeros; noise cannot be compressed, and looks like anything sooner or later. */
export function mixedCard(
  bytes: number,
  places: readonly (readonly [number, number])[],
): Uint8Array<ArrayBuffer> {
  const content = new Uint8Array(bytes);
  let state = 12_345;
  for (const [index, [at, length]] of places.entries()) {
    const end = Math.min(at + length, bytes);
    for (let position = at; position < end; position++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      content[position] = index % 2 === 0 ? state >> 16 : 32 + ((position >> 3) % 64);
    }
  }
  return content;
}
