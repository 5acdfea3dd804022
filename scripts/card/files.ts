/** The files of a Raspberry Pi OS card, as far as PiKeep and its tests look at them. The content is PiKeep's own. */

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { seededBytes } from './seeded.ts';

export interface CardIdentity {
  readonly hostname: string;
  /** What `root=PARTUUID=` and /etc/fstab name for partitions 1 and 2. */
  readonly partUuids: readonly [string, string];
  readonly seed: string;
}

/** Small files, so that the card can be shipped; or of the sizes that the real ones have. */
export type Sizes = 'small' | 'real';

/** Fills a folder with what lies on the boot partition. */
export async function writeBootFiles(
  folder: string,
  card: CardIdentity,
  sizes: Sizes,
): Promise<void> {
  const [, root] = card.partUuids;
  await write(folder, {
    'config.txt': [
      '# Settings of the firmware: https://www.raspberrypi.com/documentation/computers/config_txt.html',
      'dtparam=audio=on',
      'camera_auto_detect=1',
      'display_auto_detect=1',
      'auto_initramfs=1',
      'dtoverlay=vc4-kms-v3d',
      'arm_64bit=1',
      '',
      '[all]',
      '',
    ].join('\n'),
    'cmdline.txt': `console=serial0,115200 console=tty1 root=PARTUUID=${root} rootfstype=ext4 fsck.repair=yes rootwait\n`,
    'issue.txt': 'Raspberry Pi reference 2025-10-01\n',
    'overlays/README': 'Device tree overlays.\n',
  });
  const binaries: Record<string, number> = {
    'bootcode.bin': 52_476,
    'start.elf': 2_984_000,
    'start4.elf': 2_260_000,
    'fixup.dat': 7_300,
    'fixup4.dat': 5_400,
    'kernel8.img': 9_700_000,
    initramfs8: 12_000_000,
    'bcm2710-rpi-3-b.dtb': 34_000,
    'bcm2711-rpi-4-b.dtb': 56_000,
    'bcm2712-rpi-5-b.dtb': 78_000,
    'overlays/vc4-kms-v3d.dtbo': 2_600,
    'overlays/disable-bt.dtbo': 1_100,
  };
  for (const [name, bytes] of Object.entries(binaries)) {
    const content =
      sizes === 'real' ? seededBytes(card.seed, name, bytes) : smallBinary(name, bytes);
    await put(folder, name, content);
  }
}

/** Fills a folder with the skeleton of a root file system. */
export async function writeRootFiles(folder: string, card: CardIdentity): Promise<void> {
  const [boot, root] = card.partUuids;
  const empty =
    'dev proc sys run mnt media tmp boot/firmware var/log var/lib var/tmp opt srv root usr/bin usr/lib';
  for (const name of empty.split(' ')) await mkdir(join(folder, name), { recursive: true });
  await write(folder, {
    'etc/hostname': `${card.hostname}\n`,
    'etc/hosts': `127.0.0.1\tlocalhost\n::1\t\tlocalhost ip6-localhost\n127.0.1.1\t${card.hostname}\n`,
    'etc/os-release': [
      'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"',
      'NAME="Debian GNU/Linux"',
      'VERSION_ID="13"',
      'VERSION="13 (trixie)"',
      'VERSION_CODENAME=trixie',
      'ID=debian',
      '',
    ].join('\n'),
    'etc/rpi-issue': 'Raspberry Pi reference 2025-10-01\n',
    'etc/debian_version': '13.1\n',
    'etc/fstab': [
      'proc            /proc           proc    defaults          0       0',
      `PARTUUID=${boot}  /boot/firmware  vfat    defaults          0       2`,
      `PARTUUID=${root}  /               ext4    defaults,noatime  0       1`,
      '',
    ].join('\n'),
    'etc/passwd': 'root:x:0:0:root:/root:/bin/bash\npi:x:1000:1000:,,,:/home/pi:/bin/bash\n',
    'etc/machine-id': `${seededBytes(card.seed, 'machine-id', 16).toString('hex')}\n`,
    'home/pi/notes.txt': 'The printer is in the cellar.\n',
    'home/pi/.bashrc': "alias ll='ls -l'\n",
    'var/lib/misc/counter': '42\n',
  });
}

/** Hardly anything when compressed, and different for each name. */
function smallBinary(name: string, bytes: number): Buffer {
  const length = Math.min(bytes, 64 * 1024);
  return Buffer.alloc(length, `PiKeep sample card: ${name}\n`);
}

async function write(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) await put(folder, name, content);
}

async function put(folder: string, name: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), content);
}
