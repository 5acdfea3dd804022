/** What is on a card, in a few words, for the question whether it may be overwritten. */

import type { BlockDevice } from '../engine/block-device.ts';
import { countPictures, type Pictures, seemsEmpty } from '../engine/camera-card.ts';
import type { Card, CardPartition } from '../engine/card.ts';
import type { Disk } from '../engine/disk.ts';
import { formatBytes } from '../engine/format.ts';
import { glance } from '../engine/pi-card.ts';
import { windowOf } from '../engine/window.ts';

/** Partitions that are named; the others are counted. */
const MAX_NAMED = 4;
/** What systems make by themselves on a card that holds nothing. */
const ownFolders = /^(?:System Volume Information|\$RECYCLE\.BIN|LOST\.DIR|\.[^/]*)$/i;
const whole = new Intl.NumberFormat('en');

/** "octopi, Raspberry Pi OS 12 (bookworm)", "camera card, 214 photos", "empty", else its partitions. Device errors pass through. */
export async function contentOf(device: BlockDevice, card: Card): Promise<string> {
  if (card.unfinished) return unfinishedWords(card.unfinished.image);
  if (card.hostname !== null || card.pi === 'yes') {
    return card.os === null ? card.title : `${card.title}, ${card.os}`;
  }
  for (const part of card.partitions) {
    if (!part.fat) continue;
    const pictures = await countPictures(windowOf(device, part.offset, part.bytes));
    if (pictures && pictures.photos + pictures.videos > 0) return pictureWords(pictures);
  }
  const [only, second] = card.partitions;
  if (only && !second && (await isEmptyFat(only))) return `empty (${partitionWords(only)})`;
  const hasNothing = card.partitions.every(({ fileSystem, index }) => index === 0 && !fileSystem);
  if (hasNothing) return (await seemsEmpty(device)) ? 'empty' : 'nothing that PiKeep knows';
  return listWords(card.partitions.map(partitionWords));
}

/** From what the system shows without rights. */
export function contentAtAGlance(disk: Disk): string {
  if (disk.unfinished !== undefined) return unfinishedWords(disk.unfinished);
  const parts = disk.partitions.filter(({ kind }) => kind !== 'extended');
  const words = listWords(
    parts.map(({ kind, typeName, label, bytes }) =>
      named(kind === 'other' ? typeName : kind.replaceAll('-', ' '), label, bytes),
    ),
  );
  const { pi, title } = glance(disk);
  if (parts.length === 0) {
    return disk.scheme === 'none' ? 'no partitions' : 'not known before it is opened';
  }
  return pi === 'no' ? words : `${title} (${words})`;
}

function unfinishedWords(image: string): string {
  return `neither old nor new content: a restore of “${image}” did not finish`;
}

function pictureWords({ photos, videos, isMore }: Pictures): string {
  const parts = [amount(photos, 'photo'), amount(videos, 'video')].filter((part) => part !== null);
  return `camera card, ${isMore ? 'more than ' : ''}${parts.join(' and ')}`;
}

function amount(count: number, what: string): string | null {
  if (count === 0) return null;
  return `${whole.format(count)} ${what}${count === 1 ? '' : 's'}`;
}

async function isEmptyFat({ fat }: CardPartition): Promise<boolean> {
  return fat !== null && (await fat.rootNames()).every((name) => ownFolders.test(name));
}

function partitionWords({ fileSystem, typeName, label, bytes }: CardPartition): string {
  return named(fileSystem ?? `unknown content (${typeName})`, label, bytes);
}

function named(what: string, label: string | null, bytes: number): string {
  return label === null
    ? `${what}, ${formatBytes(bytes)}`
    : `${what} “${label}”, ${formatBytes(bytes)}`;
}

function listWords(parts: readonly string[]): string {
  const more = parts.length - MAX_NAMED;
  const named = parts.slice(0, MAX_NAMED).join('; ');
  return more > 0 ? `${named}; and ${more} more` : named;
}
