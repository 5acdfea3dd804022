/** What is odd about a backup, seen from its files and its times. */

import * as path from 'node:path';
import { formatBytes } from '../engine/format.ts';
import { say } from '../language/say.ts';
import type { Pair } from './pair-files.ts';

/**
 * size: the image is not as long as it was made. future: made at a time that is still to come. file-older: the file was last
 * written before the card was read. file-newer: written after the backup had ended, or copied. renamed, apart: found by its content,
 * or away from its manifest. copy: of another backup in the library.
 */
export const oddityCodes = [
  'size',
  'future',
  'file-older',
  'file-newer',
  'renamed',
  'apart',
  'copy',
] as const;

export interface Oddity {
  readonly code: (typeof oddityCodes)[number];
  /** A sentence without its beginning and end: "its image was renamed by hand". */
  readonly text: string;
}

const MINUTE_MS = 60_000;
/** Clocks and time zones of file systems (FAT keeps local time) differ by hours; by days they do not. */
const DAY_MS = 24 * 3600_000;

/** Made at a time that has not come: a clock was wrong then, or is now. `at` is ISO 8601. */
export function isInFuture(at: string, now: Date): boolean {
  return Date.parse(at) > now.getTime() + 10 * MINUTE_MS;
}

export function odditiesOf({ file, facts, image, by }: Pair, now: Date): Oddity[] {
  const odd: Oddity[] = [];
  const { size, mtimeMs } = image.stamp;
  if (size !== facts.imageBytes) {
    const wanted = formatBytes(facts.imageBytes);
    const found = formatBytes(size);
    const text =
      wanted === found
        ? say`its image has ${size} bytes and not ${facts.imageBytes}`
        : say`its image has ${found} and not ${wanted}`;
    odd.push({ code: 'size', text });
  }
  if (isInFuture(facts.at, now)) odd.push({ code: 'future', text: say`its time is still to come` });
  else if (mtimeMs < Date.parse(facts.at) - DAY_MS) {
    odd.push({
      code: 'file-older',
      text: say`its file is older than its time: a clock was wrong, then or when it was copied`,
    });
  } else if (mtimeMs > Date.parse(facts.finishedAt) + DAY_MS) {
    odd.push({
      code: 'file-newer',
      text: say`its file was written after it was done: copied, changed, or a clock was set back`,
    });
  }
  if (by === 'content') {
    odd.push({
      code: 'renamed',
      text: say`its image was called ${facts.imageName} when it was made`,
    });
  }
  if (path.dirname(file.path) !== path.dirname(image.path)) {
    odd.push({ code: 'apart', text: say`its manifest lies in ${path.dirname(file.path)}` });
  }
  return odd;
}
