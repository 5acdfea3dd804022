/** Packed images: their indexes, their unpacking, and all of it as the source of a restore. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import type { BlockDevice } from '../../../src/engine/block-device.ts';
import { MalformedBytes } from '../../../src/engine/bytes.ts';
import { isPiKeepError } from '../../../src/engine/errors.ts';
import { imageKind } from '../../../src/engine/image/image-kind.ts';
import { openRestoreSource } from '../../../src/engine/image/open-restore-source.ts';
import type { PackedForm } from '../../../src/engine/image/unpacker.ts';
import { readSeekTable } from '../../../src/engine/image/zstd.ts';
import { createCompressor } from '../../../src/platform/compression.ts';
import { createUnpacker } from '../../../src/platform/unpacker.ts';
import { readXzStreams } from '../../../src/platform/xz-index.ts';
import { memoryOf } from '../memory-device.ts';
import type { InputParser } from './parser.ts';

const SAMPLES = resolve(import.meta.dirname, '../../../test/vectors/inputs');
/** A stream that goes on longer is not waited for. */
const MAX_UNPACKED = 16 * 1024 * 1024;
const unpacker = createUnpacker();
const compressor = createCompressor();

export const packed: readonly InputParser[] = [
  bytes('seek-table', /\.zst$/, (file) => readSeekTable(file)),
  bytes('xz-index', /\.xz$/, (file) => readXzStreams(file), mendXz),
  { ...bytes('zip-directory', /\.zip$/, (file) => unpacker.statedBytes(file, 'zip')), share: 0.3 },
  { ...bytes('unpack-gzip', /\.gz$/, (file) => unpack(file, 'gzip')), share: 0.05 },
  { ...bytes('unpack-zstd', /\.zst$/, (file) => unpack(file, 'zstd')), share: 0.05 },
  { ...bytes('unpack-xz', /\.xz$/, (file) => unpack(file, 'xz'), mendXz), share: 0.05 },
  { ...bytes('unpack-zip', /\.zip$/, (file) => unpack(file, 'zip')), share: 0.06 },
  { ...bytes('restore-source', /./, openSource), share: 0.06 },
];

function bytes(
  name: string,
  names: RegExp,
  work: (file: BlockDevice) => Promise<unknown>,
  mend?: (input: Uint8Array) => Uint8Array,
): InputParser {
  const found = readdirSync(SAMPLES).filter((file) => names.test(file));
  const samples = found.map((file) => readFileSync(join(SAMPLES, file)));
  return {
    name,
    form: 'bytes',
    sample: (random) => random.pick(samples),
    ...(mend ? { mend } : {}),
    judge: async (input) => {
      try {
        await work(memoryOf(input));
      } catch (error) {
        const codes = ['UNSUPPORTED', 'NOT_AN_IMAGE', 'IMAGE_DAMAGED'] as const;
        if (!(error instanceof MalformedBytes) && !isPiKeepError(error, ...codes)) throw error;
      }
    },
  };
}

async function unpack(file: BlockDevice, form: PackedForm): Promise<void> {
  let left = MAX_UNPACKED;
  for await (const piece of unpacker.unpack(file, form)) {
    if (piece.length === 0) throw new Error('a piece of nothing');
    left -= piece.length;
    if (left < 0) break;
  }
}

async function openSource(file: BlockDevice): Promise<void> {
  const form = imageKind(new Uint8Array(await head(file))).kind;
  if (form === 'foreign') return;
  const files = {
    open: async () => ({ device: file, readBackMethod: 'read-back-cached' as const }),
    create: () => Promise.reject(new Error('opening a source made a file')),
  };
  const options = {
    manifest: null,
    bmap: null,
    limitBytes: MAX_UNPACKED,
    onProgress: () => undefined,
  };
  const source = await openRestoreSource({ files, compressor, unpacker, path: 'fuzz', ...options });
  let end = 0;
  for (const entry of source.map) {
    if (entry.offset < end || entry.bytes <= 0) throw new Error(`an entry at ${entry.offset}`);
    end = entry.offset + entry.bytes;
  }
  if (end > source.bytes) throw new Error(`a map of ${end} bytes in an image of ${source.bytes}`);
  await source.close();
}

async function head(file: BlockDevice): Promise<Uint8Array> {
  const start = new Uint8Array(Math.min(file.size, 1024));
  await file.read(start, 0);
  return start;
}

/** Both checksums behind the last stream: of the index, and of the footer that says how long that is. */
function mendXz(input: Uint8Array): Uint8Array {
  const bytesOut = Buffer.from(input);
  const end = bytesOut.length;
  if (end < 24) return bytesOut;
  bytesOut.writeUInt32LE(crc32(bytesOut.subarray(end - 8, end - 2)), end - 12);
  const indexBytes = (bytesOut.readUInt32LE(end - 8) + 1) * 4;
  const start = end - 12 - indexBytes;
  if (start < 12 || indexBytes < 8) return bytesOut;
  bytesOut.writeUInt32LE(crc32(bytesOut.subarray(start, end - 16)), end - 16);
  return bytesOut;
}
