/** Where a card differs from its image, as people read it. */

import { formatBytes } from '../engine/format.ts';
import type { CompareResult } from '../worker/results.ts';

type Differences = CompareResult['differences'];

/** What a sentence names; the rest is counted. */
const MAX_PLACES = 5;
/** What a list for people names. */
const MAX_NAMES = 40;

/**
 * The lines to print beside each difference: one for every name, at its first place, with all its places together. Names
 * beyond the first `maxNames` are counted.
 */
export function differenceLines(differences: Differences, maxNames = MAX_NAMES): string[][] {
  const names = new Map<string, { bytes: number; places: number }>();
  for (const { partition, what, bytes } of differences) {
    const sum = names.get(`${partition}:${what}`) ?? { bytes: 0, places: 0 };
    names.set(`${partition}:${what}`, { bytes: sum.bytes + bytes, places: sum.places + 1 });
  }
  let shown = 0;
  const total = names.size;
  return differences.map(({ offset, partition, what }) => {
    const key = `${partition}:${what}`;
    const sum = names.get(key);
    if (!sum || !names.delete(key)) return [];
    shown++;
    if (shown === maxNames + 1) return [`  and ${total - maxNames} more`];
    if (shown > maxNames) return [];
    const where = partition === null ? '' : `partition ${partition}: `;
    const places = sum.places === 1 ? `at ${offset}` : `in ${sum.places} places`;
    return [`  ${where}${what} (${formatBytes(sum.bytes)} ${places})`];
  });
}

/** "/config.txt and FSInfo on partition 1; superblock on partition 2; and 3 more". */
export function placesOf(differences: Differences): string {
  const names = new Map<string, Differences[number]>();
  for (const difference of differences) {
    names.set(`${difference.partition}:${difference.what}`, difference);
  }
  const all = [...names.values()].toSorted((left, right) => rank(left) - rank(right));
  const shown = all
    .slice(0, MAX_PLACES)
    .map(({ what, partition }) =>
      partition === null ? what : `${what} on partition ${partition}`,
    );
  const more = all.length - shown.length;
  return more > 0 ? `${shown.join('; ')}; and ${more} more` : shown.join('; ');
}

/** Files come before the books of the file system, and what mounting writes comes last. */
function rank({ what, mounting }: Differences[number]): number {
  if (mounting) return 2;
  return what.startsWith('/') ? 0 : 1;
}
