/** GPTs in memory, well-formed or not, and a reader of them that shares nothing with ours: its CRC is zlib's. */

import { crc32 } from 'node:zlib';

export interface ForgedGpt {
  readonly sectorSize: number;
  /** Of the whole image. */
  readonly sectors: number;
  /** How many entries there is room for; each has 128 bytes. */
  readonly slots: number;
  /** First and last sector of each partition. */
  readonly partitions: readonly (readonly [first: number, last: number])[];
  /** Where the first header says that the backup is; the last sector where it is left out. */
  readonly alternate?: number;
}

const ENTRY_BYTES = 128;

export function entrySectors({ slots, sectorSize }: ForgedGpt): number {
  return Math.ceil((slots * ENTRY_BYTES) / sectorSize);
}

/** A whole image with a protective MBR and both copies; everything else is zero. */
export function forgeGpt(gpt: ForgedGpt): Buffer<ArrayBuffer> {
  const { sectorSize, sectors } = gpt;
  const image = Buffer.alloc(sectors * sectorSize);
  image.writeUInt16LE(0xaa55, 510);
  image.set([0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff], 446);
  image.writeUInt32LE(1, 446 + 8);
  image.writeUInt32LE(sectors - 1, 446 + 12);
  const alternate = gpt.alternate ?? sectors - 1;
  const room = entrySectors(gpt);
  writeCopy(image, gpt, { own: 1, other: alternate, entriesAt: 2 });
  writeCopy(image, gpt, { own: alternate, other: 1, entriesAt: alternate - room });
  return image;
}

function writeCopy(
  image: Buffer,
  gpt: ForgedGpt,
  { own, other, entriesAt }: { own: number; other: number; entriesAt: number },
): void {
  const { sectorSize, sectors, slots, partitions } = gpt;
  const entries = Buffer.alloc(slots * ENTRY_BYTES);
  for (const [slot, [first, last]] of partitions.entries()) {
    const at = slot * ENTRY_BYTES;
    entries.fill(0x11 + slot, at, at + 32);
    entries.writeBigUInt64LE(BigInt(first), at + 32);
    entries.writeBigUInt64LE(BigInt(last), at + 40);
  }
  const header = Buffer.alloc(92);
  header.write('EFI PART', 'latin1');
  header.writeUInt32LE(0x10000, 8);
  header.writeUInt32LE(92, 12);
  header.writeBigUInt64LE(BigInt(own), 24);
  header.writeBigUInt64LE(BigInt(other), 32);
  header.writeBigUInt64LE(BigInt(2 + entrySectors(gpt)), 40);
  header.writeBigUInt64LE(BigInt(sectors - entrySectors(gpt) - 2), 48);
  header.fill(0xd1, 56, 72);
  header.writeBigUInt64LE(BigInt(entriesAt), 72);
  header.writeUInt32LE(slots, 80);
  header.writeUInt32LE(ENTRY_BYTES, 84);
  header.writeUInt32LE(crc32(entries), 88);
  header.writeUInt32LE(crc32(header), 16);
  entries.copy(image, entriesAt * sectorSize);
  header.copy(image, own * sectorSize);
}

export interface GptFacts {
  readonly own: number;
  readonly other: number;
  readonly firstUsable: number;
  readonly lastUsable: number;
  readonly entriesAt: number;
  readonly entries: string;
}

/** The copy whose header lies in that sector; null when one of its checksums is wrong. */
export function readForged(image: Buffer, sector: number, sectorSize: number): GptFacts | null {
  const header = Buffer.from(image.subarray(sector * sectorSize, sector * sectorSize + 92));
  if (header.toString('latin1', 0, 8) !== 'EFI PART') return null;
  const expected = header.readUInt32LE(16);
  header.writeUInt32LE(0, 16);
  if (crc32(header) !== expected) return null;
  const entriesAt = Number(header.readBigUInt64LE(72));
  const bytes = header.readUInt32LE(80) * header.readUInt32LE(84);
  const entries = image.subarray(entriesAt * sectorSize, entriesAt * sectorSize + bytes);
  if (crc32(entries) !== header.readUInt32LE(88)) return null;
  return {
    own: Number(header.readBigUInt64LE(24)),
    other: Number(header.readBigUInt64LE(32)),
    firstUsable: Number(header.readBigUInt64LE(40)),
    lastUsable: Number(header.readBigUInt64LE(48)),
    entriesAt,
    entries: entries.toString('hex'),
  };
}
