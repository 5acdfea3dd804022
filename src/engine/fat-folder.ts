/** The 32-byte entries of a FAT folder, with long names put together (FAT specification 1.03, sections 6 and 7). */

import type { ByteReader } from './bytes.ts';

export interface FatEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly isLabel: boolean;
  readonly firstCluster: number;
  readonly bytes: number;
  /** Milliseconds since 1970, if the clock on the wall was this computer's; null where there is no date. */
  readonly modified: number | null;
  /** Where the entry proper lies, and where its long name begins (the same place without one), in bytes. */
  readonly at: number;
  readonly start: number;
}

const LONG_NAME = 0x0f;
const FOLDER = 0x10;
const LABEL = 0x08;
/** Marks the part of a long name that comes first, which is its end. */
const LAST_PART = 0x40;
const MAX_PARTS = 20;
const MAX_LETTERS = 255;
/** Where the 13 UTF-16 letters of a long-name entry lie. */
const letterOffsets = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

interface LongName {
  readonly text: string;
  readonly checksum: number;
  readonly start: number;
  /** The number of the part that has to follow; 0 when it is complete. */
  readonly next: number;
}

export function parseFolder(folder: ByteReader): FatEntry[] {
  const entries: FatEntry[] = [];
  let longName: LongName | null = null;
  for (let at = 0; at + 32 <= folder.bytes.length; at += 32) {
    const first = folder.u8(at);
    if (first === 0) break;
    if (first === 0xe5) {
      longName = null;
      continue;
    }
    const attributes = folder.u8(at + 11);
    if ((attributes & 0x3f) === LONG_NAME) {
      longName = addPart(longName, folder, at);
      continue;
    }
    const long = longName && isNameOf(longName, folder, at) ? longName : null;
    const name = long ? long.text : shortName(folder, at, attributes);
    const start = long ? long.start : at;
    longName = null;
    if (name === '.' || name === '..') continue;
    entries.push({
      name,
      isFolder: (attributes & FOLDER) !== 0,
      isLabel: (attributes & (LABEL | FOLDER)) === LABEL,
      firstCluster: folder.u16(at + 20) * 65536 + folder.u16(at + 26),
      bytes: folder.u32(at + 28),
      modified: timeOf(folder.u16(at + 24), folder.u16(at + 22)),
      at,
      start,
    });
  }
  return entries;
}

/** Parts come last first, counted down to 1. What is out of order names nothing, and the short name counts. */
function addPart(before: LongName | null, folder: ByteReader, at: number): LongName | null {
  const first = folder.u8(at);
  const number = first & 0x3f;
  const checksum = folder.u8(at + 13);
  const isLast = (first & LAST_PART) !== 0;
  const letters = readLetters(folder, at);
  if (isLast) {
    const fits = number >= 1 && number <= MAX_PARTS;
    return fits ? { text: letters, checksum, start: at, next: number - 1 } : null;
  }
  if (!before || number === 0 || number !== before.next || checksum !== before.checksum)
    return null;
  return { ...before, text: letters + before.text, next: number - 1 };
}

function isNameOf({ text, checksum, next }: LongName, folder: ByteReader, at: number): boolean {
  const isName = text !== '' && text !== '.' && text !== '..' && text.length <= MAX_LETTERS;
  return isName && next === 0 && checksum === shortNameChecksum(folder, at);
}

/** The clock on the wall, to two seconds; null where it is no date. */
function timeOf(date: number, time: number): number | null {
  const month = (date >>> 5) & 15;
  const day = date & 31;
  if (month < 1 || month > 12 || day < 1) return null;
  const [hour, minute, second] = [time >>> 11, (time >>> 5) & 63, (time & 31) * 2];
  return new Date(1980 + (date >>> 9), month - 1, day, hour, minute, second).getTime();
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
