/** How the blocks of a jbd2 journal vouch for themselves (Linux Documentation/filesystems/ext4/journal.rst). */

import { crc32c } from './crc32c.ts';
import type { JournalSuperblock } from './journal-superblock.ts';

/** Bytes at the end of descriptor and revocation blocks that hold their checksum, from version 2 on. */
export const TAIL_BYTES = 4;
const COMMIT_CHECKSUM_AT = 0x10;
/** The part of a commit block that is not always zeros. */
const COMMIT_BYTES = 64;
const TYPE_CRC32 = 1;

const zeros = new Uint8Array(4);

/** Of a descriptor or revocation block. */
export function tailOk(journal: JournalSuperblock, block: Uint8Array): boolean {
  if (journal.checksums < 2) return true;
  const at = block.length - TAIL_BYTES;
  return (
    crc32c(zeros, crc32c(block.subarray(0, at), journal.checksumSeed)) === bigEndian(block, at)
  );
}

/**
 * Of a commit block. A block may be torn when power fails; like Linux, this also accepts one whose first 64 bytes are whole
 * and whose rest should have been zeros.
 */
export function commitOk(journal: JournalSuperblock, block: Uint8Array): boolean {
  if (journal.checksums < 2) return true;
  const expected = bigEndian(block, COMMIT_CHECKSUM_AT);
  const copy = block.slice();
  copy.fill(0, COMMIT_CHECKSUM_AT, COMMIT_CHECKSUM_AT + 4);
  if (crc32c(copy, journal.checksumSeed) === expected) return true;
  copy.fill(0, COMMIT_BYTES);
  return crc32c(copy, journal.checksumSeed) === expected;
}

/** Of a block of content: over the transaction's number and the block as the journal holds it. */
export function contentOk(
  journal: JournalSuperblock,
  sequence: number,
  block: Uint8Array,
  expected: number,
): boolean {
  if (journal.checksums < 2) return true;
  const number = Uint8Array.of(
    sequence >>> 24,
    (sequence >>> 16) & 255,
    (sequence >>> 8) & 255,
    sequence & 255,
  );
  const found = crc32c(block, crc32c(number, journal.checksumSeed));
  return (journal.checksums === 3 ? found : found & 0xffff) === expected;
}

/** Version 1: a commit block holds one sum over the transaction's descriptor and content blocks, or none at all. */
export function transactionSumOk(commit: Uint8Array, sum: number): boolean {
  const type = commit[0x0c];
  const bytes = commit[0x0d];
  const expected = bigEndian(commit, COMMIT_CHECKSUM_AT);
  if (type === 0 && bytes === 0 && expected === 0) return true;
  return type === TYPE_CRC32 && bytes === 4 && expected === sum;
}

/** CRC-32 with the highest bit first, not inverted: the sum of version 1. */
export function bigEndianCrc32(bytes: Uint8Array, seed: number): number {
  let crc = seed | 0;
  for (const byte of bytes) crc = (crc << 8) ^ (table[(crc >>> 24) ^ byte] ?? 0);
  return crc >>> 0;
}

const table = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

function bigEndian(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at);
}
