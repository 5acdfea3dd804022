/** Writes a file from its start to its end in large aligned pieces, whatever lengths it is given. */

import { BufferPool } from '../aligned-memory.ts';
import { CHUNK_BYTES } from '../chunks.ts';
import { PiKeepError } from '../errors.ts';
import type { NewImageFile } from './image-file.ts';

/** One being filled, two being written. */
const BUFFERS = 3;
/** Pieces start on multiples of this. */
const ALIGNMENT = 4096;

interface Piece {
  readonly offset: number;
  readonly buffer: Uint8Array<ArrayBuffer>;
  used: number;
  readonly written: PromiseWithResolvers<void>;
}

export class Appender {
  readonly #file: NewImageFile;
  readonly #pool = new BufferPool(BUFFERS, CHUNK_BYTES);
  readonly #writing = new Set<Promise<void>>();
  /** Resolves when all pieces before the open one have been written. */
  #before: Promise<void> = Promise.resolve();
  #open: Piece | null = null;
  #end: number;
  #tail: Uint8Array;
  #failure: { error: unknown } | null = null;

  /** A file that has something in it ends with `tail`: the bytes behind the last multiple of 4096. */
  constructor(file: NewImageFile, tail: Uint8Array = new Uint8Array(0)) {
    this.#file = file;
    this.#end = file.size - tail.length;
    if (this.#end % ALIGNMENT !== 0) throw new RangeError(`${file.path} ends at ${file.size}`);
    this.#tail = tail;
  }

  /**
   * Copies `data` behind what was appended before; to be called again only when it has resolved. `written` resolves when
   * this and everything before it is in the file. Throws what writing the file threw.
   */
  async append(data: Uint8Array): Promise<{ written: Promise<void> }> {
    let written = this.#open?.written.promise ?? this.#before;
    for (let done = 0; done < data.length; ) {
      this.#throwIfFailed();
      const piece = this.#open ?? (await this.#openPiece());
      const part = data.subarray(done, done + piece.buffer.length - piece.used);
      piece.buffer.set(part, piece.used);
      piece.used += part.length;
      done += part.length;
      written = piece.written.promise;
      if (piece.used === piece.buffer.length) this.#write(piece);
    }
    return { written };
  }

  /** Writes the rest; resolves when everything is in the file. */
  async finish(): Promise<void> {
    if (this.#open) this.#write(this.#open);
    await this.#before;
  }

  /** Waits for writes in flight and rejects what was never started. May be called twice. */
  async stop(): Promise<void> {
    const piece = this.#open;
    this.#open = null;
    if (piece) {
      piece.written.reject(this.#failure?.error ?? new PiKeepError('INTERRUPTED', {}));
      this.#pool.release(piece.buffer);
    }
    await Promise.allSettled(this.#writing);
  }

  async #openPiece(): Promise<Piece> {
    const buffer = await this.#pool.acquire();
    const written = Promise.withResolvers<void>();
    // Whoever waits for it is told; that nobody may be waiting is no crash.
    written.promise.catch(() => undefined);
    buffer.set(this.#tail);
    const piece = { offset: this.#end, buffer, used: this.#tail.length, written };
    this.#tail = new Uint8Array(0);
    this.#open = piece;
    return piece;
  }

  #write(piece: Piece): void {
    this.#open = null;
    this.#end += piece.used;
    const before = this.#before;
    const writing = this.#file
      .write(piece.buffer.subarray(0, piece.used), piece.offset)
      .finally(() => this.#pool.release(piece.buffer));
    const all = Promise.all([writing, before]).then(
      () => piece.written.resolve(),
      (error: unknown) => {
        this.#failure ??= { error };
        piece.written.reject(error);
      },
    );
    this.#before = piece.written.promise;
    this.#writing.add(all);
    all.finally(() => this.#writing.delete(all)).catch(() => undefined);
  }

  #throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
