/** What a backup lost where its card could not be read: which files, which structures, and whether a Pi can do without them. */

import type { BlockDevice } from './block-device.ts';
import type { Card } from './card.ts';
import { type Range, totalBytes } from './chunks.ts';
import { damageWords } from './damage-words.ts';
import { toExtents } from './extents.ts';
import { type Difference, nameDifferences } from './owner-of-block.ts';

export interface DamagedRange extends Range {
  /** What lies there: files by path ("boot:/config.txt" on another partition than the system's), structures in words. */
  readonly files: readonly string[];
}

export interface Damage {
  /** Sorted, disjoint. */
  readonly ranges: readonly DamagedRange[];
  readonly bytes: number;
  /** Every damaged file and folder once, those that a Pi needs first. */
  readonly files: readonly string[];
  /** One or two sentences. */
  readonly words: string;
}

/** More ranges than this are joined where the least that is readable lies between them. */
const MAX_RANGES = 10_000;
const MAX_NAMES_PER_RANGE = 20;
/** Of all ranges together. */
const MAX_NAMES = 50_000;

export interface DamageOptions {
  /** The finished image, with zeros where the card could not be read. */
  readonly image: BlockDevice;
  /** What `readCard` says of the image. */
  readonly layout: Card;
  /** Sorted, disjoint, not empty. */
  readonly unreadable: readonly Range[];
  readonly signal?: AbortSignal | undefined;
}

/** Device errors (of the image) and INTERRUPTED pass through. */
export async function nameDamage(options: DamageOptions): Promise<Damage> {
  const { image, layout, unreadable, signal } = options;
  const ranges = joinNearest(unreadable, MAX_RANGES);
  const { differences } = await nameDifferences({ image, card: null, layout, ranges, signal });
  const { files, words, nameOf } = damageWords(differences, layout);
  return {
    ranges: withNames(ranges, differences, nameOf),
    bytes: totalBytes(ranges),
    files,
    words,
  };
}

/** Gives each range the names of what lies in it. Both are sorted. */
function withNames(
  ranges: readonly Range[],
  named: readonly Difference[],
  nameOf: (one: Difference) => string,
): DamagedRange[] {
  let next = 0;
  let given = 0;
  return ranges.map((range) => {
    const end = range.offset + range.bytes;
    const names = new Set<string>();
    for (let one = named[next]; one && one.offset < end; one = named[++next])
      names.add(nameOf(one));
    const shown = [...names].slice(0, given < MAX_NAMES ? MAX_NAMES_PER_RANGE : 1);
    given += shown.length;
    const more = names.size - shown.length;
    return { ...range, files: more > 0 ? [...shown, `and ${more} more`] : shown };
  });
}

/** At most `most` ranges, of which some then hold a little that could be read. */
function joinNearest(ranges: readonly Range[], most: number): Range[] {
  let joined = toExtents(ranges);
  for (let gap = 4096; joined.length > most; gap *= 2) {
    const grown = joined.map(({ offset, bytes }) => ({ offset, bytes: bytes + gap }));
    joined = toExtents(grown).map(({ offset, bytes }) => ({ offset, bytes: bytes - gap }));
  }
  return joined;
}
