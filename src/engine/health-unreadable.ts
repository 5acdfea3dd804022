/** Ranges of a card that could not be read when it was copied: which files lie on them, and whether the Pi needs those. */

import { english, inEnglish } from '../language/english.ts';
import type { BlockDevice } from './block-device.ts';
import type { Card } from './card.ts';
import type { Range } from './chunks.ts';
import { intersect, toExtents } from './extents.ts';
import { formatBytes } from './format.ts';
import { checkOf, type Finding, type HealthCheck } from './health.ts';
import { isNeeded } from './health-boot.ts';
import { nameDifferences } from './owner-of-block.ts';
import { shownText } from './volume-spec.ts';

export interface UnreadableRange extends Range {
  readonly files: readonly string[];
}

/** Ranges whose names are looked up. */
const MAX_RANGES = 1000;
/** Names kept for a range, and told in the sentence. */
const MAX_NAMES = 50;
const TOLD = 3;

/** `boot`: the number of the partition a Pi starts from. The given names, of the manifest, come first. */
export async function nameUnreadable(
  image: BlockDevice,
  layout: Card,
  given: readonly UnreadableRange[],
  signal?: AbortSignal,
): Promise<UnreadableRange[]> {
  const ranges = toExtents(given.slice(0, MAX_RANGES)).filter(
    ({ offset, bytes }) => offset + bytes <= image.size,
  );
  const card = filledDevice(image, ranges);
  const { differences } = await nameDifferences({ image, card, layout, ranges, signal });
  return given.map((range) => {
    const own = differences.filter((one) => intersect([range], [one]).length > 0);
    const names = own.map(({ partition, what }) =>
      partition === null ? what : english`partition ${partition}: ${what}`,
    );
    const files = [...new Set([...range.files, ...names])].slice(0, MAX_NAMES);
    return { offset: range.offset, bytes: range.bytes, files };
  });
}

/** The check, in words; null when everything could be read. */
export function checkUnreadable(
  ranges: readonly UnreadableRange[],
  boot: number | null,
): HealthCheck | null {
  if (ranges.length === 0) return null;
  const bytes = toExtents(ranges).reduce((sum, range) => sum + range.bytes, 0);
  const names = [...new Set(ranges.flatMap(({ files }) => files))];
  const needed = names.map((name) => neededWhat(name, boot)).filter((what) => what !== null);
  const told = names.slice(0, TOLD).map((name) => shownText(name, 100));
  if (names.length > TOLD) told.push(english`${names.length - TOLD} more`);
  const start = unreadableWords(
    ranges.length,
    inEnglish(() => formatBytes(bytes)),
    told.join('; '),
  );
  const [first] = needed;
  const finding: Finding =
    first === undefined
      ? {
          state: 'remark',
          detail: english`${start}; nothing that the Pi needs to start lies there.`,
          next: english`Copy the card again with another reader, or take those files from an older backup.`,
        }
      : {
          state: 'fail',
          detail: english`${start}; ${first}, so the Pi may not start.`,
          next: english`Copy the card again with another reader; to start the Pi, restore an older backup.`,
        };
  return checkOf('unreadable ranges', '', [finding]);
}

function unreadableWords(count: number, size: string, on: string): string {
  if (on === '') {
    return count === 1
      ? english`One range of the card (${size}) could not be read`
      : english`${count} ranges of the card (${size}) could not be read`;
  }
  return count === 1
    ? english`One range of the card (${size}) could not be read on ${on}`
    : english`${count} ranges of the card (${size}) could not be read on ${on}`;
}

/** What of the start is hit; null for everything that the Pi starts without. */
function neededWhat(name: string, boot: number | null): string | null {
  if (name === 'partition table') return english`the partition table is damaged`;
  const [, partition, what = name] = /^partition (\d+): (.*)$/s.exec(name) ?? [];
  const isBoot = partition === undefined || Number(partition) === boot;
  const file = what.replace(/^\//, '').replace(/ \(its folder entry\)$/, '');
  if (isBoot && /^(kernel[^/]*\.img|vmlinuz[^/]*)$/i.test(file)) {
    return english`the kernel (${shownText(file, 60)}) is damaged`;
  }
  if (
    isBoot &&
    (isNeeded(file) || /^(config\.txt|cmdline\.txt|initramfs[^/]*|initrd[^/]*)$/i.test(file))
  ) {
    return english`${shownText(file, 60)}, from which the Pi starts, is damaged`;
  }
  if (partition !== undefined && structures.test(what)) {
    return english`the file system of partition ${partition} (${shownText(what, 60)}) is damaged`;
  }
  const system = /^\/(usr\/)?(s?bin|lib(32|64)?)\/|^\/etc\/(fstab|passwd|systemd\/)|^\/ \(folder\)/;
  return system.test(what) ? english`the system (${shownText(what, 80)}) is damaged` : null;
}

/** As `owner-of-block` calls what a whole file system hangs on; its copies are not among them. */
const structures =
  /^(boot sector|FAT|superblock|group descriptors|journal|inode table|block bitmap|inode bitmap|the file system)$/;

/**
 * The image with other bytes in the ranges, so that `nameDifferences` has something to tell of. 0xE5 begins a deleted
 * entry of a FAT folder, and is no inode of any kind.
 */
function filledDevice(image: BlockDevice, ranges: readonly Range[]): BlockDevice {
  return {
    path: image.path,
    size: image.size,
    sectorSize: image.sectorSize,
    async read(into, offset) {
      await image.read(into, offset);
      for (const hit of intersect([{ offset, bytes: into.length }], ranges)) {
        into.fill(0xe5, hit.offset - offset, hit.offset - offset + hit.bytes);
      }
    },
    close: () => Promise.resolve(),
  };
}
