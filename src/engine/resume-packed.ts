/** Compares a packed image that is carried on with its checkpoint; it goes on before the first block that is not right. */

import { allocateAligned } from './aligned-memory.ts';
import { CHUNK_BYTES, type Range } from './chunks.ts';
import type { DoneBefore } from './copy.ts';
import { isPiKeepError, throwIfInterrupted } from './errors.ts';
import { BlockIndex } from './image/block-index.ts';
import { combineCrc32 } from './image/crc32-combine.ts';
import { packingOf } from './image/create-image-writer.ts';
import type { ImageFormat } from './image/image-format.ts';
import type { MapEntry } from './image/map.ts';
import { PackedReader } from './image/packed-reader.ts';
import type { PackedStart } from './image/packed-writer.ts';
import type { Packing } from './image/packing.ts';
import { hashOf } from './prove.ts';
import { EntriesByGroup, groupsUpTo, type ResumeImageOptions } from './resume-parts.ts';
import { isAllZero, zeroBytes } from './zeros.ts';

/** Appended files are written on from a multiple of this. */
const ALIGNMENT = 4096;

type Options = ResumeImageOptions & { readonly format: Exclude<ImageFormat, 'img'> };

/** `start` is undefined where nothing can stay: then the file is empty. */
export async function resumePacked(
  options: Options,
): Promise<{ start: PackedStart | undefined; done: DoneBefore }> {
  const { file, format, compressor, entries } = options;
  const packing = packingOf(format, compressor);
  const index = indexOf(packing, options);
  const { to, crc32 } = index ? await checked(options, packing, index) : { to: 0, crc32: 0 };
  if (!index || to === 0) {
    await file.cut(0);
    return { start: undefined, done: { entries: [], from: 0 } };
  }
  const lengths = index.lengths().slice(0, to / packing.blockBytes);
  const end = lengths.reduce((sum, length) => sum + length, packing.header.length);
  const tail = new Uint8Array(end % ALIGNMENT);
  await file.readBack(tail, end - tail.length);
  await file.cut(end);
  const kept = entries.filter(({ offset }) => offset < to);
  return { start: { lengths, crc32, tail }, done: { entries: kept, from: to } };
}

/** Null when the lengths cannot be true. Only blocks that fill whole chunks and lie in the file count. */
function indexOf(packing: Packing, { file, bytes, blocks }: Options): BlockIndex | null {
  const { blockBytes, header } = packing;
  const index = new BlockIndex(blockBytes, bytes, header.length);
  const most = packing.maxPackedBytes(blockBytes);
  for (const length of blocks) {
    const fits = length > 0 && length <= most && index.end + length <= file.size;
    if (!fits || index.known >= index.blocks) break;
    index.add(length);
  }
  return index.known * blockBytes >= CHUNK_BYTES ? index : null;
}

/** How far the image is right, in bytes of the card, and the CRC-32 of all up to there. */
async function checked(
  options: Options,
  packing: Packing,
  index: BlockIndex,
): Promise<{ to: number; crc32: number }> {
  const { file, bytes, entries, end, signal, onProgress } = options;
  const reader = new PackedReader(
    { path: file.path, size: file.size, read: (into, offset) => file.readBack(into, offset) },
    index,
    packing,
  );
  const header = new Uint8Array(packing.header.length);
  await file.readBack(header, 0);
  if (Buffer.compare(header, packing.header) !== 0) return { to: 0, crc32: 0 };
  const known = Math.min(end, bytes, index.known * index.blockBytes);
  const to = Math.floor(known / CHUNK_BYTES) * CHUNK_BYTES;
  const byGroup = new EntriesByGroup(entries);
  const memory = allocateAligned(CHUNK_BYTES);
  const zeroCrc = packing.checksum(zeroBytes(CHUNK_BYTES));
  let crc32 = 0;
  for (const group of groupsUpTo(to)) {
    throwIfInterrupted(signal);
    const inside = byGroup.take(group);
    const crc = await unlessDamaged(async () => {
      if (inside.length === 0) return (await reader.isZero(group)) ? zeroCrc : null;
      return reader.read(group, memory, (data) =>
        isRight(data, group, inside) ? packing.checksum(data) : null,
      );
    });
    if (crc === null) return { to: group.offset, crc32 };
    crc32 = combineCrc32(crc32, crc, group.bytes);
    onProgress(group.bytes);
  }
  return { to, crc32 };
}

/** Every entry has its hash, and zeros lie between them. */
function isRight(data: Uint8Array, group: Range, entries: readonly MapEntry[]): boolean {
  let at = 0;
  for (const { offset, bytes, sha256 } of entries) {
    const start = offset - group.offset;
    if (!isAllZero(data.subarray(at, start))) return false;
    at = start + bytes;
    if (hashOf(data.subarray(start, at)) !== sha256) return false;
  }
  return isAllZero(data.subarray(at));
}

async function unlessDamaged(look: () => Promise<number | null>): Promise<number | null> {
  try {
    return await look();
  } catch (error) {
    if (isPiKeepError(error, 'IMAGE_DAMAGED')) return null;
    throw error;
  }
}
