/** Replies of `diskutil`, made from recordings: the Mac itself as recorded, a card by the record nearest to it. */

import { build, type PlistValue, parse } from 'plist';
import { recording } from './recordings.ts';
import type { StandInCard, StandInState } from './state.ts';

type Dict = { [key: string]: PlistValue };

/** As recorded for a FAT volume; macOS derives it from the volume's serial number. */
const VOLUME_UUID = '38F4AF4D-37EF-33DD-AA53-0FFA97FCC8C3';

/** `list -plist`: the recorded Intel Mac without its stick, and the cards. */
export function listReply({ cards }: StandInState): string {
  const recorded = dict(parse(recording('list-all-apfs-internal-plus-usb-superfloppy.plist')));
  const own = dicts(recorded['AllDisksAndPartitions']).filter(
    (entry) => entry['DeviceIdentifier'] !== 'disk2',
  );
  const entries = [...own, ...cards.map(listEntry)];
  return build({
    ...recorded,
    AllDisks: [],
    AllDisksAndPartitions: entries,
    VolumesFromDisks: [],
    WholeDisks: entries.map((entry) => entry['DeviceIdentifier'] ?? ''),
  });
}

/** `info -plist TARGET`; null when there is no such disk. */
export function infoReply({ cards }: StandInState, target: string): string | null {
  const id = target.replace(/^\/dev\/r?/, '');
  switch (id) {
    case 'disk0':
      return recording('info-disk0-internal-nvme-pcie.plist');
    case 'disk1':
      return recording('info-disk1-apfs-container-virtual.plist');
    case '/':
    case 'disk1s5s1':
      return apfsVolume('disk1s5s1', '/');
    case 'disk1s1':
      return apfsVolume('disk1s1', '/System/Volumes/Data');
  }
  const card = cards.find((candidate) => candidate.id === id);
  if (card) return build(cardInfo(card));
  const holder = cards.find((candidate) => `${candidate.id}s1` === id);
  return holder ? build(partitionInfo(holder)) : null;
}

export function noSuchDisk(target: string): string {
  return recording('info-error-no-such-disk.plist').replace('diskZZ', target);
}

/** The recorded root volume of another Mac, with this one's names. */
function apfsVolume(id: string, mountPoint: string): string {
  const recorded = dict(parse(recording('info-disk3s3s1-root-snapshot-apfs-tahoe.plist')));
  return build({
    ...recorded,
    APFSContainerReference: 'disk1',
    APFSPhysicalStores: [{ APFSPhysicalStore: 'disk0s2' }],
    DeviceIdentifier: id,
    DeviceNode: `/dev/${id}`,
    MountPoint: mountPoint,
    ParentWholeDisk: 'disk1',
  });
}

function listEntry(card: StandInCard): Dict {
  return {
    Content: 'FDisk_partition_scheme',
    DeviceIdentifier: card.id,
    OSInternal: false,
    Partitions: card.partitions.map(({ content, bytes }, index) => ({
      Content: content,
      DeviceIdentifier: `${card.id}s${index + 1}`,
      Size: bytes,
      ...(index === 0 ? { VolumeName: card.label, VolumeUUID: VOLUME_UUID } : {}),
      ...(index === 0 && card.mounted ? { MountPoint: `/Volumes/${card.label}` } : {}),
    })),
    Size: card.bytes,
  };
}

function cardInfo(card: StandInCard): Dict {
  const usb = dict(parse(recording('info-disk4-usb-flash-removable-arm64-mac.reserialised.plist')));
  const slot = dict(parse(recording('info-disk4-builtin-sdxc-m1pro-macos26.6.keys-only.plist')));
  return {
    ...usb,
    ...(card.reader === 'built-in-slot' ? slot : {}),
    DeviceIdentifier: card.id,
    DeviceNode: `/dev/${card.id}`,
    ParentWholeDisk: card.id,
    IOKitSize: card.bytes,
    Size: card.bytes,
    TotalSize: card.bytes,
  };
}

function partitionInfo(card: StandInCard): Dict {
  return {
    ...dict(parse(recording('info-disk12s1-usb-pendrive-partition.trimmed.plist'))),
    Content: card.partitions[0]?.content ?? '',
    DeviceIdentifier: `${card.id}s1`,
    DeviceNode: `/dev/${card.id}s1`,
    ParentWholeDisk: card.id,
    MountPoint: card.mounted ? `/Volumes/${card.label}` : '',
    Size: card.partitions[0]?.bytes ?? 0,
    VolumeName: card.label,
  };
}

function dict(value: PlistValue | undefined): Dict {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('no dict');
  if (value instanceof Date || value instanceof Uint8Array) throw new Error('no dict');
  return value;
}

function dicts(value: PlistValue | undefined): readonly Dict[] {
  return Array.isArray(value) ? value.map(dict) : [];
}
