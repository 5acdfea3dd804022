/** What a backup will read of its card, and what that was decided by. */

import { type CardAreas, fatAreas, readCardAreas } from '../engine/card-areas.ts';
import { mapWithFingerprint, planSha256 } from '../engine/card-fingerprint.ts';
import { type UsedMap, wholeCard } from '../engine/used-map.ts';
import type { OpenedCard } from './open-card.ts';

export interface PlannedCopy {
  readonly plan: UsedMap;
  /** What the file systems say, also where the whole card is copied. */
  readonly used: UsedMap;
  /** Of all that `used` was made from, outside of FAT file systems. */
  readonly fingerprint: string;
  /** Of `plan`, outside of FAT file systems. */
  readonly sha256: string;
}

/** What is used, or everything when asked to. The card's own notes are kept either way. */
export async function planCopy(
  { device, card, holes }: OpenedCard,
  wantsWhole: boolean,
): Promise<PlannedCopy> {
  const fat = fatAreas(device, card);
  const { map: used, fingerprint } = await mapWithFingerprint(device, card, holes, fat);
  const plan = wantsWhole ? wholeCard(used, device.size) : used;
  return { plan, used, fingerprint, sha256: planSha256(plan.ranges, fat, device.size) };
}

export function areasOf({ device, card }: OpenedCard, { used }: PlannedCopy): Promise<CardAreas> {
  return readCardAreas(device, card, used.partitions);
}
