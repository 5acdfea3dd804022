/** What people are told about the room behind the last partition of a larger card. Commands name the card as a Pi sees it. */

import { english } from '../language/english.ts';
import type { Card } from './card.ts';
import type { TablePartition } from './table-partition.ts';

export const growMethods = {
  armed: english`The system was never started from this image, and takes the rest of the card on its first start.`,
  cloudInit: english`The system takes the rest of the card by itself when it starts (with cloud-init).`,
  firstboot: english`On its first start the system takes the rest of the card, as after flashing (Raspberry Pi OS calls it “firstboot”), and restarts once. It also makes new SSH host keys and a new disk signature: computers that log in to this Pi will warn that its key has changed.`,
  initResize: english`On its first start the system takes the rest of the card, as after flashing, and restarts once. It also gets a new disk signature.`,
} as const;

export const growAdvice = {
  orLeave: english`Or leave it, and later run “sudo raspi-config --expand-rootfs” on the Pi and restart it: that changes no keys.`,
  unread: english`Once the Pi runs from the card, “sudo raspi-config --expand-rootfs” and a restart give the rest to the system (Raspberry Pi OS); elsewhere “sudo growpart /dev/mmcblk0 2 && sudo resize2fs /dev/mmcblk0p2”, if partition 2 is the last one.`,
  noRoom: english`The system cannot be asked to do it by itself: cmdline.txt has no room for another word.`,

  notLast(last: TablePartition | null): string {
    if (last === null)
      return english`The rest of the card stays unused: the image has no partitions.`;
    if (last.index === 0)
      return english`The rest of the card stays unused: the image has no partition table.`;
    return english`The last partition (number ${last.index}) is not the system’s, so the rest stays unused; another partition can be made there.`;
  },

  /** For a root partition that is the last one. */
  command(card: Card, root: TablePartition, raspberry: boolean): string {
    const device = '/dev/mmcblk0';
    const part = `${device}p${root.index}`;
    const container = card.table.partitions.find(({ kind }) => kind === 'extended');
    if (container && root.index > 4) {
      const command = `sudo parted ${device} resizepart ${container.index} 100% resizepart ${root.index} 100% && sudo resize2fs ${part}`;
      return english`Once the Pi runs from the card, “${command}” gives the rest to the system.`;
    }
    if (raspberry && card.table.scheme === 'mbr') {
      return english`Once the Pi runs from the card, “sudo raspi-config --expand-rootfs” and a restart give the rest to the system.`;
    }
    const command = `sudo growpart ${device} ${root.index} && sudo resize2fs ${part}`;
    return english`Once the Pi runs from the card, “${command}” gives the rest to the system (growpart is in the package cloud-guest-utils).`;
  },
} as const;
