/** Makes checksums right again after a change, so that the code behind them is reached as well. */

import { crc32 } from 'node:zlib';
import { crc32c, crc32cOfNumber } from '../../src/engine/crc32c.ts';
import {
  descriptorBlockAt,
  descriptorsPerBlock,
  groupCount,
} from '../../src/engine/ext-geometry.ts';
import { type ExtSuperblock, parseSuperblock } from '../../src/engine/ext-superblock.ts';
import { JOURNAL_MAGIC } from '../../src/engine/overlay.ts';
import { applyChanges, type Change } from './change.ts';

/** More groups than any seed has; a changed superblock may claim any number. */
const MAX_GROUPS = 256;
const METADATA_CHECKSUMS = 0x400;

/** What to change besides in the ext file system that starts at byte `start`. `content` is left as it was. */
export function mendExt(
  content: Uint8Array,
  start: number,
  structure: readonly number[],
): Change[] {
  const changes: Change[] = [];
  const undo: (() => void)[] = [];
  const put = (at: number, bytes: Uint8Array): void => {
    const change = { at, hex: Buffer.from(bytes).toString('hex') };
    changes.push(change);
    undo.push(applyChanges(content, [change]));
  };
  const raw = content.subarray(start + 1024, start + 2048);
  const superblock = parseSuperblock(raw);
  if (superblock && superblock.features.roCompat & METADATA_CHECKSUMS) {
    for (const [at, bytes] of descriptorChanges(content, start, superblock)) put(at, bytes);
    put(start + 1024 + 0x3fc, little(crc32c(raw.subarray(0, 0x3fc))));
  }
  if (superblock) for (const at of structure) mendJournal(content, at, superblock.blockBytes, put);
  for (const back of undo.toReversed()) back();
  return changes;
}

function* descriptorChanges(
  content: Uint8Array,
  start: number,
  superblock: ExtSuperblock,
): Generator<[number, Uint8Array]> {
  const { descriptorBytes, blockBytes, checksumSeed, clustersPerGroup } = superblock;
  const perBlock = descriptorsPerBlock(superblock);
  if (perBlock < 1) return;
  for (let group = 0; group < Math.min(MAX_GROUPS, groupCount(superblock)); group++) {
    const block = descriptorBlockAt(superblock, Math.floor(group / perBlock));
    const at = start + block * blockBytes + (group % perBlock) * descriptorBytes;
    if (at + descriptorBytes > content.length) return;
    const copy = Buffer.from(content.subarray(at, at + descriptorBytes));
    const bitmap = start + copy.readUInt32LE(0) * blockBytes;
    const sum = crc32c(content.subarray(bitmap, bitmap + clustersPerGroup / 8), checksumSeed);
    copy.writeUInt16LE(sum & 0xffff, 0x18);
    if (descriptorBytes >= 64) copy.writeUInt16LE(sum >>> 16, 0x38);
    copy.writeUInt16LE(0, 0x1e);
    copy.writeUInt16LE(crc32c(copy, crc32cOfNumber(group, checksumSeed)) & 0xffff, 0x1e);
    yield [at, copy];
  }
}

/** One block of a jbd2 journal, if there is one at `at`. */
function mendJournal(
  content: Uint8Array,
  at: number,
  blockBytes: number,
  put: (at: number, bytes: Uint8Array) => void,
): void {
  const block = Buffer.from(content.subarray(at, at + blockBytes));
  if (block.length < 1024 || block.readUInt32BE(0) !== JOURNAL_MAGIC) return;
  const type = block.readUInt32BE(4);
  // The identity that the sums start from is all zeros in file systems whose journal is inside.
  const seed = crc32c(new Uint8Array(16));
  const sum = (place: number, bytes: Buffer, start?: number): void => {
    bytes.writeUInt32BE(0, place);
    put(at + place, big(crc32c(bytes, start)));
  };
  if (type === 3 || type === 4) sum(0xfc, block.subarray(0, 1024));
  if (type === 2) sum(0x10, block, seed);
  if (type === 1 || type === 5) sum(block.length - 4, block, seed);
}

/** What to change besides in a GPT; nothing where there is none. */
export function mendGpt(content: Uint8Array): Change[] {
  const header = Buffer.from(content.subarray(512, 1024));
  if (header.length < 512 || header.toString('latin1', 0, 8) !== 'EFI PART') return [];
  const from = header.readUInt32LE(72) * 512;
  const bytes = header.readUInt32LE(80) * header.readUInt32LE(84);
  const length = header.readUInt32LE(12);
  if (length > 512 || length < 92 || bytes > content.length) return [];
  header.writeUInt32LE(crc32(content.subarray(from, from + bytes)), 88);
  header.writeUInt32LE(0, 16);
  header.writeUInt32LE(crc32(header.subarray(0, length)), 16);
  return [{ at: 512, hex: header.toString('hex') }];
}

function little(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function big(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
