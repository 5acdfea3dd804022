/** What systems will show of a card that is being written, so that it is known again when nobody has proven it. */

import { type BlockDevice, readUpTo } from '../engine/block-device.ts';
import type { WeakIdentity } from '../engine/disk.ts';
import { PiKeepError } from '../engine/errors.ts';
import { macVolumeUuid } from '../engine/mac-volume-uuid.ts';
import { structureView } from '../engine/structure-view.ts';
import { readCardFacts } from '../platform/card-facts.ts';

const BOOT_SECTOR_BYTES = 512;

/**
 * As Linux and the slot show it, and as macOS does, which makes UUIDs of its own and shows no signature of an MBR. Empty where
 * the card cannot be read.
 */
export async function identitiesAfter(card: BlockDevice): Promise<WeakIdentity[]> {
  try {
    const { device } = structureView(card);
    const { tableId, partitions } = await readCardFacts(device);
    const common = { bytes: card.size, mediaName: null, diskUuid: null };
    const plain = partitions.map(({ bytes, kind, uuid }) => ({ bytes, kind, uuid }));
    const onMac: WeakIdentity['partitions'][number][] = [];
    for (const { bytes, kind, offset } of partitions) {
      const boot = await readUpTo(device, offset ?? 0, BOOT_SECTOR_BYTES);
      onMac.push({ bytes, kind, uuid: macVolumeUuid(boot) });
    }
    return [
      { ...common, tableId, partitions: plain },
      { ...common, tableId: null, partitions: onMac },
    ];
  } catch (error) {
    if (error instanceof PiKeepError) return [];
    throw error;
  }
}
