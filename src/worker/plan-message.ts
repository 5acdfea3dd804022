/** The plan of a backup as its owner hears of it: what will be read, and the card as a picture. */

import type { BlockDevice } from '../engine/block-device.ts';
import type { Card } from '../engine/card.ts';
import { pictureOf } from '../engine/card-picture.ts';
import type { UsedMap } from '../engine/used-map.ts';
import { useOf } from './build-manifest.ts';
import { MAX_PLAN_PARTITIONS, type Plan } from './progress.ts';

/** `asked`: the whole card was asked for. Partitions past the limit of the protocol are left out here, not in the backup. */
export function planMessage(device: BlockDevice, card: Card, plan: UsedMap, asked: boolean): Plan {
  return {
    bytes: device.size,
    readBytes: plan.bytes,
    wholeCard: asked,
    partitions: card.partitions
      .slice(0, MAX_PLAN_PARTITIONS)
      .map(({ index, offset, bytes, label, fileSystem }) => ({
        index,
        offset,
        bytes,
        label,
        fileSystem,
        ...useOf(plan, index),
      })),
    cells: pictureOf(plan.ranges, device.size),
  };
}
