import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder, tool } from '../support/file-systems.ts';
import { attachLoop } from '../support/loop.ts';
import {
  BOOT_AT,
  bootOf,
  CMDLINE,
  makePiImage,
  PI_IMAGE_BYTES,
  releases,
} from '../support/pi-image.ts';
import { backUp, makeTarget, type Places, placesIn, restoreTo } from '../support/round-trip.ts';
import { needsLoop, needsTools } from '../support/tools.ts';
import { roundTripTools } from '../support/trip-card.ts';

const MIB = 1024 ** 2;
const WORD = 'init=/usr/lib/raspberrypi-sys-mods/firstboot';

describe.skipIf(
  needsLoop() || needsTools(...roundTripTools, 'sfdisk', 'sgdisk', 'mkfs.vfat', 'mcopy', 'mtype'),
)('a plan that a real restore carries out', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let places: Places;
  beforeEach(() => {
    folder = temporaryFolder();
    places = placesIn(folder.path);
  });
  afterEach(() => folder.remove());

  /** Backs the card up, and restores it onto one of another size full of noise. */
  const restoredTo = async (card: string, bytes: number) => {
    const image = await backUp(card, places.library, 'img');
    const target = makeTarget(join(folder.path, 'target.img'), bytes);
    const { result } = await restoreTo(target, image, places, { grow: 'first-boot' });
    tool('fsck.vfat', ['-n', bootOf(target, join(folder.path, 'boot'))]);
    const loop = await attachLoop(target, { partitions: true });
    try {
      tool('e2fsck', ['-fn', `${loop.path}p2`]);
    } finally {
      await loop.detach();
    }
    return { result, target };
  };

  it('asks the system to grow, and proves what was changed', async () => {
    const card = makePiImage(join(folder.path, 'pi.img'), releases.bookworm);
    const { result, target } = await restoredTo(card, PI_IMAGE_BYTES + 80 * MIB);
    expect(result).toMatchObject({
      willGrow: true,
      growth: { spareBytes: 80 * MIB },
      adjusted: ['cmdline.txt, which asks the system to grow on its first start'],
      provenBytes: result.mappedBytes,
    });
    expect(tool('mtype', ['-i', target + BOOT_AT, '::cmdline.txt'])).toBe(
      `${CMDLINE.trimEnd()} ${WORD}\n`,
    );
  });

  it('moves a GPT to the end of a card to the sector', async () => {
    const card = makePiImage(join(folder.path, 'pi.img'), {
      ...releases.bookworm,
      table: 'label: gpt\nstart=8192,size=81920,type=uefi\nstart=90112,size=40960,type=linux\n',
      rootMib: 20,
    });
    for (const bytes of [64 * MIB + 33 * 512, PI_IMAGE_BYTES + 30 * MIB + 512]) {
      const { result, target } = await restoredTo(card, bytes);
      expect(result.adjusted).toContain(
        'the backup of the partition table, moved to the end of the card',
      );
      expect(tool('sgdisk', ['-v', target])).toContain('No problems found');
    }
  });
});
