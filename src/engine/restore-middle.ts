/** The long part of a restore: everything but the ends of the card, in ascending order, leaving alone what is right already. */

import { BufferPool } from './aligned-memory.ts';
import { totalBytes } from './chunks.ts';
import { Differential, entryOf } from './differential.ts';
import { DifferentialPays, WORTH_COMPARING } from './differential-pays.ts';
import { sampleShare } from './differential-samples.ts';
import { throwIfInterrupted } from './errors.ts';
import type { MapEntry } from './image/map.ts';
import { MAX_ENTRY_BYTES, type RestoreSource } from './image/restore-source.ts';
import type { ReadChunk } from './read-ahead.ts';
import type { RestoreEnds } from './restore-ends.ts';
import { READS_OF_IMAGE, RestoreFeed } from './restore-feed.ts';
import { cutPiece, type Piece, type PieceMaker } from './restore-pieces.ts';
import type { RestorePlan } from './restore-plan.ts';
import { RestoreWriter } from './restore-writer.ts';
import type { WritableDevice } from './writable-device.ts';

export type RestoreMode = 'auto' | 'full' | 'differential';

/** What is being read, cut and written; the bound on memory, with what `Differential` has. */
const BUFFERS = READS_OF_IMAGE + 3;
/** A window is compared, then what of it differs is written. A wrong decision costs no more than a window. */
const MAX_WINDOW_BYTES = 64 * 1024 * 1024;
/** As long as it is not known what writing costs. */
const FIRST_WINDOW_BYTES = 8 * 1024 * 1024;
const WINDOWS = 48;

export interface MiddleOptions {
  readonly target: WritableDevice;
  readonly source: RestoreSource;
  readonly plan: RestorePlan;
  readonly mode: RestoreMode;
  readonly pieces: PieceMaker;
  /** Takes what is not written here. */
  readonly ends: RestoreEnds;
  /** Bytes written and bytes found right since the last call. */
  readonly onProgress: (step: { written: number; skipped: number }) => void;
  /** Milliseconds of a clock that never goes backwards. */
  readonly monotonic: () => number;
  readonly signal?: AbortSignal | undefined;
}

export interface MiddleResult {
  readonly mode: 'full' | 'differential';
  /** What was written, with the hash it has to have. */
  readonly written: readonly MapEntry[];
  /** What was found right, and left alone. */
  readonly found: readonly MapEntry[];
}

/**
 * Resolves when everything was written, though not yet flushed; rejects when nothing is in flight any more. Throws WRITE_FAILED,
 * READ_FAILED, DEVICE_GONE, WRITE_PROTECTED, IMAGE_DAMAGED, INTERRUPTED.
 */
export async function writeMiddle(options: MiddleOptions): Promise<MiddleResult> {
  const { entries } = options.plan;
  const pays = await whenToCompare(options);
  const middle = new Middle(options);
  const usual = Math.min(MAX_WINDOW_BYTES, Math.ceil(totalBytes(entries) / WINDOWS));
  const windowBytes = (): number => {
    if (pays === null) return Number.POSITIVE_INFINITY;
    if (pays === 'always') return MAX_WINDOW_BYTES;
    return middle.written.length === 0 ? Math.min(usual, FIRST_WINDOW_BYTES) : usual;
  };
  try {
    for (const window of windowsOf(entries, windowBytes)) await middle.write(window, pays);
    await middle.finish();
  } finally {
    await middle.stop();
  }
  const mode = pays === null ? 'full' : 'differential';
  return { mode, written: middle.written, found: middle.found };
}

/** Null: never. */
async function whenToCompare(options: MiddleOptions): Promise<DifferentialPays | 'always' | null> {
  const { target, source, plan, mode, ends, pieces, monotonic, signal } = options;
  if (mode !== 'auto') return mode === 'full' ? null : 'always';
  const [from, to] = ends.places;
  const entries = plan.entries.filter(
    (entry) => pieces.isPlain(entry) && entry.offset >= from && entry.offset + entry.bytes <= to,
  );
  const started = monotonic();
  const share = await sampleShare({ target, source, entries, signal });
  if (share !== null && share < WORTH_COMPARING) return null;
  const spentMs = monotonic() - started;
  // Without samples the first window tells.
  const right = share ?? WORTH_COMPARING;
  return new DifferentialPays({ totalBytes: totalBytes(plan.entries), right, spentMs });
}

class Middle {
  readonly written: MapEntry[] = [];
  readonly found: MapEntry[] = [];
  readonly #options: MiddleOptions;
  readonly #pool = new BufferPool(BUFFERS, MAX_ENTRY_BYTES);
  readonly #feed: RestoreFeed;
  readonly #writer: RestoreWriter;
  #differential: Differential | null = null;
  #writtenBytes = 0;
  #foundBytes = 0;
  #comparingMs = 0;

