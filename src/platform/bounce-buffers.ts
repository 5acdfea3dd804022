/** Aligned memory for requests whose own memory the system would not take. */

import { allocateAligned } from '../engine/aligned-memory.ts';

const BUFFERS = 4;
/** Bytes in each buffer: a multiple of every alignment in use. */
export const BOUNCE_BYTES = 256 * 1024;

/** A few aligned buffers in one slab, made when first needed; whoever wants one waits until one is free. */
export class BounceBuffers {
  #free: Uint8Array[] | null = null;
  readonly #waiting: ((buffer: Uint8Array) => void)[] = [];

  acquire(): Promise<Uint8Array> {
    this.#free ??= slices();
    const buffer = this.#free.pop();
    if (buffer) return Promise.resolve(buffer);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  release(buffer: Uint8Array): void {
    const next = this.#waiting.shift();
    if (next) next(buffer);
    else this.#free?.push(buffer);
  }
}

function slices(): Uint8Array[] {
  const slab = allocateAligned(BUFFERS * BOUNCE_BYTES);
  return Array.from({ length: BUFFERS }, (_, index) =>
    slab.subarray(index * BOUNCE_BYTES, (index + 1) * BOUNCE_BYTES),
  );
}
