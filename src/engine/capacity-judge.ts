/** Why a card does not hold what was written to it: worn out, or smaller than it claims. */

import { BufferPool } from './aligned-memory.ts';
import { type BlockDevice, readUpTo } from './block-device.ts';
import { MAP_ALIGNMENT } from './chunks.ts';
import { isPiKeepError, PiKeepError } from './errors.ts';
import { type MapEntry, zeroSha256 } from './image/map.ts';
import { readAhead } from './read-ahead.ts';
import { blockStart, END_BYTES } from './restore-layout.ts';

const READS_IN_FLIGHT = 3;
/** Blocks that are looked for elsewhere on the card. */
const NEEDLES = 12;
/** Places that have to be the same as those a true size further on. */
const CONFIRMATIONS = 64;
/** Less than this at the end of a card may be a flaw of it. */
const MIN_LOST_BYTES = 1024 * 1024;
/** The smallest there are. */
const SECTOR_BYTES = 512;
const WORD_BYTES = 4;

interface Differences {
  /** The card, which is only read. */
  readonly device: BlockDevice;
  /** Everything that should be on it, ascending. */
  readonly expected: readonly MapEntry[];
  /** Those of them that are not, ascending; at least one. */
  readonly differing: readonly MapEntry[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * The error that describes the differences: FAKE_CAPACITY when the same data answers at two addresses a constant distance
 * apart, or when everything behind some place is lost; CARD_NOT_AS_WRITTEN otherwise. Throws DEVICE_GONE, INTERRUPTED.
 */
export async function judgeDifferences(differences: Differences): Promise<PiKeepError> {
  const { device, differing } = differences;
  const realBytes = (await wrapDistance(differences)) ?? lostFrom(differences);
  const disk = device.path;
  if (realBytes !== null) {
    return new PiKeepError('FAKE_CAPACITY', { disk, claimedBytes: device.size, realBytes });
  }
  const bytes = differing.reduce((sum, entry) => sum + entry.bytes, 0);
  const offset = differing[0]?.offset ?? 0;
  return new PiKeepError('CARD_NOT_AS_WRITTEN', { disk, offset, bytes, ranges: differing.length });
}

/**
 * Where the card stops keeping anything. A lost place often reads as zeros, so right entries of zeros behind that place speak
 * against it only if others are wrong. The last MiB, which is written after all others, says nothing: a cache within the card
 * may answer for it.
 */
function lostFrom({ device, expected, differing }: Differences): number | null {
  const wrong = new Set(differing);
  const tailStart = blockStart(device.size - END_BYTES);
  let from = 0;
  let lostBytes = 0;
  let zeros: 'right' | 'wrong' | null = null;
  for (const entry of expected) {
    const state = wrong.has(entry) ? 'wrong' : 'right';
    if (state === 'right' && entry.offset >= tailStart) continue;
    const isZero = entry.sha256 === zeroSha256(entry.bytes);
    const fits = isZero ? (zeros ?? state) === state : state === 'wrong';
    if (!fits) lostBytes = 0;
    if (state === 'wrong') {
      if (lostBytes === 0) from = entry.offset;
      lostBytes += entry.bytes;
    }
    if (lostBytes === 0) zeros = null;
    else if (isZero) zeros = state;
  }
  return lostBytes >= MIN_LOST_BYTES && from > 0 ? from : null;
}

/** How far apart two addresses of the same place are; null when no two are. */
async function wrapDistance(differences: Differences): Promise<number | null> {
  try {
    const needles = await takeNeedles(differences);
    const distances = await findNeedles(differences, needles);
    for (const distance of distances) {
      if (await isSameApart(differences, distance)) return distance;
    }
    return null;
  } catch (error) {
    // A card that fails while it is examined has nothing more to tell.
    if (isPiKeepError(error, 'READ_FAILED')) return null;
    throw error;
  }
}

interface Needle {
  readonly offset: number;
  readonly data: Buffer;
  /** Bytes from its start, and the rare word there: what has another one there need not be compared. */
  readonly place: number;
  readonly word: number;
}

/** Blocks of the wrong places as they are on the card now, each unlike any that is common. */
async function takeNeedles({ device, differing }: Differences): Promise<Needle[]> {
  const needles: Needle[] = [];
  const step = Math.max(1, Math.floor(differing.length / NEEDLES));
  for (let index = 0; index < differing.length && needles.length < NEEDLES; index += step) {
    const entry = differing[index];
    if (!entry) break;
    const data = Buffer.from(await readUpTo(device, entry.offset, entry.bytes));
    for (let at = 0; at + MAP_ALIGNMENT <= data.length; at += MAP_ALIGNMENT) {
      const block = data.subarray(at, at + MAP_ALIGNMENT);
      if (!isTelling(block)) continue;
      needles.push({ offset: entry.offset + at, data: block, ...rareWord(block) });
      break;
    }
  }
  return needles;
}

/** Distances between a needle and another place with the same bytes, the most frequent first, then the smallest. */
async function findNeedles(
  { device, expected, signal }: Differences,
  needles: readonly Needle[],
): Promise<number[]> {
  if (needles.length === 0) return [];
  const largest = expected.reduce((most, { bytes }) => Math.max(most, bytes), 0);
  const pool = new BufferPool(READS_IN_FLIGHT + 1, largest);
  const votes = new Map<number, number>();
  const depth = READS_IN_FLIGHT;
  const chunks = readAhead({ device, chunks: expected, pool, depth, signal });
  for await (const { offset, data, buffer } of chunks) {
    for (const { at, needle } of occurrences(data, needles)) {
      const distance = Math.abs(offset + at - needle.offset);
      if (distance > 0) votes.set(distance, (votes.get(distance) ?? 0) + 1);
    }
    pool.release(buffer);
  }
  return [...votes]
    .toSorted(([one, votesOne], [other, votesOther]) => votesOther - votesOne || one - other)
    .slice(0, NEEDLES)
    .map(([distance]) => distance);
}

/**
 * Where needles lie in data. A true size is a multiple of a sector, so only those places are looked at: a search that may begin
 * anywhere takes hours in what is mostly zeros, when a needle is too.
 */
function* occurrences(
  data: Uint8Array,
  needles: readonly Needle[],
): Generator<{ at: number; needle: Needle }> {
  const hay = Buffer.from(data.buffer, data.byteOffset, data.length);
  for (let at = 0; at + MAP_ALIGNMENT <= hay.length; at += SECTOR_BYTES) {
    for (const needle of needles) {
      if (hay.readUInt32LE(at + needle.place) !== needle.word) continue;
      if (hay.compare(needle.data, 0, MAP_ALIGNMENT, at, at + MAP_ALIGNMENT) === 0) {
        yield { at, needle };
      }
    }
  }
}

/** The word of a telling block that has the most different bytes; zeros and their like are everywhere. */
function rareWord(block: Buffer): Pick<Needle, 'place' | 'word'> {
  let best = { place: 0, word: block.readUInt32LE(), different: 0 };
  for (let place = 0; place + WORD_BYTES <= block.length; place += WORD_BYTES) {
    const different = new Set(block.subarray(place, place + WORD_BYTES)).size;
    if (different > best.different) best = { place, word: block.readUInt32LE(place), different };
  }
  return best;
}

/** Whether places all over the card hold the same as those `distance` further on, and something worth comparing among them. */
async function isSameApart({ device, expected }: Differences, distance: number): Promise<boolean> {
  let telling = 0;
  const places = expected.filter(({ offset }) => offset + distance + MAP_ALIGNMENT <= device.size);
  const step = Math.max(1, Math.floor(places.length / CONFIRMATIONS));
  for (let index = 0; index < places.length; index += step) {
    const { offset } = places[index] ?? { offset: 0 };
    const here = await readUpTo(device, offset, MAP_ALIGNMENT);
    const there = await readUpTo(device, offset + distance, MAP_ALIGNMENT);
    if (Buffer.compare(here, there) !== 0) return false;
    if (isTelling(here)) telling++;
  }
  return telling > 0;
}

/** Not a few bytes over and over, as erased and lost places are. */
function isTelling(block: Uint8Array): boolean {
  const isOneByte = Buffer.compare(block.subarray(1), block.subarray(0, -1)) === 0;
  return !isOneByte && new Set(block).size > 8;
}
