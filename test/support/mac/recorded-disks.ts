/** Every whole disk that was recorded, with the side of the selection rule it has to fall on. */

import { build } from 'plist';
import type { Replies } from './parse-disks.ts';
import { infoFromText, listFromText, recording } from './recordings.ts';

/** A listing of one bare disk, for records that were published without one. */
function bareList(id: string, content = ''): string {
  const entry = { Content: content, DeviceIdentifier: id, OSInternal: false };
  return build({ AllDisksAndPartitions: [entry], WholeDisks: [id] });
}

const usbFlash = recording('info-disk4-usb-flash-removable-arm64-mac.reserialised.plist');
const builtInSlot = recording('info-disk4-builtin-sdxc-m1pro-macos26.6.keys-only.plist');

/** One recorded record, said of another disk name: the listings were published without their `info`. */
function renamed(reply: string, id: string): string {
  return reply.replaceAll(/\bdisk4\b/g, id);
}

/** Every recorded whole disk, and the side it has to fall on: "card" or the reason. */
export const recordedDisks: readonly (Replies & {
  name: string;
  verdicts: Record<string, string>;
})[] = [
  {
    name: 'a card in the built-in slot of a current Mac',
    list: bareList('disk4', 'FDisk_partition_scheme'),
    info: { disk4: builtInSlot },
    verdicts: { disk4: 'card' },
  },
  {
    name: 'the built-in slot as text',
    list: bareList('disk10'),
    info: { disk10: infoFromText(recording('info-text-builtin-sdxc-reader.trimmed.txt')) },
    verdicts: { disk10: 'card' },
  },
  {
    name: 'a removable USB flash device',
    list: recording('list-external-usb-flash-fdisk-arm64-mac.reserialised.plist'),
    info: { disk4: usbFlash },
    verdicts: { disk4: 'card' },
  },
  {
    name: 'an SD card in a USB reader',
    list: recording('list-external-usb-sdcard-fdisk-dosfat32.reserialised.plist'),
    info: { disk2: renamed(usbFlash, 'disk2').replaceAll('8178892800', '31914983424') },
    verdicts: { disk2: 'card' },
  },
  {
    name: 'a stick without a partition table',
    list: recording('list-external-usb-superfloppy-fat32-nopartitions.plist'),
    info: { disk2: recording('info-disk2-usb-stick-superfloppy.plist') },
    verdicts: { disk2: 'card' },
  },
  {
    name: 'an external SSD behind a USB adapter',
    list: recording('list-external-usb-sata-adapter-fdisk-fat32.plist'),
    info: { disk2: recording('info-disk2-usb-sata-adapter-ssd-fixed-media.plist') },
    verdicts: { disk2: 'external-fixed' },
  },
  {
    name: 'a card reader that calls its card fixed',
    list: bareList('disk12'),
    info: {
      disk12: infoFromText(recording('info-text-usb-card-reader-reports-fixed.trimmed.txt')),
    },
    verdicts: { disk12: 'external-fixed' },
  },
  {
    name: 'an Intel Mac with a stick',
    list: recording('list-all-apfs-internal-plus-usb-superfloppy.plist'),
    info: {
      disk0: recording('info-disk0-internal-nvme-pcie.plist'),
      disk1: recording('info-disk1-apfs-container-virtual.plist'),
      disk2: recording('info-disk2-usb-stick-superfloppy.plist'),
    },
    verdicts: { disk0: 'system-disk', disk1: 'system-disk', disk2: 'card' },
  },
  {
    name: 'an Intel Mac with an external SSD',
    list: recording('list-all-apfs-internal-plus-usb-sata-adapter.plist'),
    info: {
      disk0: recording('info-disk0-internal-nvme-pcie.plist'),
      disk1: recording('info-disk1-apfs-container-virtual.plist'),
      disk2: recording('info-disk2-usb-sata-adapter-ssd-fixed-media.plist'),
    },
    verdicts: { disk0: 'system-disk', disk1: 'system-disk', disk2: 'external-fixed' },
  },
  {
    name: 'an Apple silicon Mac with eight disk images',
    list: recording('list-all-apple-silicon-tahoe-with-eight-disk-images.plist'),
    info: {
      disk0: recording('info-disk0-apple-fabric-ssd-tahoe.plist'),
      disk4: recording('info-disk4-disk-image-readonly-virtual-tahoe.plist'),
    },
    root: recording('info-disk3s3s1-root-snapshot-apfs-tahoe.plist'),
    verdicts: {
      disk0: 'system-disk',
      disk1: 'system-disk',
      disk2: 'system-disk',
      disk3: 'system-disk',
      disk4: 'disk-image',
      // Listed without a record here: what the system did not say counts as the dangerous value.
      disk5: 'unclear',
      disk6: 'unclear',
      disk7: 'unclear',
      disk8: 'unclear',
      disk9: 'unclear',
      disk10: 'unclear',
      disk11: 'unclear',
    },
  },
  {
    name: 'an internal Apple Fabric disk as text, on a Mac that runs from elsewhere',
    list: bareList('disk0'),
    info: { disk0: infoFromText(recording('info-text-apple-fabric-internal.trimmed.txt')) },
    root: recording('info-disk3s3s1-root-snapshot-apfs-tahoe.plist').replaceAll(
      'disk0s2',
      'disk9s2',
    ),
    verdicts: { disk0: 'internal' },
  },
  ...[
    'list-text-usb-reader-fresh-flash-pi-card.txt',
    'list-text-usb-reader-pi-card-62gb.txt',
    'list-text-usb-reader-pi-card-15gb-freespace.txt',
    'list-text-imac-builtin-slot-raspbian-2016.txt',
    'list-text-builtin-slot-non-pi-fat-card.txt',
  ].map((file) => {
    const text = recording(file);
    const id = /disk\d+/.exec(text)?.[0] ?? '';
    const record = text.includes('(internal') ? builtInSlot : renamed(usbFlash, id);
    return {
      name: `the card of ${file}`,
      list: listFromText(text),
      info: { [id]: record },
      verdicts: { [id]: 'card' },
    };
  }),
];
