/** A device that the helper holds open, seen through the engine's port. */

import type { BlockDevice } from '../engine/block-device.ts';
import { PiKeepError } from '../engine/errors.ts';
import type { HelperLink } from './link.ts';
import { MAX_READ_BYTES, MAX_READS_IN_FLIGHT, type Opened } from './protocol.ts';
import { inPieces, Turns } from './turns.ts';

export class RemoteDevice implements BlockDevice {
  readonly path: string;
  readonly size: number;
  readonly sectorSize: number;
  readonly #link: HelperLink;
  readonly #afterClose: () => Promise<void>;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #turns = new Turns(MAX_READS_IN_FLIGHT);
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
    const reading = inPieces(into, MAX_READ_BYTES, (piece, at) =>
      this.#turns.run(() => this.#link.read(piece, offset + at)),
    );
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
}
