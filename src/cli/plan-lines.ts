/** What a backup will read, in words. */

import { formatBytes, formatPortion } from '../engine/format.ts';
import type { Plan } from '../worker/progress.ts';

/** One line, and one more for every partition that cannot be read in part. */
export function planLines({ bytes, readBytes, wholeCard, partitions }: Plan): string[] {
  if (wholeCard) return [`Reading the whole card, as asked: ${formatBytes(bytes)}`];
  const what =
    readBytes === bytes
      ? `Reading all ${formatBytes(bytes)}`
      : `Reading ${formatPortion(readBytes, bytes)} (used blocks); ${formatBytes(bytes - readBytes)} proven free`;
  const whole = partitions.flatMap(({ index, reason }) =>
    reason === null ? [] : [`Partition ${index} is copied whole: ${reason}`],
  );
  return [what, ...whole];
}
