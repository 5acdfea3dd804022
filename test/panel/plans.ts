/** Plans of cards as they are in the field, for the panel's pictures. */

import type { PlanView } from '../../src/contract/panel.ts';
import { pictureOf } from '../../src/engine/card-picture.ts';
import { type Range, totalBytes } from '../../src/engine/chunks.ts';
import { toExtents } from '../../src/engine/extents.ts';

const MIB = 1024 ** 2;

type Part = PlanView['partitions'][number];

export function plan(bytes: number, partitions: readonly Part[], ranges: Range[]): PlanView {
  const read = toExtents(ranges);
  return {
    bytes,
    readBytes: totalBytes(read),
    wholeCard: false,
    partitions: [...partitions],
    morePartitions: 0,
    cells: pictureOf(read, bytes),
  };
}

export function part(index: number, offset: number, bytes: number, more: Partial<Part>): Part {
  return {
    index,
    offset,
    bytes,
    label: null,
    fileSystem: null,
    usedBytes: null,
    strategy: 'used',
    reason: null,
    journal: null,
    ...more,
  };
}

/** Used as ext4 uses a partition: group structures every 2 GiB, the system at the beginning, files in clusters behind it. */
export function extRanges(offset: number, bytes: number): Range[] {
  const ranges: Range[] = [{ offset, bytes: 90 * MIB }];
  for (let at = 0; at < bytes; at += 2048 * MIB)
    ranges.push({ offset: offset + at, bytes: 9 * MIB });
  ranges.push({ offset: offset + 0.01 * bytes, bytes: 0.075 * bytes });
  // Where, how much, and the share of that which is in use; all as parts of one.
  for (const [start, length, share] of [
    [0.1, 0.06, 0.5],
    [0.19, 0.02, 0.9],
    [0.26, 0.05, 0.22],
    [0.41, 0.03, 0.75],
    [0.52, 0.01, 0.3],
    [0.7, 0.025, 0.6],
  ] as const) {
    for (let at = start; at < start + length; at += 0.001) {
      ranges.push({ offset: offset + at * bytes, bytes: 0.001 * bytes * share });
    }
  }
  return ranges.map((range) => ({
    offset: Math.floor(range.offset),
    bytes: Math.floor(range.bytes),
  }));
}

const bootOffset = 8 * MIB;
const bootBytes = 512 * MIB;
const rootOffset = bootOffset + bootBytes;

/** Raspberry Pi OS on a card of 31.9 GB, as after a year of use. */
export const piOs = (bytes: number, journal = 'clean'): PlanView => {
  const rootBytes = bytes - rootOffset;
  const boot = { offset: bootOffset, bytes: 81 * MIB };
  const root = extRanges(rootOffset, rootBytes);
  const used = totalBytes(toExtents(root));
  return plan(
    bytes,
    [
      part(1, bootOffset, bootBytes, {
        label: 'bootfs',
        fileSystem: 'fat32',
        usedBytes: 79 * MIB,
      }),
      part(2, rootOffset, rootBytes, {
        label: 'rootfs',
        fileSystem: 'ext',
        usedBytes: used,
        journal,
      }),
    ],
    [{ offset: 0, bytes: bootOffset }, boot, ...root],
  );
};

/** Three systems on one card, one of which PiKeep does not read, and an unpartitioned rest. */
export const manySystems = (bytes: number): PlanView => {
  const at = (share: number): number => Math.floor((bytes * share) / MIB) * MIB;
  const parts = [
    part(1, at(0) + 8 * MIB, at(0.08), {
      label: 'RECOVERY',
      fileSystem: 'fat32',
      usedBytes: at(0.05),
    }),
    part(5, at(0.09), 32 * MIB, { label: 'SETTINGS', fileSystem: 'ext', usedBytes: 2 * MIB }),
    part(6, at(0.1), at(0.3), {
      label: 'a label as long as ext4 labels',
      fileSystem: 'ext',
      usedBytes: at(0.11),
      journal: 'replayed',
    }),
    part(7, at(0.4), at(0.25), {
      fileSystem: 'btrfs',
      strategy: 'whole',
      reason: 'PiKeep does not read btrfs',
    }),
    part(8, at(0.65), at(0.1), {
      strategy: 'whole',
      reason: 'it carries the marks of xfs and swap',
    }),
  ];
  const ranges = parts.flatMap(({ offset, bytes: size, strategy, usedBytes }) =>
    strategy === 'whole' ? [{ offset, bytes: size }] : [{ offset, bytes: usedBytes ?? size }],
  );
  return plan(bytes, parts, ranges);
};
