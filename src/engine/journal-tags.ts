/** The lists inside a jbd2 journal: which block each content block belongs to, and which older contents are void. */

import { TAIL_BYTES } from './journal-checksums.ts';
import type { JournalSuperblock } from './journal-superblock.ts';
import { NotUnderstood } from './not-understood.ts';

/** One block of content that follows its descriptor block in the log. */
export interface Tag {
  /** The block of the file system it belongs to. */
  readonly block: number;
  readonly escaped: boolean;
  readonly checksum: number;
}

const HEADER_BYTES = 12;
const REVOKE_HEADER_BYTES = 16;
const UUID_BYTES = 16;
const FLAG_ESCAPED = 1;
const FLAG_SAME_UUID = 2;
const FLAG_LAST = 8;

export function parseTags(journal: JournalSuperblock, bytes: Uint8Array): Tag[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tagBytes = bytesOfTag(journal);
  const end = bytes.length - (journal.checksums >= 2 ? TAIL_BYTES : 0);
  const tags: Tag[] = [];
  for (let at = HEADER_BYTES; at + tagBytes <= end; ) {
    // Version 3 gives the flags 32 bits; those that exist lie in the same place as before.
    const flags = view.getUint16(at + 6);
    const high = journal.wide ? view.getUint32(at + 8) * 2 ** 32 : 0;
    tags.push({
      block: view.getUint32(at) + high,
      escaped: (flags & FLAG_ESCAPED) !== 0,
      checksum: journal.checksums === 3 ? view.getUint32(at + 12) : view.getUint16(at + 4),
    });
    at += tagBytes + (flags & FLAG_SAME_UUID ? 0 : UUID_BYTES);
    if (flags & FLAG_LAST) break;
  }
  return tags;
}

/** Blocks whose contents in this and older transactions must not be replayed. */
export function parseRevocations(journal: JournalSuperblock, bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const used = view.getUint32(HEADER_BYTES);
  if (used > bytes.length - (journal.checksums >= 2 ? TAIL_BYTES : 0)) {
    throw new NotUnderstood('a revocation block of its journal makes no sense');
  }
  const size = journal.wide ? 8 : 4;
  const blocks: number[] = [];
  for (let at = REVOKE_HEADER_BYTES; at + size <= used; at += size) {
    blocks.push(
      journal.wide ? view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4) : view.getUint32(at),
    );
  }
  return blocks;
}

function bytesOfTag({ checksums, wide }: JournalSuperblock): number {
  if (checksums === 3) return 16;
  return 8 + (wide ? 4 : 0) + (checksums === 2 ? 2 : 0);
}
