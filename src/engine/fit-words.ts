/** What people are told about an image and a card of another size. */

import { english, inEnglish } from '../language/english.ts';
import type { Layout, LayoutPartition, Occupant } from './fit-layout.ts';
import { formatBytes } from './format.ts';

const MIB = 1024 * 1024;
/** What a file system needs besides what it counts as used, so that resize2fs gets through: a share and a bit. */
const SLACK = 1.05;
const SLACK_BYTES = 4 * MIB;

/**
 * The command that makes the last partition end before `limit` (bytes), for a Linux computer with the card in a USB reader,
 * where it is /dev/sda: a running system cannot make its own root smaller. Null where none works: another thing is in the way
 * too, the partition is no ext file system, lies in an extended one, or holds too much.
 */
export function shrinkCommand(
  layout: Layout,
  inTheWay: readonly Occupant[],
  limit: number,
): string | null {
  const [first] = inTheWay;
  const part = first?.partition;
  if (!part?.fileSystem || inTheWay.some((other) => other.partition !== part)) return null;
  const { fileSystem } = part;
  if (!fileSystem.name.startsWith('ext') || fileSystem.usedBytes === null) return null;
  if (fileSystem.bytes > part.bytes) return null;
  if (layout.table.scheme === 'mbr' && part.index > 4) return null;
  const mebibytes = Math.floor((limit - part.offset) / MIB);
  if (mebibytes * MIB < fileSystem.usedBytes * SLACK + SLACK_BYTES) return null;
  const node = `/dev/sda${part.index}`;
  const cut = `echo ', ${mebibytes}M' | sudo sfdisk --no-reread -N ${part.index} /dev/sda`;
  if (fileSystem.bytes <= mebibytes * MIB) return cut;
  return `sudo e2fsck -f ${node} && sudo resize2fs ${node} ${mebibytes}M && ${cut}`;
}

/** What is in the way, for "… ends so many bytes after the end of the card". */
export function inTheWayWords(
  { what, partition }: Occupant,
  { hasTableBehind, isFull }: { hasTableBehind: boolean; isFull: boolean },
): string {
  const used = partition?.fileSystem?.usedBytes ?? null;
  if (isFull && used !== null) {
    const held = inEnglish(() => formatBytes(used));
    return hasTableBehind
      ? english`${what}, of which ${held} are in use, with the backup of the partition table behind it,`
      : english`${what}, of which ${held} are in use,`;
  }
  return hasTableBehind
    ? english`${what}, with the backup of the partition table behind it,`
    : what;
}

/** True when what a file system holds is what does not fit. */
export function isTooFull(part: LayoutPartition | null, limit: number): boolean {
  const used = part?.fileSystem?.usedBytes ?? null;
  // What is longer than its partition is damaged, and so may be its count.
  if (part?.fileSystem == null || used === null || part.fileSystem.bytes > part.bytes) return false;
  return used * SLACK + SLACK_BYTES > limit - part.offset;
}

export interface FitFacts {
  readonly imageBytes: number;
  readonly cardBytes: number;
  /** Bytes behind the last partition; 0 where there is nothing worth telling. */
  readonly spareBytes: number;
  readonly willGrow: boolean;
  readonly tableMoves: boolean;
}

/** One sentence on the fit, in English: see `english.ts`. */
export function fitSentence(facts: FitFacts): string {
  const { imageBytes, cardBytes, spareBytes, willGrow, tableMoves } = facts;
  const size = (bytes: number): string => inEnglish(() => formatBytes(bytes));
  if (cardBytes < imageBytes) {
    const less = size(imageBytes - cardBytes);
    return tableMoves
      ? english`The card is ${less} smaller than the backup, but everything on it fits, and the second copy of the partition table moves to its end.`
      : english`The card is ${less} smaller than the backup, but everything on it fits.`;
  }
  const rest = spareBytes === 0 ? null : restWords(size(spareBytes), willGrow);
  if (cardBytes === imageBytes) {
    return rest === null
      ? english`The card is exactly as large as the backup.`
      : english`The card is exactly as large as the backup; ${rest}.`;
  }
  const more = size(cardBytes - imageBytes);
  const clause = rest ?? english`the rest stays unused`;
  return tableMoves
    ? english`The card is ${more} larger than the backup, and the second copy of the partition table moves to its end; ${clause}.`
    : english`The card is ${more} larger than the backup; ${clause}.`;
}

function restWords(spare: string, willGrow: boolean): string {
  return willGrow
    ? english`the system takes the ${spare} behind it on its first start`
    : english`the ${spare} behind its last partition stay unused until it is grown`;
}
