/** The writing itself, over a descriptor that may only take aligned requests. Reading is `DescriptorDevice`'s. */

import { fsync as fsyncCallback, write as writeCallback } from 'node:fs';
import { isAligned } from '../engine/aligned-memory.ts';
import type { BlockDevice } from '../engine/block-device.ts';
import { PiKeepError } from '../engine/errors.ts';
import { InFlight } from '../engine/in-flight.ts';
import type { WritableDevice } from '../engine/writable-device.ts';
import { BOUNCE_BYTES, BounceBuffers } from './bounce-buffers.ts';
import { DescriptorDevice, type DescriptorFacts } from './descriptor-device.ts';
import { writeError } from './write-errors.ts';

export interface WritableFacts extends DescriptorFacts {
  /** True when the system says that the medium is write-protected. */
  readonly isProtected: () => Promise<boolean>;
  /**
   * Closes the writing descriptor by `close` and opens what the rest is read from, checked to be the same device. Null:
   * reading goes on through the same descriptor, because nothing lies between it and the medium.
   */
  readonly reopen: ((close: () => Promise<void>) => Promise<BlockDevice>) | null;
}

/** What was written since the last flush, as one range. */
interface Unflushed {
  readonly from: number;
  readonly to: number;
}

export class WritableDescriptor implements WritableDevice {
  readonly path: string;
  readonly size: number;
  readonly sectorSize: number;
  readonly #facts: WritableFacts;
  readonly #inFlight = new InFlight();
  readonly #bounce = new BounceBuffers();
  #reader: BlockDevice;
  #unflushed: Unflushed | null = null;
  #lost: PiKeepError | null = null;
  #finished: Promise<void> | null = null;
  #closed: Promise<void> | null = null;

  constructor(facts: WritableFacts) {
    this.path = facts.path;
    this.size = facts.size;
    this.sectorSize = facts.sectorSize;
    this.#facts = facts;
    this.#reader = new DescriptorDevice(facts);
  }

  async read(into: Uint8Array, offset: number): Promise<void> {
    // While the device changes from writing to reading, there is none.
    if (this.#finished !== null) await this.#finished;
    await this.#reader.read(into, offset);
  }

  async write(data: Uint8Array, offset: number): Promise<void> {
    const { path, size, sectorSize } = this;
    const bytes = data.byteLength;
    const isWhole = offset % sectorSize === 0 && bytes % sectorSize === 0;
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + bytes > size || !isWhole) {
      throw new RangeError(
        `${path}: ${bytes} bytes at ${offset} are not whole sectors of ${sectorSize} within ${size}`,
      );
    }
    if (this.#finished !== null || this.#closed !== null) {
      throw new PiKeepError('INTERNAL', { detail: `write after the end of writing: ${path}` });
    }
    if (bytes === 0) return;
    this.#note(offset, bytes);
    try {
      await this.#inFlight.track(this.#write(data, offset));
    } catch (error) {
      throw await this.#writeError(error, offset, bytes);
    }
  }

  async flush(): Promise<void> {
    if (this.#finished !== null || this.#closed !== null) {
      throw new PiKeepError('INTERNAL', { detail: `flush after the end of writing: ${this.path}` });
    }
    await this.#flush();
  }

  finishWriting(): Promise<void> {
    if (this.#closed !== null) {
      const detail = `finishWriting after close: ${this.path}`;
      return Promise.reject(new PiKeepError('INTERNAL', { detail }));
    }
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      await Promise.allSettled([this.#inFlight.settle(), this.#finished]);
      await this.#reader.close();
    })();
    return this.#closed;
  }

  async #finish(): Promise<void> {
    await this.#inFlight.settle();
    await this.#flush();
    const writer = this.#reader;
    const { reopen } = this.#facts;
    if (reopen) this.#reader = await reopen(() => writer.close());
  }

  /** A flush that failed once stays failed: the kernel tells of lost data only once, and would then call the rest safe. */
  async #flush(): Promise<void> {
    if (this.#lost) throw this.#lost;
    const flushed = this.#unflushed;
    this.#unflushed = null;
    try {
      await synchronize(this.#facts.fd);
    } catch (error) {
      const { from, to } = flushed ?? { from: 0, to: this.size };
      this.#lost = await this.#writeError(error, from, to - from);
      throw this.#lost;
    }
  }

  #note(offset: number, bytes: number): void {
    const { from, to } = this.#unflushed ?? { from: offset, to: offset };
    this.#unflushed = { from: Math.min(from, offset), to: Math.max(to, offset + bytes) };
  }

  #writeError(error: unknown, offset: number, bytes: number): Promise<PiKeepError> {
    const { path, isGone, isProtected } = this.#facts;
    return writeError(error, { path, offset, bytes, isGone: () => isGone(false), isProtected });
  }

  async #write(data: Uint8Array, offset: number): Promise<void> {
    const { alignment } = this.#facts;
    // Devices take whole sectors; only for memory does the system's alignment count beyond that, and sectors do for it.
    if (alignment === 1 || isAligned(data, this.sectorSize)) return this.#writeAll(data, offset);
    for (let at = 0; at < data.byteLength; at += BOUNCE_BYTES) {
      const piece = data.subarray(at, at + BOUNCE_BYTES);
      const buffer = await this.#bounce.acquire();
      try {
        buffer.set(piece);
        await this.#writeAll(buffer.subarray(0, piece.byteLength), offset + at);
      } finally {
        this.#bounce.release(buffer);
      }
    }
  }

  /** Goes on after a short write, from the start of the sector it ended in. */
  async #writeAll(data: Uint8Array, offset: number): Promise<void> {
    const { fd, alignment } = this.#facts;
    const unit = alignment === 1 ? 1 : this.sectorSize;
    let done = 0;
    while (done < data.byteLength) {
      const put = await writeDescriptor(fd, data, done, offset + done);
      const whole = put - ((done + put) % unit);
      if (whole <= 0) throw wroteNothing(offset + done);
      done += whole;
    }
  }
}

/** A device that takes nothing more, and does not say why, has lost its medium or is broken; EIO asks which. */
function wroteNothing(position: number): NodeJS.ErrnoException {
  return Object.assign(new Error(`nothing was written at ${position}`), { code: 'EIO' });
}

function writeDescriptor(
  fd: number,
  data: Uint8Array,
  start: number,
  position: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    writeCallback(fd, data, start, data.byteLength - start, position, (error, bytes) => {
      if (error) reject(error);
      else resolve(bytes);
    });
  });
}

/**
 * `fsync` on every system: of a block device it is `fdatasync` and makes the card empty its own cache; libuv's asks for
 * F_FULLFSYNC first on macOS, and for plain fsync where a raw disk does not know that (ENOTTY; libuv, uv__fs_fsync).
 */
function synchronize(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsyncCallback(fd, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
