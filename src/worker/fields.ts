/** Fields that several messages between a worker and its owner share. */

import * as v from 'valibot';
import { partitionKinds } from '../engine/disk.ts';

export const text = v.pipe(v.string(), v.maxLength(4096));
export const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const weakIdentitySchema = v.object({
  bytes,
  mediaName: v.nullable(text),
  diskUuid: v.nullable(text),
  tableId: v.nullable(text),
  partitions: v.pipe(
    v.array(v.object({ bytes, kind: v.picklist(partitionKinds), uuid: v.nullable(text) })),
    v.maxLength(256),
  ),
});

/** What becomes of a partition in a backup; see `engine/used-map.ts`. */
export const partitionUse = {
  usedBytes: v.nullable(bytes),
  strategy: v.picklist(['used', 'whole']),
  reason: v.nullable(text),
  journal: v.nullable(text),
};
