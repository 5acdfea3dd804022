/** A Pi's card with files worth losing, and a slot whose reader cannot read some places of it. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlockDevice } from '../../src/engine/block-device.ts';
import type { Platform } from '../../src/platform/ports.ts';
import { dyingDevice, noise } from './dying-device.ts';
import { emptyImage, makeExt, makeFat, partition, temporaryFolder, tool } from './file-systems.ts';

export const dyingCardTools = ['mke2fs', 'mkfs.vfat', 'mcopy', 'sfdisk', 'debugfs', 'e2fsck'];

const MIB = 1024 * 1024;
export const BOOT = { offset: 4 * MIB, bytes: 16 * MIB };
export const ROOT = { offset: 20 * MIB, bytes: 40 * MIB };
export const CARD_BYTES = 64 * MIB;

/** Sizes in bytes. */
const files: Readonly<Record<string, number>> = {
  'home/pi/photo.jpg': 700_000,
  'home/pi/other.jpg': 300_000,
  'usr/lib/modules/6.12.1/kernel/fs/ext4.ko': 200_000,
  'usr/bin/vim': 100_000,
  'var/log/syslog': 90_000,
};

/** FAT16 with boot files at 4 MiB, ext4 with 1000 files at 20 MiB, in a file. */
export async function makeDyingCard(path: string): Promise<void> {
  const folder = temporaryFolder();
  try {
    const boot = makeFat(join(folder.path, 'boot'), {
      bytes: BOOT.bytes,
      bits: 16,
      label: 'bootfs',
      files: {
        'config.txt': 'arm_64bit=1\n',
        'cmdline.txt': 'root=PARTUUID=5e3da3da-02 rootwait\n',
        'bcm2711-rpi-4-b.dtb': 'tree',
        'kernel8.img': 'kernel'.repeat(50_000),
        'start4.elf': 'firmware',
      },
    });
    const tree = join(folder.path, 'tree');
    const put = (name: string, data: Uint8Array | string): void => {
      mkdirSync(dirname(join(tree, name)), { recursive: true });
      writeFileSync(join(tree, name), data);
    };
    for (const [name, bytes] of Object.entries(files)) put(name, noise(bytes));
    for (let count = 0; count < 1000; count++) put(`home/pi/small/file-${count}`, `${count}\n`);
    put('etc/hostname', 'octopi\n');
    const root = makeExt(join(folder.path, 'root'), { bytes: ROOT.bytes, type: 'ext4', tree });
    emptyImage(path, CARD_BYTES);
    partition(
      path,
      `label: dos\nlabel-id: 0x5e3da3da\nunit: sectors\nstart=${BOOT.offset / 512}, size=${BOOT.bytes / 512}, type=c\n` +
        `start=${ROOT.offset / 512}, size=${ROOT.bytes / 512}, type=83\n`,
    );
    const card = await open(path, 'r+');
    await card.write(readFileSync(boot), 0, BOOT.bytes, BOOT.offset);
    await card.write(readFileSync(root), 0, ROOT.bytes, ROOT.offset);
    await card.close();
  } finally {
    folder.remove();
  }
}

/** What debugfs says to one request about the ext4 that lies in a card. */
export function askDebugfs(card: string, request: string): string {
  return tool('debugfs', ['-R', request, `${card}?offset=${ROOT.offset}`]);
}

/** Where on the card the given block of a file lies, in bytes: what debugfs says. */
export function placeOf(card: string, path: string, block: number): number {
  const answer = askDebugfs(card, `bmap ${path} ${block}`);
  return ROOT.offset + Number(answer.trim()) * blockBytes(card);
}

export function blockBytes(card: string): number {
  const found = /Block size:\s+(\d+)/.exec(askDebugfs(card, 'stats -h'));
  return Number(found?.[1]);
}

/** The path of the file that owns a byte of the card: what debugfs says. */
export function ownerOf(card: string, offset: number): string {
  const block = Math.floor((offset - ROOT.offset) / blockBytes(card));
  const inode = /^\d+\s+(\d+)$/m.exec(askDebugfs(card, `icheck ${block}`))?.[1];
  const path = /^\d+\s+(\/.*)$/m.exec(askDebugfs(card, `ncheck ${inode}`))?.[1];
  if (path === undefined) throw new Error(`debugfs names no owner of block ${block}`);
  return path.replace(/^\/\//, '/');
}

/** The platform, but that sectors of every card fail; `failing` by number of the sector, how often. */
export function dyingReader(failing: Map<number, number>): (platform: Platform) => Platform {
  return (platform) => ({
    ...platform,
    readDoors: platform.readDoors.map((door) => ({
      name: door.name,
      open: async (request) => failingDevice(await door.open(request), failing),
    })),
  });
}

function failingDevice(inner: BlockDevice, failing: Map<number, number>): BlockDevice {
  return dyingDevice(inner, { failing });
}
