/** The reading itself: any offset and length, over a descriptor that may only take aligned requests. */

import { close as closeCallback, read as readCallback } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isAligned } from '../engine/aligned-memory.ts';
import type { BlockDevice } from '../engine/block-device.ts';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { InFlight } from '../engine/in-flight.ts';
import { BOUNCE_BYTES, BounceBuffers } from './bounce-buffers.ts';
import { readError } from './device-errors.ts';

/** What may pass (macOS, seen by others who retry it from 100 ms on), and how long to wait each time. */
const PASSING = new Set(['ENXIO', 'EBUSY']);
const PASSING_PAUSES = [100, 200, 400];

/** Milliseconds for which a device that was found to be there is believed to be. */
const SEEN_FOR_MS = 10_000;

const closeDescriptor = promisify(closeCallback);

export interface DescriptorFacts {
  readonly fd: number;
  readonly path: string;
  readonly size: number;
  readonly sectorSize: number;
  /** Bytes that positions, lengths and memory must be multiples of; 1 where anything goes. */
  readonly alignment: number;
  /** True for devices: a request may not reach past `size`. Files are asked for whole blocks and end by themselves. */
  readonly endsAtSize: boolean;
  /** Asked where the errno of a read leaves it open; with `once` without patience. */
  readonly isGone: (once: boolean) => Promise<boolean>;
}

export class DescriptorDevice implements BlockDevice {
  readonly path: string;
  readonly size: number;
  readonly sectorSize: number;
  readonly #facts: DescriptorFacts;
  readonly #inFlight = new InFlight();
  readonly #bounce = new BounceBuffers();
  /** When the device was last found to be there by somebody with patience. */
  #seenAt = Number.NEGATIVE_INFINITY;
  #closed: Promise<void> | null = null;

  constructor(facts: DescriptorFacts) {
    this.path = facts.path;
    this.size = facts.size;
    this.sectorSize = facts.sectorSize;
    this.#facts = facts;
  }

  async read(into: Uint8Array, offset: number): Promise<void> {
    const length = into.byteLength;
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > this.size) {
      throw new RangeError(
        `${this.path}: ${length} bytes at ${offset} do not lie within ${this.size}`,
      );
    }
    if (this.#closed !== null)
      throw new PiKeepError('INTERNAL', { detail: `read after close: ${this.path}` });
    if (length === 0) return;
    try {
      await this.#inFlight.track(this.#readPatiently(into, offset));
    } catch (error) {
      const { path } = this;
      const isGone = () => this.#isGone();
      throw await readError(error, { path, offset, bytes: length, isGone });
    }
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      await this.#inFlight.settle();
      await closeDescriptor(this.#facts.fd);
    })();
    return this.#closed;
  }

  /** A dying card fails thousands of times: the patience to see one leave is not had for each. */
  async #isGone(): Promise<boolean> {
    const isFresh = performance.now() - this.#seenAt < SEEN_FOR_MS;
    if (await this.#facts.isGone(isFresh)) return true;
    if (!isFresh) this.#seenAt = performance.now();
    return false;
  }

  /** Some readers on macOS answer ENXIO or EBUSY once, and read a moment later. */
  async #readPatiently(into: Uint8Array, offset: number): Promise<void> {
    for (const ms of PASSING_PAUSES) {
      try {
        await this.#read(into, offset);
        return;
      } catch (error) {
        if (!PASSING.has(errnoOf(error) ?? '') || this.#closed !== null) throw error;
        if (await this.#isGone()) throw error;
      }
      await delay(ms);
    }
    await this.#read(into, offset);
  }

  async #read(into: Uint8Array, offset: number): Promise<void> {
    const straight = this.#straightBytes(into, offset);
    let done = straight > 0 ? await this.#fill(into.subarray(0, straight), offset, straight) : 0;
    while (done < into.byteLength)
      done += await this.#throughBounce(into.subarray(done), offset + done);
  }

  /** How much of a request the system takes as it is: all of it, the whole blocks at its start, or nothing. */
  #straightBytes(into: Uint8Array, offset: number): number {
    const { alignment, endsAtSize } = this.#facts;
    const length = into.byteLength;
    if (alignment === 1) return length;
    if (offset % alignment !== 0 || !isAligned(into, alignment)) return 0;
    // A device may end in the middle of a block, but never of a sector.
    return endsAtSize && offset + length === this.size ? length : length - (length % alignment);
  }

  /** Reads the aligned surroundings of what is asked for, as much as one buffer holds. Returns how much of `into` it filled. */
  async #throughBounce(into: Uint8Array, offset: number): Promise<number> {
    const { alignment, endsAtSize } = this.#facts;
    const start = offset - (offset % alignment);
    const wanted = Math.min(offset + into.byteLength - start, BOUNCE_BYTES);
    const rounded = Math.ceil(wanted / alignment) * alignment;
    const asked = endsAtSize ? Math.min(rounded, this.size - start) : rounded;
    const buffer = await this.#bounce.acquire();
    try {
      const got = await this.#fill(buffer.subarray(0, asked), start, wanted);
      const usable = Math.min(got, wanted) - (offset - start);
      if (usable <= 0) throw endOfDevice(offset);
      into.set(buffer.subarray(offset - start, offset - start + usable));
      return usable;
    } catch (error) {
      if (!this.#isWholeSectors(into, offset) || asked === into.byteLength) throw error;
      // What cannot be read may be a sector beside those that are asked for.
      const own = buffer.subarray(0, into.byteLength);
      await this.#fill(own, offset, own.byteLength);
      into.set(own);
      return own.byteLength;
    } finally {
      this.#bounce.release(buffer);
    }
  }

  /** A device takes requests of whole sectors, too; only their memory has to be aligned as the system likes it. */
  #isWholeSectors(into: Uint8Array, offset: number): boolean {
    const { sectorSize } = this;
    const isWhole = offset % sectorSize === 0 && into.byteLength % sectorSize === 0;
    return this.#facts.endsAtSize && isWhole && into.byteLength <= BOUNCE_BYTES;
  }

  /**
   * Reads until at least `enough` bytes are there, continuing short reads as long as they end on the alignment. Returns
   * what it has; less than `enough` only when a short read left a crooked rest for the bounce buffer.
   */
  async #fill(buffer: Uint8Array, position: number, enough: number): Promise<number> {
    const { fd, alignment } = this.#facts;
    let done = 0;
    while (done < enough) {
      const got = await readDescriptor(fd, buffer, done, buffer.byteLength - done, position + done);
      if (got === 0) throw endOfDevice(position + done);
      done += got;
      if (done % alignment !== 0) break;
    }
    return done;
  }
}

/** A read that ends before the size is a device that lost its medium, or a file that was cut; EIO asks which. */
function endOfDevice(position: number): NodeJS.ErrnoException {
  return Object.assign(new Error(`end of device at ${position}`), { code: 'EIO' });
}

function readDescriptor(
  fd: number,
  buffer: Uint8Array,
  start: number,
  length: number,
  position: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    readCallback(fd, buffer, start, length, position, (error, bytes) => {
      if (error) reject(error);
      else resolve(bytes);
    });
  });
}
