/** The 32-byte entries of a FAT folder, with long names put together (FAT specification 1.03, sections 6 and 7). */

import type { ByteReader } from './bytes.ts';

export interface FatEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly isLabel: boolean;
  readonly firstCluster: number;
  readonly bytes: number;
  /** Where the entry proper lies, and where its long name begins (the same place without one), in bytes. */
  readonly at: number;
  readonly start: number;
}

const LONG_NAME = 0x0f;
const FOLDER = 0x10;
const LABEL = 0x08;
/** Where the 13 UTF-16 letters of a long-name entry lie. */
const letterOffsets = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

export function parseFolder(folder: ByteReader): FatEntry[] {
  const entries: FatEntry[] = [];
  let longName: { text: string; checksum: number; start: number } | null = null;
  for (let at = 0; at + 32 <= folder.bytes.length; at += 32) {
    const first = folder.u8(at);
    if (first === 0) break;
    if (first === 0xe5) {
      longName = null;
      continue;
    }
    const attributes = folder.u8(at + 11);
    if ((attributes & 0x3f) === LONG_NAME) {
      const letters = readLetters(folder, at);
      const isLast = (first & 0x40) !== 0;
      longName = {
        text: isLast || longName === null ? letters : letters + longName.text,
        checksum: folder.u8(at + 13),
        start: isLast || longName === null ? at : longName.start,
      };
      continue;
    }
    const matches = longName !== null && longName.checksum === shortNameChecksum(folder, at);
    const name = matches && longName !== null ? longName.text : shortName(folder, at, attributes);
    const start = matches && longName !== null ? longName.start : at;
    longName = null;
    if (name === '.' || name === '..') continue;
    entries.push({
      name,
      isFolder: (attributes & FOLDER) !== 0,
      isLabel: (attributes & (LABEL | FOLDER)) === LABEL,
      firstCluster: folder.u16(at + 20) * 65536 + folder.u16(at + 26),
      bytes: folder.u32(at + 28),
      at,
      start,
    });
  }
  return entries;
}

function readLetters(folder: ByteReader, at: number): string {
  const codes = letterOffsets.map((offset) => folder.u16(at + offset));
  const end = codes.indexOf(0);
  return String.fromCharCode(...(end < 0 ? codes : codes.slice(0, end)));
}

function shortName(folder: ByteReader, at: number, attributes: number): string {
  const letters = Array.from(folder.slice(at, 11));
  // A first letter 0xE5 would mean "deleted" and is stored as 5.
  if (letters[0] === 5) letters[0] = 0xe5;
  const raw = String.fromCharCode(...letters);
  if ((attributes & (LABEL | FOLDER)) === LABEL) return raw.trimEnd();
  const flags = folder.u8(at + 12);
  const stem = raw.slice(0, 8).trimEnd();
  const ending = raw.slice(8).trimEnd();
  // Windows and Linux note a short name that is all lower case in two bits instead of a long name.
  const shownStem = flags & 0x08 ? stem.toLowerCase() : stem;
  const shownEnding = flags & 0x10 ? ending.toLowerCase() : ending;
  return shownEnding === '' ? shownStem : `${shownStem}.${shownEnding}`;
}

function shortNameChecksum(folder: ByteReader, at: number): number {
  return folder
    .slice(at, 11)
    .reduce((sum, byte) => (((sum & 1) << 7) + (sum >>> 1) + byte) & 0xff, 0);
}
