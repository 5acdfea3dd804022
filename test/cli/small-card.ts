/** A small card like a Raspberry Pi's: FAT boot and ext4 root in an MBR, in a file. Needs `cardTools`. */

import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { makeExt, makeFat, partition, temporaryFolder } from '../support/file-systems.ts';
import { enlargeCard } from '../support/large-card.ts';

export const cardTools = ['mke2fs', 'mkfs.vfat', 'mcopy', 'sfdisk'] as const;

const MIB = 1024 * 1024;
const BOOT_START = 4 * MIB;
const BOOT_BYTES = 16 * MIB;
const ROOT_START = BOOT_START + BOOT_BYTES;
const ROOT_BYTES = 12 * MIB;

/** Bytes of the card that `makeSmallCard` makes. */
export const SMALL_CARD_BYTES = ROOT_START + ROOT_BYTES + MIB;

/** `bytes` makes a larger card, with a third partition of nothing known that is copied whole. */
export async function makeSmallCard(
  path: string,
  { hostname = 'octopi', bytes = SMALL_CARD_BYTES } = {},
): Promise<void> {
  const folder = temporaryFolder();
  try {
    const boot = makeFat(join(folder.path, 'boot'), {
      bytes: BOOT_BYTES,
      bits: 16,
      label: 'bootfs',
      files: {
        'config.txt': 'arm_64bit=1\n',
        'cmdline.txt': 'console=tty1 root=PARTUUID=5e3da3da-02 rootwait\n',
        'kernel8.img': 'kernel',
        'start4.elf': 'firmware',
        'fixup4.dat': 'firmware',
        'bcm2711-rpi-4-b.dtb': 'tree',
      },
    });
    const tree = join(folder.path, 'tree');
    mkdirSync(join(tree, 'etc'), { recursive: true });
    writeFileSync(join(tree, 'etc/hostname'), `${hostname}\n`);
    writeFileSync(join(tree, 'etc/os-release'), 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n');
    const root = makeExt(join(folder.path, 'root'), { bytes: ROOT_BYTES, type: 'ext4', tree });
    writeFileSync(path, '');
    truncateSync(path, SMALL_CARD_BYTES);
    partition(
      path,
      `label: dos\nlabel-id: 0x5e3da3da\nunit: sectors\n` +
        `start=${BOOT_START / 512}, size=${BOOT_BYTES / 512}, type=c\n` +
        `start=${ROOT_START / 512}, size=${ROOT_BYTES / 512}, type=83\n`,
    );
    await place(path, boot, BOOT_START);
    await place(path, root, ROOT_START);
    if (bytes > SMALL_CARD_BYTES) await enlargeCard(path, bytes);
  } finally {
    folder.remove();
  }
}

async function place(image: string, part: string, offset: number): Promise<void> {
  const handle = await open(image, 'r+');
  try {
    const content = readFileSync(part);
    await handle.write(content, 0, content.length, offset);
  } finally {
    await handle.close();
  }
}
