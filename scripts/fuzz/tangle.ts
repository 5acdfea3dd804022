/** Structures that lead in circles, or through the same blocks again and again: what costs time instead of crashing. */

import { ByteReader } from '../../src/engine/bytes.ts';
import { readGeometry } from '../../src/engine/fat-geometry.ts';
import type { Change } from './change.ts';
import type { Random } from './random.ts';
import { SECTOR, type Seed } from './seed.ts';

const EXTENT_MAGIC = 0xf30a;
const BLOCK_BYTES = 1024;
const FOLDER_SECTORS = 600;

export function tangle(seed: Seed, places: readonly number[], random: Random): Change[] {
  return seed.kind === 'fat'
    ? tangleFat(seed.content, random)
    : tangleExtents(seed, places, random);
}

/** Every chain ends up in one circle, and every sector of it is full of entries of folders that begin all over the volume. */
function tangleFat(content: Uint8Array, random: Random): Change[] {
  const geometry = readGeometry(new ByteReader(content.subarray(0, SECTOR)));
  if (!geometry) return [];
  const { bits, fatOffset, clusters, dataOffset, clusterBytes, rootOffset } = geometry;
  if (bits === 12) return [];
  const width = bits / 8;
  const links = Buffer.alloc((clusters + 2) * width);
  const circle = Math.min(clusters, 1 + random.below(5000));
  for (let cluster = 2; cluster < clusters + 2; cluster++) {
    links.writeUIntLE(2 + ((cluster - 1) % circle), cluster * width, width);
  }
  const folder = Buffer.alloc(SECTOR);
  const sectors = Math.min(FOLDER_SECTORS, Math.floor((clusters * clusterBytes) / SECTOR));
  const changes: Change[] = [{ at: fatOffset, hex: links.toString('hex') }];
  for (let sector = 0; sector < sectors; sector++) {
    for (let at = 0; at < SECTOR; at += 32) {
      folder.write('A          ', at, 'latin1');
      folder.writeUInt8(0x10, at + 11);
      const first = 2 + random.below(clusters);
      folder.writeUInt16LE(first >>> 16, at + 20);
      folder.writeUInt16LE(first & 0xffff, at + 26);
    }
    changes.push({ at: dataOffset + sector * SECTOR, hex: folder.toString('hex') });
  }
  if (bits === 16) changes.push({ at: rootOffset, hex: folder.toString('hex') });
  return changes;
}

/** An extent tree whose nodes all lead to the same few blocks. */
function tangleExtents({ content }: Seed, places: readonly number[], random: Random): Change[] {
  const roots = places.flatMap((place) => extentRoots(content, place));
  if (roots.length === 0) return [];
  const depth = random.chance(0.5) ? 5 : 1 + random.below(5);
  const blocks = Array.from({ length: depth }, () => Math.floor(random.pick(places) / BLOCK_BYTES));
  const changes: Change[] = [];
  for (let level = depth; level >= 0; level--) {
    const isRoot = level === depth;
    const room = isRoot ? 4 : Math.floor((BLOCK_BYTES - 12) / 12);
    const node = Buffer.alloc(12 + room * 12);
    const entries = level === 0 && random.chance(0.5) ? 0 : room;
    node.writeUInt16LE(EXTENT_MAGIC, 0);
    node.writeUInt16LE(entries, 2);
    node.writeUInt16LE(room, 4);
    node.writeUInt16LE(level, 6);
    for (let index = 0; index < entries; index++) {
      const at = 12 + index * 12;
      const below = blocks[level - 1] ?? 0;
      if (level === 0) node.writeUInt16LE(32768, at + 4);
      node.writeUInt32LE(level === 0 ? random.below(8) : below, at + (level === 0 ? 8 : 4));
    }
    const at = isRoot ? random.pick(roots) : (blocks[level] ?? 0) * BLOCK_BYTES;
    changes.push({ at, hex: node.toString('hex') });
  }
  return changes;
}

function extentRoots(content: Uint8Array, place: number): number[] {
  const roots: number[] = [];
  for (let at = place; at < place + SECTOR; at += 4) {
    if (content[at] === (EXTENT_MAGIC & 255) && content[at + 1] === EXTENT_MAGIC >>> 8)
      roots.push(at);
  }
  return roots;
}