  constructor(options: MiddleOptions) {
    const { source, plan, target, signal } = options;
    this.#options = options;
    this.#feed = new RestoreFeed(source, plan.entries, this.#pool, signal);
    this.#writer = new RestoreWriter(target);
  }

  /** Brings a stretch of the map onto the card, and tells `pays` what that took. */
  async write(
    window: readonly MapEntry[],
    pays: DifferentialPays | 'always' | null,
  ): Promise<void> {
    const { monotonic, signal } = this.#options;
    const bytes = totalBytes(window);
    const compare = pays === 'always' || (pays?.shouldCompare(bytes) ?? false);
    const before = { written: this.#writtenBytes, found: this.#foundBytes };
    const started = monotonic();
    this.#comparingMs = 0;
    const rest = compare ? await this.#leaveRight(window) : window;
    const entries = rest.values();
    for await (const chunk of this.#feed.take(rest)) {
      // The chunks come in the order of the entries.
      await this.#take(chunk, entries.next().value?.sha256 ?? '', compare);
      throwIfInterrupted(signal);
    }
    if (pays === null || pays === 'always') return;
    await this.#writer.drain();
    const found = this.#foundBytes - before.found;
    const milliseconds = this.#comparingMs;
    if (compare) pays.compared({ bytes, found, milliseconds });
    const written = this.#writtenBytes - before.written;
    pays.wrote({ bytes: written, milliseconds: monotonic() - started - milliseconds });
  }

  async finish(): Promise<void> {
    for (const piece of this.#options.pieces.finish()) {
      await this.#place(piece, false, () => () => undefined);
    }
    await this.#writer.drain();
  }

  async stop(): Promise<void> {
    await this.#writer.settle();
    await this.#feed.close();
  }

  /** The entries that are not on the card yet, or that cannot be judged by their hash alone. */
  async #leaveRight(window: readonly MapEntry[]): Promise<readonly MapEntry[]> {
    const { ends, pieces } = this.#options;
    const [from, to] = ends.places;
    const plain = window.filter(
      (entry) => entry.offset >= from && entry.offset + entry.bytes <= to && pieces.isPlain(entry),
    );
    const right = await this.#timed((differential) => differential.rightEntries(plain));
    for (const entry of right) this.#leave(entry);
    return window.filter((entry) => !right.has(entry));
  }

  async #take(chunk: ReadChunk, sha256: string, compare: boolean): Promise<void> {
    const { offset, bytes, data, buffer } = chunk;
    // The buffer is given back when nobody works with it any more: this call, and each write that was started from it.
    let users = 1;
    const release = (): void => {
      users--;
      if (users === 0) this.#pool.release(buffer);
    };
    const hold = (): (() => void) => {
      users++;
      return release;
    };
    try {
      for (const piece of this.#options.pieces.take({ offset, bytes, sha256 }, data)) {
        await this.#place(piece, compare, hold);
      }
    } finally {
      release();
    }
  }

  async #place(whole: Piece, compare: boolean, hold: () => () => void): Promise<void> {
    const { ends } = this.#options;
    for (const piece of cutPiece(whole, ends.places)) {
      if (ends.keep(piece.offset, piece.data)) continue;
      if (!compare) {
        await this.#write(piece, hold());
        continue;
      }
      // So that waiting for the card to write does not count as comparing.
      await this.#writer.drain();
      for (const run of await this.#timed((differential) => differential.compare(piece))) {
        if (run.isRight) this.#leave(entryOf(run));
        else await this.#write({ ...run, sha256: null }, hold());
      }
    }
  }

  async #write(piece: Piece, onEnd: () => void): Promise<void> {
    const { offset, data } = piece;
    const entry =
      piece.sha256 === null ? entryOf(piece) : { offset, bytes: data.length, sha256: piece.sha256 };
    await this.#writer.add(offset, data, onEnd);
    this.written.push(entry);
    this.#writtenBytes += data.length;
    this.#options.onProgress({ written: data.length, skipped: 0 });
  }

  #leave(entry: MapEntry): void {
    this.found.push(entry);
    this.#foundBytes += entry.bytes;
    this.#options.onProgress({ written: 0, skipped: entry.bytes });
  }

  async #timed<T>(compare: (differential: Differential) => Promise<T>): Promise<T> {
    const { target, monotonic, signal } = this.#options;
    this.#differential ??= new Differential(target, signal);
    const started = monotonic();
    const result = await compare(this.#differential);
    this.#comparingMs += monotonic() - started;
    return result;
  }
}

/** Neighbouring entries of together so many bytes or a little more. */
function* windowsOf(
  entries: readonly MapEntry[],
  windowBytes: () => number,
): Generator<readonly MapEntry[]> {
  let start = 0;
  let bytes = 0;
  for (const [index, entry] of entries.entries()) {
    bytes += entry.bytes;
    if (bytes < windowBytes()) continue;
    yield entries.slice(start, index + 1);
    start = index + 1;
    bytes = 0;
  }
  if (start < entries.length) yield entries.slice(start);
}
