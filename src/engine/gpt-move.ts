/**
 * Fits a GPT to a card of another size: its backup moves to the end of the card, and both headers and the protective MBR
 * say so. Source: UEFI specification 2.10, sections 5.2.3 (protective MBR) and 5.3 (GPT).
 */

import { english } from '../language/english.ts';
import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, crc32 } from './bytes.ts';
import type { Range } from './chunks.ts';
import { intersect, invert, toExtents, union } from './extents.ts';
import { type GptCopy, readGptCopy } from './gpt.ts';
import type { Patch } from './restore-plan.ts';

const PROTECTIVE = 0xee;
/** Where its four entries lie in sector 0. */
const mbrEntries = [446, 462, 478, 494];

/** The copies of a GPT in an image; `good` is the one that counts. */
export interface GptSource {
  readonly sectorSize: number;
  readonly good: GptCopy;
  readonly primary: GptCopy | null;
  /** Intact copies behind the first, where its header names one and at the end of the image. */
  readonly backups: readonly { readonly sector: number; readonly copy: GptCopy }[];
}

/** Null where no copy is intact. `image` has the sector size of the table. Device errors pass through. */
export async function readGptSource(image: BlockDevice): Promise<GptSource | null> {
  const last = Math.floor(image.size / image.sectorSize) - 1;
  const primary = await readGptCopy(image, 1);
  const backups: { sector: number; copy: GptCopy }[] = [];
  for (const sector of new Set([primary?.alternateSector ?? last, last])) {
    const copy = sector > 1 ? await readGptCopy(image, sector) : null;
    if (copy) backups.push({ sector, copy });
  }
  const good = primary ?? backups.at(-1)?.copy;
  return good ? { sectorSize: image.sectorSize, good, primary, backups } : null;
}

/** Bytes that the backup takes at the end of a card: its entries, then its header. */
export function backupBytes({ good, sectorSize }: GptSource): number {
  return entrySectors(good, sectorSize) * sectorSize + sectorSize;
}

/** What backups take in the image, intact or not, in bytes from its start: none of it is data. */
export function backupRanges(source: GptSource): Range[] {
  const { primary, sectorSize } = source;
  if (!primary) return intactBackups(source);
  const start = primary.alternateSector - entrySectors(primary, sectorSize);
  const named = { offset: start * sectorSize, bytes: backupBytes(source) };
  return union(intactBackups(source), start > 0 ? [named] : []);
}

/** Header and entries of every intact backup. */
function intactBackups({ backups, sectorSize }: GptSource): Range[] {
  return toExtents(
    backups.flatMap(({ sector, copy }) => [
      { offset: sector * sectorSize, bytes: sectorSize },
      {
        offset: copy.entries.offset,
        bytes: Math.ceil(copy.entries.bytes / sectorSize) * sectorSize,
      },
    ]),
  );
}

/** What a table on a card of `cardBytes` has to say differently; the partitions must end before `backupBytes` of its end. */
export async function moveGpt(
  image: BlockDevice,
  source: GptSource,
  cardBytes: number,
): Promise<{ patches: Patch[]; adjusted: string[] }> {
  const { good, primary, sectorSize } = source;
  const lastSector = Math.floor(cardBytes / sectorSize) - 1;
  const room = entrySectors(good, sectorSize);
  const backupEntries = lastSector - room;
  const ownEntries = primary
    ? primary.entries.offset / sectorSize
    : await firstEntries(image, good);
  const sectors = { lastUsable: backupEntries - 1, sectorSize };
  const first = headerOf(good, { ...sectors, own: 1, other: lastSector, entries: ownEntries });
  const last = headerOf(good, { ...sectors, own: lastSector, other: 1, entries: backupEntries });
  const entries = paddedTo(good.entryData, room * sectorSize);
  const place = backupEntries * sectorSize;
  const stale = staleRanges(source, place);
  const patches: Patch[] = [
    ...(await protectiveMbr(image, cardBytes)),
    {
      offset: sectorSize,
      data: first,
      what: english`the first header of the partition table, which names the size of the card`,
    },
    ...stale.map(({ offset, bytes }) => ({
      ...{ offset, data: new Uint8Array(bytes) },
      what: english`zeros where the old backup of the partition table was`,
    })),
    { offset: place, data: Buffer.concat([entries, last]), what: MOVED },
  ];
  if (!primary) {
    const what = english`the entries of the partition table, from its backup`;
    patches.push({ offset: ownEntries * sectorSize, data: entries, what });
  }
  return { patches, adjusted: adjustedWords(source, stale.length > 0) };
}

