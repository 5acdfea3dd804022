/** A device that the helper holds open, seen through the engine's port. */

import type { BlockDevice } from '../engine/block-device.ts';
import { PiKeepError } from '../engine/errors.ts';
import type { HelperLink } from './link.ts';
import { MAX_READ_BYTES, MAX_READS_IN_FLIGHT, type Opened } from './protocol.ts';

export class RemoteDevice implements BlockDevice {
  readonly path: string;
  readonly size: number;
  readonly sectorSize: number;
  readonly #link: HelperLink;
  readonly #afterClose: () => Promise<void>;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #freeTurns = MAX_READS_IN_FLIGHT;
  #closed: Promise<void> | null = null;

  constructor(link: HelperLink, opened: Opened, afterClose: () => Promise<void>) {
    this.path = opened.path;
    this.size = opened.size;
    this.sectorSize = opened.sectorSize;
    this.#link = link;
    this.#afterClose = afterClose;
  }

  async read(into: Uint8Array, offset: number): Promise<void> {
    const length = into.byteLength;
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > this.size) {
      throw new RangeError(
        `${this.path}: ${length} bytes at ${offset} do not lie within ${this.size}`,
      );
    }
    if (this.#closed !== null) {
      throw new PiKeepError('INTERNAL', { detail: `read after close: ${this.path}` });
    }
    const reading = this.#readPieces(into, offset);
    this.#inFlight.add(reading);
    try {
      await reading;
    } finally {
      this.#inFlight.delete(reading);
    }
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      await Promise.allSettled(this.#inFlight);
      await this.#link.close();
      await this.#afterClose();
    })();
    return this.#closed;
  }

  /** All pieces settle before this does, because `into` belongs to them until then. */
  async #readPieces(into: Uint8Array, offset: number): Promise<void> {
    const pieces: Promise<void>[] = [];
    for (let at = 0; at < into.byteLength; at += MAX_READ_BYTES) {
      pieces.push(this.#readPiece(into.subarray(at, at + MAX_READ_BYTES), offset + at));
    }
    const failed = (await Promise.allSettled(pieces)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  async #readPiece(into: Uint8Array, offset: number): Promise<void> {
    if (this.#freeTurns > 0) this.#freeTurns--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      await this.#link.read(into, offset);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#freeTurns++;
    }
  }
}
