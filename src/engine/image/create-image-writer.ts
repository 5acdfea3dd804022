/** The writer for a format, over a file of the kind that it wants. */

import type { Compressor } from './compressor.ts';
import { gzipPacking } from './gzip.ts';
import type { NewImageFile } from './image-file.ts';
import type { ImageFormat } from './image-format.ts';
import type { ImageWriter } from './image-writer.ts';
import { PackedWriter } from './packed-writer.ts';
import { RawWriter } from './raw-writer.ts';
import { zstdPacking } from './zstd.ts';

/** `file` has the size of the card for 'img', and grows for the others; `bytes` is the size of the card. */
export function createImageWriter(options: {
  readonly format: ImageFormat;
  readonly file: NewImageFile;
  readonly bytes: number;
  readonly compressor: Compressor;
}): ImageWriter {
  const { format, file, bytes, compressor } = options;
  switch (format) {
    case 'img':
      return new RawWriter(file);
    case 'img.gz':
      return new PackedWriter(file, gzipPacking(compressor), bytes, compressor.lanes);
    case 'img.zst':
      return new PackedWriter(file, zstdPacking(compressor), bytes, compressor.lanes);
  }
}
