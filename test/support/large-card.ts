/** Makes a card large, so that copying it takes a while: its third partition holds nothing known, and unknown is copied. */

import { open } from 'node:fs/promises';

const SECTOR = 512;
const THIRD_ENTRY = 446 + 2 * 16;
/** "Non-FS data" in the list of sfdisk. */
const TYPE = 0xda;

/** Grows an image with an MBR of two partitions to `bytes` (a multiple of 512); the new space is one sparse partition. */
export async function enlargeCard(path: string, bytes: number): Promise<void> {
  const card = await open(path, 'r+');
  try {
    const { size } = await card.stat();
    if (bytes <= size) throw new Error(`${path} has ${size} bytes already`);
    const table = Buffer.alloc(SECTOR);
    await card.read(table, 0, SECTOR, 0);
    if (table[THIRD_ENTRY + 4] !== 0) throw new Error(`${path} has a third partition`);
    table[THIRD_ENTRY + 4] = TYPE;
    table.writeUInt32LE(size / SECTOR, THIRD_ENTRY + 8);
    table.writeUInt32LE((bytes - size) / SECTOR, THIRD_ENTRY + 12);
    await card.write(table, 0, SECTOR, 0);
    await card.truncate(bytes);
  } finally {
    await card.close();
  }
}
