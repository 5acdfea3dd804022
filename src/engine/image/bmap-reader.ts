/**
 * Reads the block map that belongs to an image from elsewhere, as bmaptool writes it. A block map is XML, of which only what
 * bmaptool writes is taken: no document type, no entities, no CDATA, no element twice. Source: the notes on the format,
 * versions 1.0 to 2.0, in bmaptool's BmapCreate and BmapCopy.
 */

import { createHash } from 'node:crypto';
import { MalformedBytes } from '../bytes.ts';
import type { Range } from '../chunks.ts';

/** Larger files are not read: about 100 bytes a range. */
export const MAX_BMAP_BYTES = 64 * 1024 * 1024;

const MAX_BLOCK_BYTES = 1024 * 1024;
const SECTOR_BYTES = 512;
const CHECKSUM_TYPES = ['sha1', 'sha224', 'sha256', 'sha384', 'sha512'];

export interface BmapRange extends Range {
  /** Of the whole range, in hex; null where the map has none. */
  readonly hash: string | null;
}

export interface Bmap {
  /** Bytes of the unpacked image. */
  readonly imageBytes: number;
  /** What the hashes are, as node:crypto calls it; null where ranges have none. */
  readonly algorithm: string | null;
  /** Ascending, disjoint, inside the image; a range may have any length. */
  readonly ranges: readonly BmapRange[];
}

/** Throws MalformedBytes for anything that bmaptool would not have written, or that was changed since. */
export function parseBmap(text: string): Bmap {
  if (text.length > MAX_BMAP_BYTES) throw new MalformedBytes('it is too large');
  const { version, head, map } = takeApart(text);
  const fields = fieldsOf(head);
  const algorithm = requireChecksum(text, version, fields);
  const imageBytes = numberOf(fields, 'ImageSize');
  const blockBytes = numberOf(fields, 'BlockSize');
  const blocks = numberOf(fields, 'BlocksCount');
  if (blockBytes === 0 || blockBytes % SECTOR_BYTES !== 0 || blockBytes > MAX_BLOCK_BYTES) {
    throw new MalformedBytes(`blocks of ${blockBytes} bytes`);
  }
  if (blocks !== Math.ceil(imageBytes / blockBytes)) {
    throw new MalformedBytes(`${blocks} blocks of ${blockBytes} bytes for ${imageBytes}`);
  }
  const ranges = rangesOf(map, { imageBytes, blockBytes, blocks, algorithm });
  const mapped = ranges.reduce((sum, { bytes }) => sum + Math.ceil(bytes / blockBytes), 0);
  if (mapped !== numberOf(fields, 'MappedBlocksCount')) {
    throw new MalformedBytes(`${mapped} mapped blocks, which is not what it says`);
  }
  return { imageBytes, algorithm, ranges };
}

interface Parts {
  /** 200 is version 2.0, 103 is 1.3. */
  readonly version: number;
  readonly head: string;
  readonly map: string;
}

const prolog = /^<\?xml version="1\.0"[^<>]{0,100}\?>/;
const root = /^<bmap\s{1,100}version="([12])\.(\d{1,2})"\s{0,100}>/;
const END = '</bmap>';

/** Every step here takes time in proportion to the text, whatever that is. */
function takeApart(text: string): Parts {
  const plain = withoutComments(text).trim().replace(prolog, '').trimStart();
  const [start = '', major, minor] = root.exec(plain) ?? [];
  if (major === undefined || !plain.endsWith(END) || /&|<!/.test(plain)) {
    throw new MalformedBytes('it is not a block map of version 1 or 2');
  }
  const body = plain.slice(start.length, -END.length);
  const [head = '', rest, more] = body.split('<BlockMap>');
  const [map = '', tail, further] = (rest ?? '').split('</BlockMap>');
  if (rest === undefined || tail === undefined || more !== undefined || further !== undefined) {
    throw new MalformedBytes('it does not have one list of blocks');
  }
  return { version: Number(major) * 100 + Number(minor), head: head + tail, map };
}

function withoutComments(text: string): string {
  const [before = '', ...rest] = text.split('<!--');
  return before + rest.map(afterComment).join('');
}

function afterComment(text: string): string {
  const end = text.indexOf('-->');
  if (end < 0) throw new MalformedBytes('it has a comment without an end');
  return text.slice(end + '-->'.length);
}

function fieldsOf(head: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const element = /\s*<(\w+)>([^<]*)<\/(\w+)>/y;
  let at = 0;
  for (let found = element.exec(head); found; found = element.exec(head)) {
    const [, name = '', value = '', end] = found;
    if (name !== end || fields.has(name)) throw new MalformedBytes(`<${name}> twice or not closed`);
    fields.set(name, value.trim());
    at = element.lastIndex;
  }
  if (head.slice(at).trim() !== '') throw new MalformedBytes('it has something else in its head');
  return fields;
}

/** Compares the map's own checksum; the kind of checksum it uses. Maps before 1.3 have none. */
function requireChecksum(
  text: string,
  version: number,
  fields: ReadonlyMap<string, string>,
): string | null {
  if (version < 103) return null;
  const isOld = version === 103;
  const algorithm = isOld ? 'sha1' : (fields.get('ChecksumType') ?? '');
  if (!CHECKSUM_TYPES.includes(algorithm)) throw new MalformedBytes('an unknown kind of checksum');
  const checksum = fields.get(isOld ? 'BmapFileSHA1' : 'BmapFileChecksum') ?? '';
  if (!/^[0-9a-f]{40,128}$/.test(checksum)) throw new MalformedBytes('it has no checksum');
  // It is computed with zeros in its own place.
  const zeroed = text.replace(checksum, '0'.repeat(checksum.length));
  if (createHash(algorithm).update(zeroed).digest('hex') !== checksum) {
    throw new MalformedBytes('its checksum is wrong');
  }
  return algorithm;
}

function numberOf(fields: ReadonlyMap<string, string>, name: string): number {
  const value = fields.get(name) ?? '';
  if (!/^\d{1,15}$/.test(value)) throw new MalformedBytes(`<${name}> is not a number`);
  return Number(value);
}

interface Geometry {
  readonly imageBytes: number;
  readonly blockBytes: number;
  readonly blocks: number;
  readonly algorithm: string | null;
}

function rangesOf(map: string, geometry: Geometry): BmapRange[] {
  const { imageBytes, blockBytes, blocks, algorithm } = geometry;
  const element =
    /\s*<Range(?:\s+(?:chksum|sha1)="([0-9a-f]{40,128})")?\s*>\s*(\d{1,15})(?:\s*-\s*(\d{1,15}))?\s*<\/Range>/y;
  const ranges: BmapRange[] = [];
  let free = 0;
  let at = 0;
  for (let found = element.exec(map); found; found = element.exec(map)) {
    const first = Number(found[2]);
    const last = Number(found[3] ?? found[2]);
    if (first < free || last < first || last >= blocks) {
      throw new MalformedBytes(`the range ${first}-${last} is not in its place`);
    }
    const offset = first * blockBytes;
    const end = Math.min((last + 1) * blockBytes, imageBytes);
    ranges.push({ offset, bytes: end - offset, hash: algorithm ? (found[1] ?? null) : null });
    free = last + 1;
    at = element.lastIndex;
  }
  if (map.slice(at).trim() !== '') throw new MalformedBytes('a range that cannot be understood');
  return ranges;
}
