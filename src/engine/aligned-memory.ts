/**
 * Memory that the kernel accepts for reads and writes past its cache. O_DIRECT (Linux) wants buffers aligned to the
 * logical block, macOS wants 16 KiB; Node's own buffers are aligned to neither, a WebAssembly memory starts on a
 * 64 KiB page.
 */

/** The one piece of the WebAssembly API in use; TypeScript declares it only in its browser library. */
declare const WebAssembly: {
  Memory: new (pages: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
};

/** Bytes in a WebAssembly page, and so the alignment of every slab. */
export const SLAB_ALIGNMENT = 65536;

const slabs = new WeakSet<ArrayBufferLike>();

/** One region of `bytes` bytes (rounded up to 64 KiB inside, cut to the asked length), zero-filled and never moved. */
export function allocateAligned(bytes: number): Uint8Array<ArrayBuffer> {
  const pages = Math.max(1, Math.ceil(bytes / SLAB_ALIGNMENT));
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  slabs.add(memory.buffer);
  return new Uint8Array(memory.buffer, 0, bytes);
}

/** True when `memory` is (a part of) a slab of `allocateAligned` that starts on a multiple of `alignment` bytes. */
export function isAligned(memory: Uint8Array, alignment: number): boolean {
  return memory.byteOffset % alignment === 0 && slabs.has(memory.buffer);
}

/**
 * A fixed number of equal aligned buffers. Its size is the upper bound on what a copy can hold in memory (invariant 10):
 * whoever wants a buffer waits until one is free.
 */
export class BufferPool {
  readonly bufferBytes: number;
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  readonly #waiting: ((buffer: Uint8Array<ArrayBuffer>) => void)[] = [];

  constructor(count: number, bufferBytes: number) {
    this.bufferBytes = bufferBytes;
    for (let index = 0; index < count; index++) this.#free.push(allocateAligned(bufferBytes));
  }

  /** Resolves with a buffer as soon as one is free, in the order of asking. */
  acquire(): Promise<Uint8Array<ArrayBuffer>> {
    const buffer = this.#free.pop();
    if (buffer) return Promise.resolve(buffer);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives a buffer back; its content is then anybody's. */
  release(buffer: Uint8Array<ArrayBuffer>): void {
    const next = this.#waiting.shift();
    if (next) next(buffer);
    else this.#free.push(buffer);
  }
}
