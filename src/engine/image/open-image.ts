/** Opens an image of any format as the card that it holds, without unpacking it to disk. */

import { english } from '../../language/english.ts';
import { type BlockDevice, readUpTo } from '../block-device.ts';
import { ByteReader, MalformedBytes } from '../bytes.ts';
import { asPiKeepError, PiKeepError } from '../errors.ts';
import { BlockIndex } from './block-index.ts';
import type { Compressor } from './compressor.ts';
import { DEFLATE_END, GZIP_HEADER, gzipPacking } from './gzip.ts';
import { gzipTrailerOf, scanGzip } from './gzip-scan.ts';
import type { ImageFiles, OpenedImage } from './image-file.ts';
import { formatOfName, type ImageFormat } from './image-format.ts';
import type { BlockFacts } from './image-writer.ts';
import type { Manifest } from './manifest.ts';
import { packedDevice } from './packed-device.ts';
import { PackedReader } from './packed-reader.ts';
import type { Packing } from './packing.ts';
import { parseSeekFooter, parseSeekTable, SEEK_FOOTER_BYTES, zstdPacking } from './zstd.ts';

const SECTOR_BYTES = 512;

export interface OpenImageOptions {
  readonly files: Pick<ImageFiles, 'open'>;
  readonly compressor: Compressor;
  readonly path: string;
  /** Of this image; without it the format is what the name says, and a gzip image is read as a whole once. */
  readonly manifest: Pick<Manifest, 'image' | 'source'> | null;
  /** What its first bytes say, where that was looked at. */
  readonly format?: ImageFormat;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The device has the size of the card. Throws NO_SUCH_IMAGE, ACCESS_DENIED; IMAGE_DAMAGED when a packed image is cut off or
 * not of its form, also from the device's reads; UNSUPPORTED for one of another program that cannot be read from the middle;
 * INTERRUPTED.
 */
export async function openImage(options: OpenImageOptions): Promise<OpenedImage> {
  const { files, path, manifest } = options;
  const format = manifest?.image.format ?? options.format ?? formatOfName(path);
  const opened = await files.open(path);
  if (format === 'img') return opened;
  const file = opened.device;
  try {
    if (manifest && manifest.image.bytes !== file.size) {
      throw new MalformedBytes(`it has ${file.size} bytes instead of ${manifest.image.bytes}`);
    }
    const isGzip = format === 'img.gz';
    const index = isGzip
      ? await gzipIndex(options, file)
      : await zstdIndex(file, manifest !== null);
    const packing = isGzip ? gzipPacking(options.compressor) : zstdPacking(options.compressor);
    const sectorSize = manifest?.source.sectorBytes ?? SECTOR_BYTES;
    return {
      device: deviceOver(file, index, packing, sectorSize),
      // Asked for when the last range has been read; on a Mac it is known only then.
      get readBackMethod() {
        return opened.readBackMethod;
      },
    };
  } catch (error) {
    await file.close();
    if (!(error instanceof MalformedBytes)) throw asPiKeepError(error);
    throw new PiKeepError('IMAGE_DAMAGED', { path, detail: error.message }, { cause: error });
  }
}

function deviceOver(
  file: BlockDevice,
  index: BlockIndex,
  packing: Packing,
  sectorSize: number,
): BlockDevice {
  const { path } = file;
  const reader = new PackedReader(file, index, packing);
  const closeFile = (): Promise<void> => file.close();
  return packedDevice({ path, size: index.plainBytes, sectorSize, reader, closeFile });
}

async function gzipIndex(options: OpenImageOptions, file: BlockDevice): Promise<BlockIndex> {
  const { manifest, compressor, signal } = options;
  if (!manifest?.image.blocks) return scanGzip({ device: file, compressor, signal });
  const { blocks } = manifest.image;
  await requireTrailer(file, blocks, manifest.source.bytes);
  const index = new BlockIndex(blocks.bytes, manifest.source.bytes, GZIP_HEADER.length);
  for (const length of blocks.lengths) index.add(length);
  return index;
}

/** With every block equal to its hash and this trailer, the file is what was written: no byte of it is left to differ. */
async function requireTrailer(
  file: BlockDevice,
  { crc32 }: BlockFacts,
  plainBytes: number,
): Promise<void> {
  const trailer = new ByteReader(await gzipTrailerOf(file));
  const size = trailer.u32(DEFLATE_END.length + 4);
  if (trailer.u32(DEFLATE_END.length) === crc32 && size === plainBytes % 2 ** 32) return;
  throw new MalformedBytes('its checksum has changed');
}

async function zstdIndex(file: BlockDevice, isOurs: boolean): Promise<BlockIndex> {
  if (file.size < SEEK_FOOTER_BYTES) throw new MalformedBytes(`it has only ${file.size} bytes`);
  const footer = parseSeekFooter(
    await readUpTo(file, file.size - SEEK_FOOTER_BYTES, SEEK_FOOTER_BYTES),
    file.size,
  );
  if (!footer) throw withoutTable(isOurs);
  const start = file.size - footer.tableBytes;
  return parseSeekTable(await readUpTo(file, start, footer.tableBytes), footer, file.size);
}

/** Whether it was cut off or never had one, only its manifest could tell. */
function withoutTable(isOurs: boolean): Error {
  if (isOurs) return new MalformedBytes('it does not end in a table of its parts');
  const what = english`reading from the middle of a .zst file without a table of its parts`;
  return new PiKeepError('UNSUPPORTED', {
    what: english`${what} (cut off, or of another program)`,
  });
}
