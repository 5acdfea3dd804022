/** What is in a file, folder or link of ext2/3/4, whichever way it is kept. */

import { readUpTo } from './block-device.ts';
import { MalformedBytes } from './bytes.ts';
import { blockRuns, type ExtVolumeView } from './ext-blocks.ts';
import type { ExtInode } from './ext-inode.ts';
import type { FilePiece } from './file-tree.ts';

const MAX_PIECE_BYTES = 1024 * 1024;

/** Exactly `inode.bytes`, from the beginning; holes and blocks that were never written as pieces without data. */
export async function* contentPieces(
  view: ExtVolumeView,
  inode: ExtInode,
): AsyncGenerator<FilePiece, void, void> {
  const kept = keptInside(inode);
  if (kept && kept.length > 0) yield { offset: 0, bytes: kept.length, data: kept };
  const { blockBytes } = view.superblock;
  let offset = kept?.length ?? 0;
  for await (const { kind, logical, block, count, isWritten } of blockRuns(view, inode)) {
    if (kind === 'list') continue;
    const start = logical * blockBytes;
    // Blocks behind the end are room that was taken in advance.
    if (start >= inode.bytes) break;
    const end = Math.min(start + count * blockBytes, inode.bytes);
    if (!isWritten) continue;
    if (start > offset) yield { offset, bytes: start - offset, data: null };
    for (offset = start; offset < end; ) {
      const bytes = Math.min(MAX_PIECE_BYTES, end - offset);
      const data = await readUpTo(view.device, block * blockBytes + offset - start, bytes);
      if (data.length < bytes) throw new MalformedBytes('it lies past the end of the image');
      yield { offset, bytes, data };
      offset += bytes;
    }
  }
  if (offset < inode.bytes) yield { offset, bytes: inode.bytes - offset, data: null };
}

/** The whole content; null when it is larger than `maxBytes`. Holes read as zeros. */
export async function readContent(
  view: ExtVolumeView,
  inode: ExtInode,
  maxBytes: number,
): Promise<Uint8Array | null> {
  if (inode.bytes > maxBytes) return null;
  const content = new Uint8Array(inode.bytes);
  for await (const { offset, data } of contentPieces(view, inode)) {
    if (data) content.set(data, offset);
  }
  return content;
}

/** Content that lies in the inode itself; null for all other. */
function keptInside(inode: ExtInode): Uint8Array | null {
  const { kind, bytes, extents, inline, block, inlineRest } = inode;
  if (kind === 'link' && bytes < 60 && !extents && !inline) return block.subarray(0, bytes);
  if (!inline) return null;
  // What is missing at the end reads as zeros, as Linux has it.
  return Buffer.concat([block, inlineRest]).subarray(0, bytes);
}
