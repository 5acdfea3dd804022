/** Makes a case out of a seed: changes where the parsers look, by the numbers that parsers trip over. */

import type { Range } from '../../src/engine/chunks.ts';
import { intersect, invert } from '../../src/engine/extents.ts';
import { applyChanges, type Case, type Change } from './change.ts';
import type { Verdict } from './judge.ts';
import { mutateManifest } from './manifest.ts';
import { mendExt, mendGpt } from './mend.ts';
import type { Random } from './random.ts';
import { isFileContent, SECTOR, type Seed } from './seed.ts';
import { tangle } from './tangle.ts';

const MAX_CHANGES = 8;
const numbers = [
  0, 1, 2, 7, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
];

/** `sound` is what the parsers say of the seed itself. */
export function mutate(seed: Seed, sound: Verdict, random: Random): Case {
  if (seed.kind === 'manifest') return mutateManifest(seed, random);
  const reach = chooseReach(sound, random);
  const places = placesIn(seed, sound, reach);
  const count = 1 + random.below(random.chance(0.5) ? 2 : MAX_CHANGES);
  const changes = Array.from({ length: count }, () => change(seed, places, random));
  if (reach !== 'unused' && random.chance(0.15)) changes.push(...tangle(seed, places, random));
  if (reach !== 'unused' && random.chance(0.7))
    changes.push(...mended(seed, sound, reach, changes));
  const cut = reach === 'anywhere' && random.chance(0.1) ? cutOf(seed, random) : null;
  return { seed: seed.name, changes, cut, reach };
}

function chooseReach({ used, partitions }: Verdict, random: Random): Case['reach'] {
  if (used && random.chance(0.1)) return 'unused';
  if (used && partitions.length > 1 && random.chance(0.5)) return random.below(partitions.length);
  return 'anywhere';
}

/** Sectors that may be changed, in bytes from the start. */
function placesIn(seed: Seed, sound: Verdict, reach: Case['reach']): readonly number[] {
  if (reach === 'anywhere') return seed.structure;
  if (reach === 'unused') return unusedPlaces(seed, sound);
  const part = sound.partitions[reach];
  if (!part) throw new Error(`${seed.name} has no partition ${reach}`);
  const inside = seed.structure.filter((at) => at >= part.offset && at < part.offset + part.bytes);
  return inside.length > 0 ? inside : [part.offset];
}

/** Free space and the content of files. What lies behind the partitions is searched for signatures, and does matter. */
function unusedPlaces({ content }: Seed, { used, partitions }: Verdict): number[] {
  const inside = partitions.length > 0 ? partitions : [{ offset: 0, bytes: content.length }];
  const free = intersect(invert(used ?? [], content.length), inside);
  const places = free.flatMap(sectorsOf);
  for (let at = 0; at < content.length; at += SECTOR) {
    if (isFileContent(content.subarray(at, at + SECTOR))) places.push(at);
  }
  return places;
}

function sectorsOf({ offset, bytes }: Range): number[] {
  const count = Math.min(64, Math.floor(bytes / SECTOR));
  const step = Math.floor(bytes / SECTOR / Math.max(1, count));
  return Array.from({ length: count }, (_, index) => offset + index * step * SECTOR);
}

function change({ content, structure }: Seed, places: readonly number[], random: Random): Change {
  const place = random.pick(places);
  const sector = content.subarray(place, place + SECTOR);
  const kind = random.below(10);
  if (kind === 0) {
    const from = random.pick(structure);
    return asChange(place, content.subarray(from, from + SECTOR));
  }
  if (kind === 1) {
    const hex = random.pick(['00', 'ff', 'a5', random.bytes(4).toString('hex')]);
    return { at: place, hex, times: SECTOR / (hex.length / 2) };
  }
  const at = place + interesting(sector, random);
  if (kind < 5) return asChange(at, Uint8Array.of((content[at] ?? 0) ^ (1 << random.below(8))));
  return asChange(at, word(content, at, place + SECTOR - at, random));
}

/** Mostly a byte that is not zero: there somebody keeps something. */
function interesting(sector: Uint8Array, random: Random): number {
  const at = random.below(Math.max(1, sector.length));
  if (random.chance(0.2)) return at;
  const next = sector.subarray(at).findIndex((byte) => byte !== 0);
  return next < 0 ? at : Math.max(0, at + next - random.below(4));
}

function word(content: Uint8Array, at: number, room: number, random: Random): Uint8Array {
  const bytes = random.pick([1, 2, 4, 8].filter((size) => size <= room));
  const little = random.chance(0.6);
  const old = Buffer.alloc(8);
  old.set(content.subarray(at, at + bytes));
  const near = old.readUIntLE(0, Math.min(4, bytes)) + random.below(9) - 4;
  const value =
    BigInt(random.chance(0.4) ? near : random.pick(numbers)) << BigInt(random.chance(0.1) ? 32 : 0);
  const result = Buffer.alloc(8);
  if (little) result.writeBigUInt64LE(BigInt.asUintN(64, value));
  else result.writeBigUInt64BE(BigInt.asUintN(64, value << BigInt(64 - bytes * 8)));
  return random.chance(0.1) ? random.bytes(bytes) : result.subarray(0, bytes);
}

function cutOf({ content, structure }: Seed, random: Random): number {
  const at = random.chance(0.7)
    ? random.pick(structure)
    : random.below(content.length / SECTOR) * SECTOR;
  return at + (random.chance(0.5) ? SECTOR : 0);
}

/** Checksums made right, where the change may reach. */
function mended(
  seed: Seed,
  sound: Verdict,
  reach: Case['reach'],
  changes: readonly Change[],
): Change[] {
  const undo = applyChanges(seed.content, changes);
  try {
    if (seed.kind === 'ext') return mendExt(seed.content, 0, seed.structure);
    if (seed.kind !== 'card') return [];
    const parts =
      typeof reach === 'number' ? sound.partitions.slice(reach, reach + 1) : sound.partitions;
    const inside = ({ offset, bytes }: Range): number[] =>
      seed.structure.filter((at) => at >= offset && at < offset + bytes);
    const ext = parts.flatMap((part) => mendExt(seed.content, part.offset, inside(part)));
    return reach === 'anywhere' ? [...ext, ...mendGpt(seed.content)] : ext;
  } finally {
    undo();
  }
}

function asChange(at: number, bytes: Uint8Array): Change {
  return { at, hex: Buffer.from(bytes).toString('hex') };
}
