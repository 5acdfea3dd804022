/** What a restore will write: entries of the image, and the few bytes that have to differ on a card of another size. */

import type { MapEntry } from './image/map.ts';

/** Bytes that replace what the image has there (or stand where it has nothing). */
export interface Patch {
  /** Bytes from the start of the card. */
  readonly offset: number;
  readonly data: Uint8Array;
  /** What it is, in words for the report: "the backup of the partition table, moved to the end of the card". */
  readonly what: string;
}

export interface RestorePlan {
  /** Entries of the source's map that begin before the end of the card. What of them lies behind it is not written. */
  readonly entries: readonly MapEntry[];
  /**
   * Ascending, disjoint; each ends on the card. They are laid over the entries. Where a patch lies outside of every entry, the
   * rest of its 4096-byte block is written as zeros: nothing is known to be there.
   */
  readonly patches: readonly Patch[];
}
