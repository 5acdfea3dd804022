/** Cards of Raspberry Pis as their releases lay them out, small: a FAT with boot files, and an ext4 with a few files. */

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { emptyImage, makeExt, partition, temporaryFolder, tool } from './file-systems.ts';
import { put } from './fit-images.ts';

const MIB = 1024 ** 2;
const BOOT_MIB = 4;
const ROOT_MIB = 44;

export interface PiImage {
  readonly cmdline: string;
  /** "cmdline.txt" where left out. */
  readonly cmdlineName?: string;
  /** Other files of the boot partition, besides a kernel. */
  readonly boot?: Record<string, string>;
  /** Files of the system by path; a value of "-> TARGET" makes a link. */
  readonly system: Record<string, string>;
  readonly bits?: 12 | 16 | 32;
  readonly clusterSectors?: number;
  /** Lines of sfdisk for the partitions; as on a Pi where left out. */
  readonly table?: string;
  /** Of the root file system. */
  readonly rootMib?: number;
}

/** 68 MiB: the boot partition from 4 to 44 MiB, the system to the end. */
export const PI_IMAGE_BYTES = 68 * MIB;

/** Where the boot partition lies, as mtools wants it behind the name of the image. */
export const BOOT_AT = `@@${BOOT_MIB}M`;

const usualTable =
  'label: dos\nlabel-id: 0x5e3da3da\nstart=8192,size=81920,type=c\nstart=90112,size=49152,type=83\n';

/** As Raspberry Pi OS has it after its first start. */
export const CMDLINE =
  'console=serial0,115200 console=tty1 root=PARTUUID=5e3da3da-02 rootfstype=ext4 rootwait quiet\n';

const raspberry = (codename: string): Record<string, string> => ({
  'etc/os-release': `ID=debian\nVERSION_CODENAME=${codename}\n`,
  'etc/rpi-issue': 'Raspberry Pi reference\n',
  'etc/machine-id': '0123456789abcdef0123456789abcdef\n',
});

/** What the releases carry, as far as it is looked at; each on a card that has started before. */
export const releases = {
  buster: {
    cmdline: CMDLINE,
    system: {
      ...raspberry('buster'),
      'usr/lib/raspi-config/init_resize.sh': '#!/bin/sh\nparted resizepart\n',
    },
  },
  lateBullseye: {
    cmdline: CMDLINE,
    system: {
      ...raspberry('bullseye'),
      'usr/lib/raspi-config/init_resize.sh': '#!/bin/sh\nparted resizepart\n',
      'usr/lib/raspberrypi-sys-mods/firstboot':
        '#!/bin/bash\nparted resizepart\nresize2fs "$ROOT_PART_DEV"\n',
    },
  },
  bookworm: {
    cmdline: CMDLINE,
    boot: { 'config.txt': '[all]\nauto_initramfs=1\n', initramfs8: 'initramfs' },
    system: {
      ...raspberry('bookworm'),
      'usr/lib/raspberrypi-sys-mods/firstboot':
        '#!/bin/bash\nregenerate_ssh_host_keys\nfix_partuuid\n',
      'usr/share/initramfs-tools/scripts/local-premount/firstboot':
        'parted resizepart\nresize2fs -f -p "$DEV"\n',
    },
  },
  trixie: {
    cmdline: CMDLINE,
    boot: { 'config.txt': 'auto_initramfs=1\n', initramfs8: 'initramfs' },
    system: {
      ...raspberry('trixie'),
      'usr/share/initramfs-tools/scripts/local-premount/resize_early': 'parted resizepart\n',
    },
  },
  ubuntu: {
    cmdline: 'root=LABEL=writable rootfstype=ext4 rootwait fixrtc\n',
    boot: { 'meta-data': '', 'user-data': '#cloud-config\n' },
    system: {
      'etc/os-release': 'ID=ubuntu\nVERSION_CODENAME=noble\n',
      'etc/cloud/cloud.cfg': 'cloud_init_modules:\n  - seed_random\n  - growpart\n  - resizefs\n',
      'usr/bin/growpart': '#!/bin/sh\n',
    },
  },
} as const satisfies Record<string, PiImage>;

/** Makes the card at `path`. */
export function makePiImage(path: string, image: PiImage): string {
  const folder = temporaryFolder();
  try {
    emptyImage(path, PI_IMAGE_BYTES);
    partition(path, image.table ?? usualTable);
    const boot = emptyImage(join(folder.path, 'boot'), bootBytes(image.bits ?? 32));
    const size = image.clusterSectors ?? 1;
    tool('mkfs.vfat', ['-F', String(image.bits ?? 32), '-s', String(size), '-n', 'bootfs', boot]);
    const files = { 'kernel8.img': 'kernel', 'config.txt': '', ...image.boot };
    for (const [name, content] of Object.entries({
      ...files,
      [image.cmdlineName ?? 'cmdline.txt']: image.cmdline,
    })) {
      const file = join(folder.path, 'file');
      writeFileSync(file, content);
      tool('mcopy', ['-i', boot, file, `::${name}`]);
    }
    put(path, boot, BOOT_MIB * MIB);
    const tree = join(folder.path, 'tree');
    for (const [name, content] of Object.entries(image.system)) {
      const file = join(tree, name);
      mkdirSync(dirname(file), { recursive: true });
      if (content.startsWith('-> ')) symlinkSync(content.slice(3), file);
      else writeFileSync(file, content);
    }
    const bytes = (image.rootMib ?? 24) * MIB;
    const root = makeExt(join(folder.path, 'root'), { bytes, type: 'ext4', tree });
    put(path, root, ROOT_MIB * MIB);
  } finally {
    folder.remove();
  }
  return path;
}

/** The largest of its kind that fits, with clusters of one sector. */
function bootBytes(bits: 12 | 16 | 32): number {
  return { 12: 2, 16: 16, 32: 40 }[bits] * MIB;
}

/** The boot partition of a card as a file of its own, for fsck.vfat. */
export function bootOf(card: string, path: string): string {
  const place = ['bs=1M', `skip=${BOOT_MIB}`, `count=${ROOT_MIB - BOOT_MIB}`, 'status=none'];
  tool('dd', [`if=${card}`, `of=${path}`, ...place]);
  return path;
}
