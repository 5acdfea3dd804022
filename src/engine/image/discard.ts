/** Large results that are looked at once: given back at once, not when the garbage collector gets to them. */

/** Below this Node cuts buffers out of a common pool. */
const MIN_BYTES = 256 * 1024;

/** Frees memory that nobody else uses; `data` is empty afterwards. Without it hundreds of MiB can wait to be collected. */
export function discard(data: Uint8Array): void {
  const { buffer } = data;
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= MIN_BYTES) buffer.transfer(0);
}
