/** Bytes of which no two neighbouring blocks are alike. */

import { allocateAligned } from '../../src/engine/aligned-memory.ts';

/** In memory that can go past the page cache, or in ordinary memory. */
export function pattern(bytes: number, aligned: boolean): Uint8Array {
  const data = aligned ? allocateAligned(bytes) : new Uint8Array(bytes);
  for (let at = 0; at < bytes; at++) data[at] = (at * 31 + (at >> 12)) & 0xff;
  return data;
}
