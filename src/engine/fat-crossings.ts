/** Where chains of clusters of a FAT run together or back into themselves: nobody can say whose content lies there. */

import { Bitmap } from './bitmap.ts';
import { throwIfInterrupted } from './errors.ts';
import type { FatGeometry } from './fat-geometry.ts';
import type { FatTable } from './fat-table.ts';

const CHECK_EVERY = 4096;

export interface FatCrossings {
  /** Some chain leads to this cluster: it is not the first of a file of its own. */
  isLedTo(cluster: number): boolean;
  /** More than one place of the table leads to this cluster. */
  isCrossing(cluster: number): boolean;
}

/**
 * Looks through the whole table once. Two files that claim the same first cluster are not told apart from one: the table
 * says nothing of them. Throws MalformedBytes when the table is cut off.
 */
export async function findCrossings(
  { clusters }: FatGeometry,
  table: FatTable,
  signal: AbortSignal | undefined,
): Promise<FatCrossings> {
  const ledTo = new Bitmap(clusters + 2);
  const crossings = new Bitmap(clusters + 2);
  for (let cluster = 2; cluster < clusters + 2; cluster++) {
    if (cluster % CHECK_EVERY === 0) throwIfInterrupted(signal);
    const next = table.entryKept(cluster) ?? (await table.entry(cluster));
    if (next < 2) continue;
    if (ledTo.has(next)) crossings.add(next);
    ledTo.add(next);
  }
  return {
    isLedTo: (cluster) => ledTo.has(cluster),
    isCrossing: (cluster) => crossings.has(cluster),
  };
}
