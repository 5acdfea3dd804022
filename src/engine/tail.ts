/**
 * The space after the last partition: left out of a map unless something known lies in it (the one exception to "unknown
 * is used", named in the manifest).
 */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader } from './bytes.ts';
import type { Range } from './chunks.ts';
import { PROBE_BYTES, signaturesIn } from './file-system.ts';

/** How much is searched at either end of the tail; partitions have started on whole MiB for many years. */
const SEARCH_BYTES = 1024 * 1024;
const STEP_BYTES = 512;

/** What was found at either end of the range, or null: the tail may be left out. */
export async function signatureInTail(device: BlockDevice, tail: Range): Promise<string | null> {
  const end = tail.offset + tail.bytes;
  const places = [tail.offset, Math.max(tail.offset, end - SEARCH_BYTES)];
  for (const place of places) {
    const bytes = await readUpTo(device, place, Math.min(SEARCH_BYTES + PROBE_BYTES, end - place));
    for (let at = 0; at <= SEARCH_BYTES && at < bytes.length; at += STEP_BYTES) {
      const [found] = signaturesIn(new ByteReader(bytes.subarray(at, at + PROBE_BYTES)));
      if (found) return `${found} ${place + at - tail.offset} bytes into it`;
    }
  }
  return null;
}
