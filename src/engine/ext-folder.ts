/** Looks a name up in the content of an ext folder. Indexed folders keep the same linear entries in their leaf blocks. */

import { ByteReader } from './bytes.ts';

/** The inode number, or null. A block whose entries do not add up is passed over. */
export function findInFolder(folder: Uint8Array, name: string, blockBytes: number): number | null {
  const wanted = new TextEncoder().encode(name);
  for (let start = 0; start < folder.length; start += blockBytes) {
    const block = new ByteReader(folder.subarray(start, start + blockBytes));
    const found = findInBlock(block, wanted);
    if (found !== null) return found;
  }
  return null;
}

function findInBlock(block: ByteReader, wanted: Uint8Array): number | null {
  let at = 0;
  while (at + 8 <= block.bytes.length) {
    const inode = block.u32(at);
    const length = block.u16(at + 4);
    const nameLength = block.u8(at + 6);
    if (length < 8 || length % 4 !== 0 || at + length > block.bytes.length) return null;
    if (nameLength > length - 8) return null;
    if (inode !== 0 && nameLength === wanted.length) {
      const name = block.slice(at + 8, nameLength);
      if (wanted.every((byte, index) => name[index] === byte)) return inode;
    }
    at += length;
  }
  return null;
}

export interface ExtEntry {
  readonly inode: number;
  /** Any bytes but "/" and NUL; what is not UTF-8 shows as replacement characters. */
  readonly name: string;
}

/** Every entry in the content of a folder, "." and ".." included. The rest of a block that does not add up is left out. */
export function* entriesOf(folder: Uint8Array, blockBytes: number): Generator<ExtEntry> {
  for (let start = 0; start < folder.length; start += blockBytes) {
    const block = new ByteReader(folder.subarray(start, start + blockBytes));
    for (let at = 0; at + 8 <= block.bytes.length; ) {
      const inode = block.u32(at);
      const length = block.u16(at + 4);
      const nameLength = block.u8(at + 6);
      if (length < 8 || length % 4 !== 0 || at + length > block.bytes.length) break;
      if (nameLength > length - 8) break;
      if (inode !== 0 && nameLength > 0) {
        yield { inode, name: new TextDecoder().decode(block.slice(at + 8, nameLength)) };
      }
      at += length;
    }
  }
}
