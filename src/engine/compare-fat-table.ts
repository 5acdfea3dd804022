/** Compares the allocation tables of two FAT volumes: every entry equal, except where mounting had to write. */

import type { Bitmap } from './bitmap.ts';
import { readUpTo } from './block-device.ts';
import type { FatGeometry } from './fat-geometry.ts';
import type { FatReader } from './fat-reader.ts';

/** Clusters of one side that may hold anything, because mounting made or changed what lies there. */
export interface Loose {
  /** In the hidden folders. */
  readonly hidden: Bitmap;
  /** The root folder's chain of clusters; empty for FAT12 and FAT16. */
  readonly root: readonly number[];
}

/** A multiple of three, so that no 12-bit entry straddles two pages. */
const PAGE_BYTES = 49_152;
/** In FAT[1]: set while the volume is not mounted (specification 1.03, section 4). FAT12 has no such mark. */
const CLEAN_MARK = { 12: 0, 16: 0x8000, 32: 0x08000000 } as const;
const VALUE_MASK = { 12: 0xfff, 16: 0xffff, 32: 0x0fffffff } as const;
const END_OF_CHAIN = { 12: 0xff8, 16: 0xfff8, 32: 0x0ffffff8 } as const;

/** Null when no copy of the table differs in more than mounting writes; else what does, in words. */
export async function compareTables(
  before: FatReader,
  now: FatReader,
  was: Loose,
  is: Loose,
): Promise<string | null> {
  const { fats, fatOffset, fatBytes } = before.geometry;
  if (was.root.some((cluster, index) => is.root[index] !== cluster)) {
    return 'the root folder lies elsewhere';
  }
  const rule = new Rule(before.geometry, was, is);
  for (let copy = 0; copy < fats; copy++) {
    for (let at = 0; at < fatBytes; at += PAGE_BYTES) {
      const offset = fatOffset + copy * fatBytes + at;
      const bytes = Math.min(PAGE_BYTES, fatBytes - at);
      const [left, right] = await Promise.all([
        readUpTo(before.window, offset, bytes),
        readUpTo(now.window, offset, bytes),
      ]);
      if (Buffer.compare(left, right) === 0) continue;
      const trouble = rule.comparePage(left, right, at);
      if (trouble !== null) return trouble;
    }
  }
  return null;
}

class Rule {
  readonly #geometry: FatGeometry;
  readonly #was: Loose;
  readonly #is: Loose;
  readonly #grown: ReadonlySet<number>;

  constructor(geometry: FatGeometry, was: Loose, is: Loose) {
    this.#geometry = geometry;
    this.#was = was;
    this.#is = is;
    this.#grown = grownClusters(was, is);
  }

  comparePage(left: Uint8Array, right: Uint8Array, at: number): string | null {
    const { bits, clusters } = this.#geometry;
    const first = (at * 8) / bits;
    const count = Math.min(Math.floor((left.length * 8) / bits), clusters + 2 - first);
    for (let index = 0; index < count; index++) {
      const before = rawEntry(left, index, bits);
      const now = rawEntry(right, index, bits);
      if (before !== now && !this.#mayDiffer(first + index, before, now)) {
        return `the FAT's entry for cluster ${first + index} differs`;
      }
    }
    const end = Math.ceil((Math.max(0, count) * bits) / 8);
    const rest = Buffer.compare(left.subarray(end), right.subarray(end));
    return rest === 0 ? null : 'the space behind the FAT differs';
  }

  #mayDiffer(cluster: number, before: number, now: number): boolean {
    const { bits } = this.#geometry;
    if (cluster === 0) return false;
    if (cluster === 1) return ((before ^ now) & ~CLEAN_MARK[bits]) === 0;
    const mask = VALUE_MASK[bits];
    // The highest four bits of a FAT32 entry belong to nobody and stay as they are.
    if (((before ^ now) & ~mask) !== 0) return false;
    const nowHidden = this.#is.hidden.has(cluster - 2) || this.#grown.has(cluster);
    const wasLoose = (before & mask) === 0 || this.#was.hidden.has(cluster - 2);
    if (wasLoose) return (now & mask) === 0 || nowHidden;
    const { root } = this.#was;
    const isRootEnd = cluster === root.at(-1) && (before & mask) >= END_OF_CHAIN[bits];
    return isRootEnd && (now & mask) === this.#is.root[root.length];
  }
}

/** Clusters by which the root folder has become longer, to hold the entries of the hidden folders. */
export function grownClusters(was: Loose, is: Loose): ReadonlySet<number> {
  return new Set(is.root.slice(was.root.length));
}

function rawEntry(page: Uint8Array, index: number, bits: 12 | 16 | 32): number {
  const at = Math.floor((index * bits) / 8);
  const byte = (offset: number): number => page[at + offset] ?? 0;
  if (bits === 32) return (byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24)) >>> 0;
  const pair = byte(0) | (byte(1) << 8);
  if (bits === 16) return pair;
  return index % 2 === 0 ? pair & 0xfff : pair >>> 4;
}
