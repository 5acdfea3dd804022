/** The entries of ext folders (Linux Documentation/filesystems/ext4/directory.rst), block by block. */

import { ByteReader } from './bytes.ts';
import { crc32c } from './crc32c.ts';
import { blockRuns, type ExtVolumeView, readBlock } from './ext-blocks.ts';
import type { ExtInode } from './ext-inode.ts';

export interface ExtEntry {
  readonly inode: number;
  /** Any bytes; on a damaged or hostile card also "/" and NUL. */
  readonly name: Uint8Array;
}

/** Part of a folder. `trouble` says why entries may be missing after these; null as a rule. */
export interface FolderPart {
  readonly entries: readonly ExtEntry[];
  readonly trouble: string | null;
}

/**
 * The entries of a folder, "." and ".." included, a block at a time: memory does not grow with the folder. Folders with an
 * index keep the same entries in its leaves. Throws MalformedBytes when the folder's list of blocks makes no sense.
 */
export async function* folderParts(
  view: ExtVolumeView,
  inode: ExtInode,
): AsyncGenerator<FolderPart, void, void> {
  if (inode.inline) {
    yield* inlineParts(inode);
    return;
  }
  const { blockBytes } = view.superblock;
  const blocks = Math.ceil(inode.bytes / blockBytes);
  for await (const run of blockRuns(view, inode)) {
    if (run.kind === 'list' || !run.isWritten) continue;
    for (let step = 0; step < run.count && run.logical + step < blocks; step++) {
      const block = new ByteReader(await readBlock(view, run.block + step));
      const damaged = inode.seed !== null && !isIntact(block, inode.seed);
      yield damaged
        ? { entries: [], trouble: `block ${run.logical + step} of it is damaged` }
        : parseEntries(block);
    }
  }
}

/** A folder inside its inode: the number of its parent, then entries as usual, and more of them in an attribute. */
function* inlineParts({ number, block, inlineRest }: ExtInode): Generator<FolderPart> {
  const parent = new ByteReader(block).u32(0);
  const dots = [
    { inode: number, name: Uint8Array.of(DOT) },
    { inode: parent, name: Uint8Array.of(DOT, DOT) },
  ];
  yield { entries: dots, trouble: null };
  yield parseEntries(new ByteReader(block.subarray(4)));
  if (inlineRest.length > 0) yield parseEntries(new ByteReader(inlineRest));
}

const DOT = 0x2e;
const HEAD_BYTES = 8;

function parseEntries(block: ByteReader): FolderPart {
  const entries: ExtEntry[] = [];
  const trouble = 'a block of it makes no sense';
  const { length } = block.bytes;
  let at = 0;
  while (at + HEAD_BYTES <= length) {
    const inode = block.u32(at);
    const bytes = entryBytes(block.u16(at + 4), length);
    const nameLength = block.u8(at + 6);
    if (bytes < HEAD_BYTES || bytes % 4 !== 0 || at + bytes > length) return { entries, trouble };
    if (nameLength > bytes - HEAD_BYTES) return { entries, trouble };
    if (inode !== 0 && nameLength > 0) {
      entries.push({ inode, name: block.slice(at + HEAD_BYTES, nameLength) });
    }
    at += bytes;
  }
  return { entries, trouble: null };
}

/** In blocks of 64 KiB the two lowest bits, always 0 otherwise, are the highest of the length. */
function entryBytes(stored: number, blockBytes: number): number {
  if (blockBytes < 65536) return stored;
  return stored === 0 || stored === 65535 ? blockBytes : (stored & 0xfffc) + (stored & 3) * 65536;
}

const TAIL_BYTES = 12;
const TAIL_MARK = 0xde;

/**
 * The checksum behind the entries. Blocks of an index hold nothing but "." and ".." and have theirs elsewhere; where Linux
 * made one of a block of entries, the old checksum may still lie there.
 */
function isIntact(block: ByteReader, seed: number): boolean {
  if (isIndex(block)) return true;
  const end = block.bytes.length - TAIL_BYTES;
  const hasTail =
    block.u32(end) === 0 &&
    block.u16(end + 4) === TAIL_BYTES &&
    block.u16(end + 6) === TAIL_MARK << 8;
  return hasTail && crc32c(block.slice(0, end), seed) === block.u32(end + 8);
}

/** The root of an index, whose ".." takes all of the block, or another node, which looks like one unused entry. */
function isIndex(block: ByteReader): boolean {
  const fillsBlock = (at: number): boolean =>
    at + entryBytes(block.u16(at + 4), block.bytes.length) === block.bytes.length;
  if (block.u32(0) === 0 && fillsBlock(0)) return true;
  const isDot = block.u16(4) === TAIL_BYTES && block.u8(6) === 1;
  return isDot && block.u8(18) === 2 && fillsBlock(12);
}
