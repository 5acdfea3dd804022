/** A device that the helper holds open for a restore, seen through the engine's port. */

import { PiKeepError } from '../engine/errors.ts';
import { InFlight } from '../engine/in-flight.ts';
import type { WritableDevice } from '../engine/writable-device.ts';
import { RemoteDevice } from './client.ts';
import type { HelperLink } from './link.ts';
import { MAX_WRITE_BYTES, MAX_WRITES_IN_FLIGHT, type Opened } from './protocol.ts';
import { inPieces, Turns } from './turns.ts';

export class RemoteWritableDevice implements WritableDevice {
  readonly path: string;
  readonly size: number;
  readonly sectorSize: number;
  readonly #link: HelperLink;
  readonly #reader: RemoteDevice;
  readonly #inFlight = new InFlight();
  readonly #turns = new Turns(MAX_WRITES_IN_FLIGHT);
  /** One flush at a time is what the helper takes. */
  readonly #flushes = new Turns(1);
  #finished: Promise<void> | null = null;
  #closed: Promise<void> | null = null;

  constructor(link: HelperLink, opened: Opened, afterClose: () => Promise<void>) {
    this.path = opened.path;
    this.size = opened.size;
    this.sectorSize = opened.sectorSize;
    this.#link = link;
    this.#reader = new RemoteDevice(link, opened, afterClose);
  }

  read(into: Uint8Array, offset: number): Promise<void> {
    return this.#reader.read(into, offset);
  }

  async write(data: Uint8Array, offset: number): Promise<void> {
    const { path, size, sectorSize } = this;
    const length = data.byteLength;
    const isWithin = Number.isSafeInteger(offset) && offset >= 0 && offset + length <= size;
    if (!isWithin || offset % sectorSize !== 0 || length % sectorSize !== 0) {
      throw new RangeError(
        `${path}: ${length} bytes at ${offset} are not whole sectors of ${sectorSize} within ${size}`,
      );
    }
    this.#expectWriting('write');
    await this.#inFlight.track(
      inPieces(data, MAX_WRITE_BYTES, (piece, at) =>
        this.#turns.run(() => this.#link.write(piece, offset + at)),
      ),
    );
  }

  async flush(): Promise<void> {
    this.#expectWriting('flush');
    await this.#inFlight.track(this.#flushes.run(() => this.#link.flush()));
  }

  finishWriting(): Promise<void> {
    if (this.#closed !== null) {
      const detail = `finishWriting after close: ${this.path}`;
      return Promise.reject(new PiKeepError('INTERNAL', { detail }));
    }
    this.#finished ??= (async () => {
      await this.#inFlight.settle();
      await this.#link.finishWriting();
    })();
    return this.#finished;
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      await Promise.allSettled([this.#inFlight.settle(), this.#finished]);
      await this.#reader.close();
    })();
    return this.#closed;
  }

  #expectWriting(what: string): void {
    if (this.#finished === null && this.#closed === null) return;
    const detail = `${what} after the end of writing: ${this.path}`;
    throw new PiKeepError('INTERNAL', { detail });
  }
}
