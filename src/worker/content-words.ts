/** What is on a card, in a few words, for the question whether it may be overwritten. */

import type { BlockDevice } from '../engine/block-device.ts';
import { countPictures, type Pictures, seemsEmpty } from '../engine/camera-card.ts';
import type { Card, CardPartition } from '../engine/card.ts';
import type { Disk } from '../engine/disk.ts';
import { formatBytes } from '../engine/format.ts';
import { glance } from '../engine/pi-card.ts';
import { windowOf } from '../engine/window.ts';
import { formatList } from '../language/format.ts';
import { say, sayCount } from '../language/say.ts';

/** Partitions that are named; the others are counted. */
const MAX_NAMED = 4;
/** What systems make by themselves on a card that holds nothing. */
const ownFolders = /^(?:System Volume Information|\$RECYCLE\.BIN|LOST\.DIR|\.[^/]*)$/i;
/** Said when it is shown or written down, in the language of that moment. */
export type ContentWords = () => string;

/** "octopi, Raspberry Pi OS 12 (bookworm)", "camera card, 214 photos", "empty", else its partitions. Device errors pass through. */
export async function contentOf(device: BlockDevice, card: Card): Promise<ContentWords> {
  const { unfinished, title, os, partitions } = card;
  if (unfinished) return () => unfinishedWords(unfinished.image);
  if (card.hostname !== null || card.pi === 'yes') {
    return () => (os === null ? title : say`${title}, ${os}`);
  }
  for (const part of partitions) {
    if (!part.fat) continue;
    const pictures = await countPictures(windowOf(device, part.offset, part.bytes));
    if (pictures && pictures.photos + pictures.videos > 0) return () => pictureWords(pictures);
  }
  const [only, second] = partitions;
  if (only && !second && (await isEmptyFat(only)))
    return () => say`empty (${partitionWords(only)})`;
  const hasNothing = partitions.every(({ fileSystem, index }) => index === 0 && !fileSystem);
  if (!hasNothing) return () => listWords(partitions.map(partitionWords));
  const isEmpty = await seemsEmpty(device);
  return () => (isEmpty ? say`empty` : say`nothing that PiKeep knows`);
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
    return disk.scheme === 'none' ? say`no partitions` : say`not known before it is opened`;
  }
  return pi === 'no' ? words : say`${title} (${words})`;
}

function unfinishedWords(image: string): string {
  return say`neither old nor new content: a restore of “${image}” did not finish`;
}

function pictureWords({ photos, videos, isMore }: Pictures): string {
  const amounts = formatList([
    ...(photos === 0 ? [] : [sayCount(photos, '{n} photo', '{n} photos')]),
    ...(videos === 0 ? [] : [sayCount(videos, '{n} video', '{n} videos')]),
  ]);
  return isMore ? say`camera card, more than ${amounts}` : say`camera card, ${amounts}`;
}

async function isEmptyFat({ fat }: CardPartition): Promise<boolean> {
  return fat !== null && (await fat.rootNames()).every((name) => ownFolders.test(name));
}

function partitionWords({ fileSystem, typeName, label, bytes }: CardPartition): string {
  return named(fileSystem ?? say`unknown content (${typeName})`, label, bytes);
}

function named(what: string, label: string | null, bytes: number): string {
  return label === null
    ? say`${what}, ${formatBytes(bytes)}`
    : say`${what} “${label}”, ${formatBytes(bytes)}`;
}

function listWords(parts: readonly string[]): string {
  const more = parts.length - MAX_NAMED;
  const named = parts
    .slice(0, MAX_NAMED)
    .reduce((some, next) => (some === '' ? next : say`${some}; ${next}`), '');
  return more > 0 ? sayCount(more, '{0}; and {n} more', '{0}; and {n} more', named) : named;
}
