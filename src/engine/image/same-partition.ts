/** Whether two backups hold the same bytes in one partition, told by their checksums alone. */

import type { Range } from '../chunks.ts';
import type { Manifest } from './manifest.ts';
import type { MapEntry } from './map.ts';

/**
 * True when the maps of both have the same ranges with the same hashes in it: then all that is used is equal, and the rest
 * is free on both. Ranges that reach over its ends have to be equal too. Never where something could not be read.
 */
export function samePartition(one: Manifest, other: Manifest, partition: Range): boolean {
  if (one.unreadable.length > 0 || other.unreadable.length > 0) return false;
  const left = entriesIn(one.map, partition);
  const right = entriesIn(other.map, partition);
  return (
    left.length > 0 &&
    left.length === right.length &&
    left.every(({ offset, bytes, sha256 }, index) => {
      const entry = right[index];
      return entry?.offset === offset && entry.bytes === bytes && entry.sha256 === sha256;
    })
  );
}

function entriesIn(map: readonly MapEntry[], { offset, bytes }: Range): readonly MapEntry[] {
  const end = offset + bytes;
  return map.filter((entry) => entry.offset < end && entry.offset + entry.bytes > offset);
}
