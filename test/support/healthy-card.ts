/** A card as Raspberry Pi OS lays it out, small, with every file that a Pi 3, 4 or 5 looks for: nothing is wrong with it. */

import { closeSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { temporaryFolder, tool } from './file-systems.ts';
import { BOOT_AT, CMDLINE, makePiImage, type PiImage } from './pi-image.ts';

export const healthTools = [
  ...(['mke2fs', 'mkfs.vfat', 'mcopy', 'mdel', 'mmd', 'mshowfat', 'sfdisk', 'debugfs'] as const),
  ...(['fsck.vfat', 'e2fsck'] as const),
];

/** Where the partitions lie, and how long they are (bytes). */
export const BOOT = { offset: 4 * 1024 ** 2, bytes: 40 * 1024 ** 2 };
export const ROOT = { offset: 44 * 1024 ** 2, bytes: 24 * 1024 ** 2 };

const FSTAB = [
  'proc            /proc           proc    defaults          0       0',
  'PARTUUID=5e3da3da-01  /boot/firmware  vfat    defaults          0       2',
  'PARTUUID=5e3da3da-02  /               ext4    defaults,noatime  0       1',
  '# a swapfile is not a swap partition, no line here',
  '',
].join('\n');

export function makeHealthyCard(path: string, more: Partial<PiImage> = {}): string {
  makePiImage(path, {
    cmdline: CMDLINE,
    boot: {
      'config.txt': [
        'dtparam=audio=on',
        'dtoverlay=vc4-kms-v3d',
        'auto_initramfs=1',
        '[cm4]',
        'otg_mode=1',
        '[all]',
        '',
      ].join('\n'),
      'bootcode.bin': 'firmware',
      'start.elf': 'firmware',
      'fixup.dat': 'firmware',
      'start4.elf': 'firmware',
      'fixup4.dat': 'firmware',
      'kernel8.img': 'kernel'.repeat(10_000),
      'kernel_2712.img': 'kernel'.repeat(10_000),
      initramfs8: 'initramfs',
      initramfs_2712: 'initramfs',
      'bcm2710-rpi-3-b.dtb': 'tree',
      'bcm2710-rpi-zero-2-w.dtb': 'tree',
      'bcm2711-rpi-4-b.dtb': 'tree',
      'bcm2711-rpi-400.dtb': 'tree',
      'bcm2712-rpi-5-b.dtb': 'tree',
    },
    system: {
      'etc/hostname': 'octopi\n',
      'etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
      'etc/fstab': FSTAB,
      'usr/share/a/picture.bin': 'p'.repeat(200_000),
      'home/pi/notes.txt': 'notes\n',
    },
    ...more,
  });
  tool('mmd', ['-i', path + BOOT_AT, '::overlays']);
  putOnBoot(path, 'overlays/vc4-kms-v3d.dtbo', 'overlay');
  return path;
}

/** Writes a file of the boot partition, in place of one of that name. */
export function putOnBoot(card: string, name: string, content: string | Uint8Array): void {
  const folder = temporaryFolder();
  const file = `${folder.path}/file`;
  try {
    writeFileSync(file, content);
    tool('mcopy', ['-o', '-i', card + BOOT_AT, file, `::${name}`]);
  } finally {
    rmSync(file, { force: true });
    folder.remove();
  }
}

/** Writes a file of the system by debugfs. */
export function putOnRoot(card: string, path: string, content: string | Uint8Array): void {
  const folder = temporaryFolder();
  const file = `${folder.path}/file`;
  try {
    writeFileSync(file, content);
    onRoot(card, `rm ${path}\nwrite ${file} ${path}\n`);
  } finally {
    folder.remove();
  }
}

/** Runs commands of debugfs on the root file system, in place. */
export function onRoot(card: string, commands: string): string {
  return tool('debugfs', ['-w', '-f', '-', `${card}?offset=${ROOT.offset}`], commands);
}

/** Changes bytes of a file in place: what `change` makes of those that are there. */
export function patch(
  path: string,
  offset: number,
  bytes: number,
  change: (old: Buffer) => void,
): void {
  const fd = openSync(path, 'r+');
  try {
    const old = Buffer.alloc(bytes);
    readSync(fd, old, 0, bytes, offset);
    change(old);
    writeSync(fd, old, 0, bytes, offset);
  } finally {
    closeSync(fd);
  }
}

/** Cuts a partition out into a file of its own, for fsck. */
export function cutOut(card: string, part: { offset: number; bytes: number }, to: string): string {
  const mib = 1024 ** 2;
  const place = ['bs=1M', `skip=${part.offset / mib}`, `count=${part.bytes / mib}`, 'status=none'];
  tool('dd', [`if=${card}`, `of=${to}`, ...place]);
  return to;
}
