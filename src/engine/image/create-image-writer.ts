/** The writer for a format, over a file of the kind that it wants. */

import type { Compressor } from './compressor.ts';
import { gzipPacking } from './gzip.ts';
import type { NewImageFile } from './image-file.ts';
import type { ImageFormat } from './image-format.ts';
import type { ImageWriter } from './image-writer.ts';
import { type PackedStart, PackedWriter } from './packed-writer.ts';
import type { Packing } from './packing.ts';
import { RawWriter } from './raw-writer.ts';
import { zstdPacking } from './zstd.ts';

/**
 * `file` has the size of the card for 'img', and grows for the others; `bytes` is the size of the card. A file that is empty,
 * unless `start` says what is in a packed one; a plain one that is carried on has zeros wherever something is to be written.
 */
export function createImageWriter(options: {
  readonly format: ImageFormat;
  readonly file: NewImageFile;
  readonly bytes: number;
  readonly compressor: Compressor;
  readonly start?: PackedStart | undefined;
}): ImageWriter {
  const { format, file, bytes, compressor, start } = options;
  if (format === 'img') return new RawWriter(file);
  const { lanes } = compressor;
  return new PackedWriter(file, packingOf(format, compressor), { bytes, lanes, start });
}

export function packingOf(format: Exclude<ImageFormat, 'img'>, compressor: Compressor): Packing {
  return format === 'img.gz' ? gzipPacking(compressor) : zstdPacking(compressor);
}