const MOVED = english`the backup of the partition table, moved to the end of the card`;

/** For people: what of the table is not as it is in the image. */
function adjustedWords({ primary, backups }: GptSource, isReplaced: boolean): string[] {
  const words = [MOVED];
  if (!primary) {
    words.push(english`the damaged first copy of the partition table, made anew from its backup`);
  } else if (backups.length === 0) {
    words.push(
      english`the damaged or missing backup of the partition table, made anew from the first copy`,
    );
  }
  if (isReplaced) words.push(english`the old backup of the partition table, replaced by zeros`);
  return words;
}

/**
 * Where a damaged first copy kept its entries: behind its header, or, where a boot loader lies there, right before the first
 * usable sector. Behind the header if they are at neither place.
 */
async function firstEntries(image: BlockDevice, good: GptCopy): Promise<number> {
  const { sectorSize } = image;
  const before = new ByteReader(good.headerData).u64(40) - entrySectors(good, sectorSize);
  for (const sector of [2, before]) {
    if (sector < 2) continue;
    const there = await readUpTo(image, sector * sectorSize, good.entryData.length);
    if (Buffer.compare(there, good.entryData) === 0) return sector;
  }
  return 2;
}

/** Old backups before the new one, and outside of every partition: a header may name any place. */
function staleRanges(source: GptSource, place: number): Range[] {
  const { good, primary, sectorSize } = source;
  const table = primary?.entries ?? { offset: 2 * sectorSize, bytes: good.entries.bytes };
  const kept = toExtents([
    { offset: 0, bytes: 2 * sectorSize },
    table,
    ...good.table.partitions.map(({ offset, bytes }) => ({ offset, bytes })),
  ]);
  return intersect(intactBackups(source), invert(kept, place));
}

function entrySectors(copy: GptCopy, sectorSize: number): number {
  return Math.ceil(copy.entryData.length / sectorSize);
}

interface Place {
  readonly own: number;
  readonly other: number;
  readonly lastUsable: number;
  readonly entries: number;
  readonly sectorSize: number;
}

/** One sector. Everything that is not named here stays as the good copy has it. */
function headerOf({ headerData }: GptCopy, place: Place): Uint8Array {
  const sector = paddedTo(headerData, place.sectorSize);
  const view = new DataView(sector.buffer);
  view.setBigUint64(24, BigInt(place.own), true);
  view.setBigUint64(32, BigInt(place.other), true);
  view.setBigUint64(48, BigInt(place.lastUsable), true);
  view.setBigUint64(72, BigInt(place.entries), true);
  view.setUint32(16, 0, true);
  view.setUint32(16, crc32(sector.subarray(0, headerData.length)), true);
  return sector;
}

function paddedTo(data: Uint8Array, bytes: number): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(bytes);
  padded.set(data);
  return padded;
}

/**
 * The one entry of a protective MBR covers the whole disk, as far as 32 bits count. A hybrid one, which names partitions
 * besides, covers what its maker wanted, and stays.
 */
async function protectiveMbr(image: BlockDevice, cardBytes: number): Promise<Patch[]> {
  const mbr = new ByteReader(await readUpTo(image, 0, 512));
  if (mbr.bytes.length < 512 || mbr.u16(510) !== 0xaa55) return [];
  const used = mbrEntries.filter((at) => mbr.u8(at + 4) !== 0);
  const [only] = used;
  if (only === undefined || used.length > 1 || mbr.u8(only + 4) !== PROTECTIVE) return [];
  const sectors = Math.min(Math.floor(cardBytes / image.sectorSize) - 1, 0xffffffff);
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, sectors, true);
  return [{ offset: only + 12, data, what: english`the size of the card in the protective MBR` }];
}
