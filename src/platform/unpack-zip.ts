/** Unpacks the one image in a zip archive. yauzl reads the directory; the content goes the way of every other stream. */

import { crc32, createInflateRaw } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import type { BlockDevice } from '../engine/block-device.ts';
import { MalformedBytes } from '../engine/bytes.ts';
import type { Range } from '../engine/chunks.ts';
import { PiKeepError } from '../engine/errors.ts';
import { PIECE_BYTES, readRange, unpackRange } from './unpack-stream.ts';

const STORED = 0;
/** More files than that are not looked through. */
const MAX_ENTRIES = 10_000;
/** What images are called in the wild. */
const imageName = /\.(img|raw|bin|iso|wic|dd|image)$/i;
/** What macOS puts into archives for itself. */
const clutter = /^__MACOSX\/|(^|\/)\.(_[^/]*|DS_Store)$/;

/** Throws as `Unpacker.unpack`. */
export async function* unpackZip(
  file: BlockDevice,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const { entry, place } = await findImage(file);
  let bytes = 0;
  let checksum = 0;
  for await (const piece of unpackEntry(file, entry, place, signal)) {
    bytes += piece.length;
    // Nobody has to wait for the end of one that does not keep to its size.
    if (bytes > entry.uncompressedSize) break;
    checksum = crc32(piece, checksum);
    yield piece;
  }
  if (bytes !== entry.uncompressedSize || checksum !== entry.crc32) {
    throw new MalformedBytes('its content is not what the directory of the archive says');
  }
}

/** What its directory says. */
export async function zipBytes(file: BlockDevice): Promise<number> {
  return (await findImage(file)).entry.uncompressedSize;
}

async function* unpackEntry(
  file: BlockDevice,
  entry: Entry,
  place: Range,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  if (entry.compressionMethod === STORED) return yield* readRange(file, place, signal);
  const inflate = createInflateRaw({ chunkSize: PIECE_BYTES });
  const used = yield* unpackRange(file, place, inflate, signal);
  if (used !== place.bytes) throw new MalformedBytes('its packed content ends early');
}

interface Found {
  readonly entry: Entry;
  /** Where its packed bytes lie. */
  readonly place: Range;
}

async function findImage(file: BlockDevice): Promise<Found> {
  try {
    const zip = await fromRandomAccessReaderPromise(new DeviceReader(file), file.size, {
      autoClose: false,
      decodeStrings: true,
    });
    const entry = chooseImage(await entriesOf(zip), file.path);
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    return { entry, place: { offset: fileDataStart, bytes: entry.compressedSize } };
  } catch (error) {
    throw asZipError(error, file.path);
  }
}

async function entriesOf(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    if (entries.length === MAX_ENTRIES) break;
    if (!entry.fileName.endsWith('/') && !clutter.test(entry.fileName)) entries.push(entry);
  }
  return entries;
}

function chooseImage(entries: readonly Entry[], path: string): Entry {
  const images = entries.filter(({ fileName }) => imageName.test(fileName));
  const [entry, another] = images.length > 0 ? images : entries;
  if (!entry || another) {
    const what = entry
      ? `a zip archive of ${entries.length} files, of which not exactly one is an image (${names(images)})`
      : 'a zip archive without any file in it';
    throw new PiKeepError('NOT_AN_IMAGE', { path, what });
  }
  if (entry.isEncrypted()) throw unsupported(path, 'is encrypted');
  if (!entry.canDecodeFileData()) throw unsupported(path, 'is packed with an unusual method');
  return entry;
}

function names(images: readonly Entry[]): string {
  const first = images.slice(0, 3).map(({ fileName }) => fileName);
  return first.length === 0 ? 'none by its name' : first.join(', ');
}

function unsupported(path: string, why: string): PiKeepError {
  return new PiKeepError('UNSUPPORTED', { what: `unpacking ${path}, which ${why}` });
}

/** yauzl throws plain errors, all of them about bytes that are not as the format wants them. */
function asZipError(error: unknown, path: string): unknown {
  if (error instanceof PiKeepError || !(error instanceof Error)) return error;
  if (/encryption/.test(error.message)) return unsupported(path, 'is encrypted');
  return new MalformedBytes(`its directory cannot be read (${error.message.split('. ')[0]})`);
}

/** Lets yauzl read from a device; whoever opened that closes it. */
class DeviceReader extends RandomAccessReader {
  readonly #file: BlockDevice;

  constructor(file: BlockDevice) {
    super();
    this.#file = file;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    if (position < 0 || position + length > this.#file.size) {
      callback(new Error('a part of it lies outside of the file'));
      return;
    }
    this.#file.read(buffer.subarray(offset, offset + length), position).then(
      () => callback(null, length),
      (error: Error) => callback(error),
    );
  }
}
