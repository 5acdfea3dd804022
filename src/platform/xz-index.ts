/**
 * Where the streams of an xz file lie and what they hold, read from its end: each stream ends in an index of its blocks.
 * Source: "The .xz File Format" 1.2.1, sections 2 (stream, padding), 3 (block header) and 4 (index).
 */

import { type BlockDevice, readUpTo } from '../engine/block-device.ts';
import { ByteReader, crc32, MalformedBytes } from '../engine/bytes.ts';
import type { Range } from '../engine/chunks.ts';

const HEADER_BYTES = 12;
const FOOTER_BYTES = 12;
const FOOTER_MAGIC = 0x5a59;
/** Streams of one file; pxz and cat make a few. */
const MAX_STREAMS = 65_536;
/** An index has two short numbers for every block, which is at least a MiB in files of xz -T. */
const MAX_INDEX_BYTES = 16 * 1024 * 1024;
const PADDING_BYTES = 4;

export interface XzStream extends Range {
  /** Bytes it unpacks to. */
  readonly plainBytes: number;
}

/** In the order of the file. Throws MalformedBytes unless streams fill the whole file. */
export async function readXzStreams(file: BlockDevice): Promise<XzStream[]> {
  const streams: XzStream[] = [];
  for (let end = file.size; end > 0; ) {
    end = await withoutPadding(file, end);
    const stream = await readStreamBefore(file, end);
    streams.push(stream);
    if (streams.length > MAX_STREAMS) throw new MalformedBytes('it has too many streams');
    end = stream.offset;
  }
  return streams.reverse();
}

/** Zeros in groups of four may lie between streams and behind the last one. */
async function withoutPadding(file: BlockDevice, end: number): Promise<number> {
  if (end % PADDING_BYTES !== 0) throw new MalformedBytes('it is cut off, or something follows it');
  for (let at = end; at > 0; ) {
    const start = Math.max(0, at - 64 * 1024);
    const bytes = await readUpTo(file, start, at - start);
    const last = bytes.findLastIndex((byte) => byte !== 0);
    if (last >= 0) return Math.ceil((start + last + 1) / PADDING_BYTES) * PADDING_BYTES;
    at = start;
  }
  throw new MalformedBytes('there is no stream in it');
}

async function readStreamBefore(file: BlockDevice, end: number): Promise<XzStream> {
  if (end < HEADER_BYTES + FOOTER_BYTES) throw new MalformedBytes('it is cut off');
  const footer = new ByteReader(await readUpTo(file, end - FOOTER_BYTES, FOOTER_BYTES));
  if (footer.u16(10) !== FOOTER_MAGIC || crc32(footer.slice(4, 6)) !== footer.u32(0)) {
    throw new MalformedBytes('it is cut off, or something follows it');
  }
  const indexBytes = (footer.u32(4) + 1) * PADDING_BYTES;
  const indexStart = end - FOOTER_BYTES - indexBytes;
  if (indexBytes > MAX_INDEX_BYTES || indexStart < HEADER_BYTES) {
    throw new MalformedBytes(`it has an index of ${indexBytes} bytes`);
  }
  const { packedBytes, plainBytes } = parseIndex(await readUpTo(file, indexStart, indexBytes));
  const offset = indexStart - packedBytes - HEADER_BYTES;
  if (offset < 0) throw new MalformedBytes('its index is longer than the file');
  return { offset, bytes: end - offset, plainBytes };
}

function parseIndex(bytes: Uint8Array): { packedBytes: number; plainBytes: number } {
  const index = new ByteReader(bytes);
  const contentBytes = bytes.length - 4;
  if (index.u8(0) !== 0 || crc32(bytes.subarray(0, contentBytes)) !== index.u32(contentBytes)) {
    throw new MalformedBytes('the checksum of its index is wrong');
  }
  const numbers = multibyteNumbers(index, 1, contentBytes);
  const next = (): number => {
    const number = numbers.next().value;
    if (number === undefined) throw new MalformedBytes('its index ends early');
    return number;
  };
  let packedBytes = 0;
  let plainBytes = 0;
  for (let left = next(); left > 0; left--) {
    packedBytes += Math.ceil(next() / PADDING_BYTES) * PADDING_BYTES;
    plainBytes += next();
    if (!Number.isSafeInteger(packedBytes) || !Number.isSafeInteger(plainBytes)) {
      throw new MalformedBytes('its index holds impossible sizes');
    }
  }
  return { packedBytes, plainBytes };
}

/** Seven bits a byte, the lowest first; the highest bit says that more follow. Source: section 1.2. */
function* multibyteNumbers(
  reader: ByteReader,
  start: number,
  end: number,
): Generator<number, undefined> {
  let number = 0;
  let scale = 1;
  for (let at = start; at < end; at++) {
    const byte = reader.u8(at);
    number += (byte & 0x7f) * scale;
    scale *= 128;
    if ((byte & 0x80) !== 0) continue;
    yield number;
    number = 0;
    scale = 1;
  }
}
