/** Copies ranges of a card into an image: reading, hashing, writing and proving all at once, in bounded memory. */

import { allocateAligned, BufferPool } from './aligned-memory.ts';
import type { BlockDevice } from './block-device.ts';
import { CHUNK_BYTES, chunksOf, type Range } from './chunks.ts';
import { isPiKeepError, throwIfInterrupted } from './errors.ts';
import type { ImageFacts, ImageWriter, Writing } from './image/image-writer.ts';
import { type MapEntry, sha256, zeroSha256 } from './image/map.ts';
import { PlainHash } from './plain-hash.ts';
import { hashOf, Prover, throwIfDifferent } from './prove.ts';
import { type ReadChunk, readAhead } from './read-ahead.ts';
import { RescueInCopy, type RescueWishes } from './rescue-in-copy.ts';
import { type Settled, SettledFeed } from './settled.ts';
import { isAllZero } from './zeros.ts';

/** Enough to keep a card reader busy between two requests. */
const READS_IN_FLIGHT = 4;
/** Reads in flight, chunks being hashed or written: the bound on memory (48 MiB). */
const BUFFERS = 12;

export interface CopyOptions {
  readonly device: BlockDevice;
  /** Sorted, disjoint, aligned to 4096 bytes (except at the end of the device). */
  readonly ranges: readonly Range[];
  /** Nothing has been written to it yet but what is `done`. */
  readonly image: ImageWriter;
  /** What an earlier process copied, and what has been found to be right in the image as well as on the card. */
  readonly done?: DoneBefore | undefined;
  /** False leaves the image unproven. */
  readonly prove: boolean;
  /** Also hash the unpacked image as a whole, which for a big card takes longer than reading what it uses. */
  readonly hashPlain: boolean;
  /** Bytes read from the card and bytes proven since the last call. */
  readonly onProgress: (step: { copied: number; proven: number }) => void;
  /** What is done about places that cannot be read; without it the first of them ends the copy. */
  readonly rescue?: RescueWishes;
  /** Told again and again what has reached the disk, and was read back equal if that is done at all. */
  readonly onSettled?: ((settled: Settled) => Promise<void>) | undefined;
  /** How often, in bytes that were copied; seldom where left out. */
  readonly batchBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface DoneBefore {
  /** Chunks of the ranges, ascending. */
  readonly entries: readonly MapEntry[];
  /** Where on the card a packed image goes on; 0 for a plain one. */
  readonly from: number;
}

export interface CopyResult {
  readonly map: readonly MapEntry[];
  /** Of the unpacked image, zeros between the ranges included; null unless asked for. */
  readonly plainSha256: string | null;
  /** What the card did not give, in whole sectors: sorted, disjoint. Zeros stand there, and the hashes are over those. */
  readonly unreadable: readonly Range[];
  readonly image: ImageFacts;
}

/**
 * Resolves when every range has been copied, has reached the disk and (unless told otherwise) was read back equal.
 * Throws DEVICE_GONE, READ_FAILED (with `rescue` only when nothing at all can be read), DESTINATION_FULL,
 * DESTINATION_FAILED, VERIFY_DIFFERS or INTERRUPTED; by then no read or write is in flight any more.
 */
export async function copyRanges(options: CopyOptions): Promise<CopyResult> {
  const { device, image, signal, onProgress, done } = options;
  const pool = new BufferPool(BUFFERS, CHUNK_BYTES);
  const prover = proverFor(options);
  const plain = options.hashPlain ? new PlainHash() : null;
  const rescue = options.rescue ? new RescueInCopy(options, options.rescue) : null;
  const all = without(chunksOf(options.ranges), done?.entries ?? []);
  const chunks = rescue?.chunks(all) ?? all;
  const keepsGoing = rescue !== null;
  const map: MapEntry[] = [...(done?.entries ?? [])];
  // It was read to compare it.
  if (map.length > 0) rescue?.good();
  const writings = new WritingsInFlight(pool);
  let facts: ImageFacts;
  try {
    const depth = READS_IN_FLIGHT;
    for await (const chunk of readAhead({ device, chunks, pool, depth, keepsGoing, signal })) {
      if (!(await isReadable(chunk, rescue, pool))) continue;
      const { offset, bytes, data } = chunk;
      const isZero = isAllZero(data);
      const writing = image.write({ offset, bytes, data, isZero });
      writings.add(chunk, writing);
      // Hashed while the writer is at work with it.
      if (!done && isInOrder(rescue, image)) await plain?.add(offset, data);
      const entry = { offset, bytes, sha256: isZero ? zeroSha256(bytes) : sha256(data) };
      map.push(entry);
      prover?.add(entry, writing.written, image.anyOrder || !rescue?.metBad);
      writings.throwIfFailed();
      onProgress({ copied: bytes, proven: 0 });
    }
    await writings.finish();
    throwIfInterrupted(signal);
    prover?.flush();
    const proveRest = await rescue?.finish();
    facts = await image.finish();
    await image.settle();
    await prover?.finish(device.size);
    if (rescue?.leftSome) {
      for await (const entry of proveRest?.() ?? []) {
        map.push(entry);
        onProgress({ copied: entry.bytes, proven: options.prove ? entry.bytes : 0 });
      }
    }
    if (done || rescue?.leftSome) {
      map.sort((one, other) => one.offset - other.offset);
      if (plain && (done || image.anyOrder)) await hashFromDisk(plain, map, options);
    }
    await plain?.skipTo(device.size);
  } catch (error) {
    if (options.onSettled && isOfTheCard(error)) await breakOff(image, prover);
    throw error;
  } finally {
    await writings.drain();
    await image.stop();
    await prover?.stop();
  }
  const plainSha256 = plain?.digest() ?? null;
  return { map, plainSha256, unreadable: rescue?.unreadable ?? [], image: facts };
}

/** The image is well: what was read so far is worth to be proven, so that less has to be read again. */
function isOfTheCard(error: unknown): boolean {
  return isPiKeepError(error, 'DEVICE_GONE', 'READ_FAILED', 'HELPER_FAILED');
}

async function breakOff(image: ImageWriter, prover: Prover | null): Promise<void> {
  try {
    await image.breakOff();
    await prover?.breakOff();
  } catch (error) {
    // Then the card is not the only thing that fails, and what was proven before stays proven.
    if (!isPiKeepError(error)) throw error;
  }
}

function proverFor(options: CopyOptions): Prover | null {
  const { image, signal, prove, onSettled, onProgress, batchBytes } = options;
  if (!prove && !onSettled) return null;
  const from = options.done?.from ?? 0;
  const feed = onSettled && new SettledFeed(image, from, onSettled);
  return new Prover({
    image,
    signal,
    from,
    readsBack: prove,
    batchBytes,
    onProven: (proven) => onProgress({ copied: 0, proven }),
    onBatch: feed && ((entries) => feed.add(entries)),
  });
}

/** Leaves out chunks that are done; both ascend. */
function* without(chunks: Iterable<Range>, done: readonly MapEntry[]): Generator<Range> {
  let next = 0;
  for (const chunk of chunks) {
    while ((done[next]?.offset ?? Number.POSITIVE_INFINITY) < chunk.offset) next++;
    if (done[next]?.offset !== chunk.offset) yield chunk;
  }
}

/** False for a chunk that is left for later; its buffer is then free. */
async function isReadable(
  chunk: ReadChunk,
  rescue: RescueInCopy | null,
  pool: BufferPool,
): Promise<boolean> {
  if (!rescue) return true;
  if (!chunk.failure) {
    rescue.good();
    return true;
  }
  let isFilled = false;
  try {
    isFilled = await rescue.bad(chunk);
  } finally {
    if (!isFilled) pool.release(chunk.buffer);
  }
  return isFilled;
}

/** Behind a chunk that is still missing, the hash of the whole has to wait for the image to be complete. */
function isInOrder(rescue: RescueInCopy | null, image: ImageWriter): boolean {
  return !rescue?.leftSome || !image.anyOrder;
}

/** Goes on with the hash of the whole from the finished image. Throws VERIFY_DIFFERS where it is not what its map says. */
async function hashFromDisk(
  plain: PlainHash,
  map: readonly MapEntry[],
  { image, signal }: CopyOptions,
): Promise<void> {
  const memory = allocateAligned(CHUNK_BYTES);
  for (const { sha256: expected, ...range } of map) {
    if (range.offset < plain.position) continue;
    throwIfInterrupted(signal);
    const data = await image.readBack(range, memory, (content) =>
      hashOf(content) === expected ? content.slice() : null,
    );
    if (data) await plain.add(range.offset, data);
    else throwIfDifferent(image.path, [range]);
  }
}

/** The chunks that the writer has not taken yet; each gives its buffer back, whatever becomes of it. */
class WritingsInFlight {
  readonly #pool: BufferPool;
  readonly #running = new Set<Promise<void>>();
  #failure: { error: unknown } | null = null;

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  add(chunk: ReadChunk, { taken, written }: Writing): void {
    const ended = taken
      .catch((error: unknown) => this.#fail(error))
      .then(() => {
        this.#running.delete(ended);
        this.#pool.release(chunk.buffer);
      });
    this.#running.add(ended);
    written.catch((error: unknown) => this.#fail(error));
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }

  async finish(): Promise<void> {
    await this.drain();
    this.throwIfFailed();
  }

  async drain(): Promise<void> {
    await Promise.all(this.#running);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
  }
}
