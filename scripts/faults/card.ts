/** The card that all faults happen to, and what is compared with it. Its free space is zero, so an image of it is the card. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { noise } from '../../test/support/dying-device.ts';
import {
  emptyImage,
  makeExt,
  makeFat,
  partition,
  temporaryFolder,
  tool,
} from '../../test/support/file-systems.ts';

const MIB = 1024 * 1024;
const BOOT = { offset: 4 * MIB, bytes: 16 * MIB };
const ROOT = { offset: 20 * MIB, bytes: 56 * MIB };
export const CARD_BYTES = 80 * MIB;
/** What is taken out of the card by the command that extracts. */
export const TAKEN = '/home/pi';
/** Of these each is worth losing. */
const files: Readonly<Record<string, number>> = {
  'home/pi/video.mp4': 24 * MIB,
  'home/pi/photo.jpg': 4 * MIB,
  'home/pi/notes.txt': 10_000,
  'usr/bin/vim': 4 * MIB,
};
const SMALL_FILES = 50;

export interface Card {
  readonly path: string;
  /** A folder with what TAKEN holds, taken out by debugfs. */
  readonly taken: string;
  /** Bytes of the card in the middle of the photo. */
  readonly photo: number;
}

/** `name` is that of its Pi; cards of two names differ everywhere. */
export async function makeFaultCard(folder: string, name = 'octopi'): Promise<Card> {
  const path = join(folder, `${name}.img`);
  const taken = join(folder, `${name}-taken`);
  const temporary = temporaryFolder();
  try {
    const tree = join(temporary.path, 'tree');
    const put = (file: string, data: Uint8Array | string): void => {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      writeFileSync(join(tree, file), data);
    };
    // Another card is another one in every file.
    const shift = name.length;
    for (const [file, bytes] of Object.entries(files))
      put(file, noise(bytes + shift).subarray(shift));
    for (let count = 0; count < SMALL_FILES; count++) put(`home/pi/small/${count}`, `${count}\n`);
    put('etc/hostname', `${name}\n`);
    const boot = makeFat(join(temporary.path, 'boot'), {
      ...{ bytes: BOOT.bytes, bits: 16, label: 'bootfs' },
      files: {
        'config.txt': `# ${name}\narm_64bit=1\n`,
        'cmdline.txt': 'root=PARTUUID=5e3da3da-02 rootwait\n',
        'bcm2711-rpi-4-b.dtb': 'tree',
        'kernel8.img': 'kernel',
        'start4.elf': 'firmware',
        'fixup4.dat': 'firmware',
      },
    });
    const root = makeExt(join(temporary.path, 'root'), { bytes: ROOT.bytes, type: 'ext4', tree });
    emptyImage(path, CARD_BYTES);
    const id = name === 'octopi' ? '5e3da3da' : '77777777';
    const start = ({ offset, bytes }: typeof BOOT): string =>
      `start=${offset / 512}, size=${bytes / 512}`;
    partition(
      path,
      `label: dos\nlabel-id: 0x${id}\nunit: sectors\n${start(BOOT)}, type=c\n${start(ROOT)}, type=83\n`,
    );
    const card = await open(path, 'r+');
    await card.write(readFileSync(boot), 0, BOOT.bytes, BOOT.offset);
    await card.write(readFileSync(root), 0, ROOT.bytes, ROOT.offset);
    await card.close();
    mkdirSync(taken);
    debugfs(path, `rdump ${TAKEN} ${taken}`);
    const blockBytes = Number(/Block size:\s+(\d+)/.exec(debugfs(path, 'stats -h'))?.[1]);
    const block = Number(debugfs(path, `bmap ${TAKEN}/photo.jpg 200`).trim());
    return { path, taken: join(taken, 'pi'), photo: ROOT.offset + block * blockBytes };
  } finally {
    temporary.remove();
  }
}

function debugfs(card: string, request: string): string {
  return tool('debugfs', ['-R', request, `${card}?offset=${ROOT.offset}`]);
}
