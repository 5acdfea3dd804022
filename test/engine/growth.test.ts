import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder, tool } from '../support/file-systems.ts';
import { applyPlan, planFor } from '../support/fit-images.ts';
import {
  BOOT_AT,
  bootOf,
  CMDLINE,
  makePiImage,
  PI_IMAGE_BYTES,
  type PiImage,
  releases,
} from '../support/pi-image.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 ** 2;
const CARD_BYTES = PI_IMAGE_BYTES + 100 * MIB;
const FIRSTBOOT = 'init=/usr/lib/raspberrypi-sys-mods/firstboot';
const INIT_RESIZE = 'init=/usr/lib/raspi-config/init_resize.sh';
const EXPAND = 'sudo raspi-config --expand-rootfs';

describe.skipIf(
  needsTools(
    'sfdisk',
    'mkfs.vfat',
    'fsck.vfat',
    'mcopy',
    'mtype',
    'mke2fs',
    'e2fsck',
    'debugfs',
    'dd',
  ),
)('growing on a larger card', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  const named = (name: string): string => join(folder.path, name);
  const ask = (image: PiImage, grow: 'leave' | 'first-boot' = 'first-boot') =>
    planFor(makePiImage(named('pi.img'), image), CARD_BYTES, { grow });

  /** The line on the card, after fsck has found nothing. */
  const cmdlineOn = (card: string): string => {
    tool('fsck.vfat', ['-n', bootOf(card, named('boot'))]);
    return tool('mtype', ['-i', card + BOOT_AT, '::cmdline.txt']);
  };

  it('is not worth a question below 64 MiB, and is only told where nothing is asked', async () => {
    const card = makePiImage(named('pi.img'), releases.bookworm);
    const less = await planFor(card, PI_IMAGE_BYTES + 64 * MIB - 512, { grow: 'first-boot' });
    expect(less).toMatchObject({ growth: null, willGrow: false, plan: { patches: [] } });
    expect(less.sentence).toBe(
      'The card is 67.1 MB larger than the backup; the rest stays unused.',
    );
    const enough = await planFor(card, PI_IMAGE_BYTES + 64 * MIB);
    expect(enough).toMatchObject({
      growth: { spareBytes: 64 * MIB },
      willGrow: false,
      adjusted: [],
      plan: { patches: [] },
    });
    expect(enough.sentence).toBe(
      'The card is 67.1 MB larger than the backup; the 67.1 MB behind its last partition stay unused until it is grown.',
    );
  });

  it.each([
    [12, 'lateBullseye', FIRSTBOOT],
    [16, 'lateBullseye', FIRSTBOOT],
    [32, 'lateBullseye', FIRSTBOOT],
    [32, 'bookworm', FIRSTBOOT],
  ] as const)(
    'asks the system by one word in cmdline.txt (FAT%i, %s)',
    async (bits, release, word) => {
      const base: PiImage = releases[release];
      const image = makePiImage(named('pi.img'), { ...base, bits });
      const planned = await planFor(image, CARD_BYTES, { grow: 'first-boot' });
      expect(planned).toMatchObject({
        willGrow: true,
        growth: { spareBytes: 100 * MIB, advice: expect.stringContaining(EXPAND) },
        adjusted: ['cmdline.txt, which asks the system to grow on its first start'],
      });
      // Nobody may be surprised by new keys.
      expect(planned.growth?.method).toMatch(/new SSH host keys and a new disk signature/);
      const card = applyPlan(image, planned.plan, named('card.img'), CARD_BYTES);
      expect(cmdlineOn(card)).toBe(`${CMDLINE.trimEnd()} ${word}\n`);
      // The release takes it out again like this.
      const out = execFileSync('sed', [`s| ${word}||`], {
        input: cmdlineOn(card),
        encoding: 'utf8',
      });
      expect(out).toBe(CMDLINE);
      expect(tool('sfdisk', ['--verify', card])).toContain('No errors detected');
    },
  );

  it('finds the entry of the file behind long names and in a later cluster of the folder', async () => {
    const boot = Object.fromEntries(
      Array.from({ length: 24 }, (_, index) => [`a rather long name of a file ${index}.txt`, 'x']),
    );
    for (const bits of [16, 32] as const) {
      const image = makePiImage(named('pi.img'), {
        ...releases.lateBullseye,
        boot,
        bits,
        cmdlineName: 'CmdLine.txt',
      });
      const planned = await planFor(image, CARD_BYTES, { grow: 'first-boot' });
      const card = applyPlan(image, planned.plan, named('card.img'), CARD_BYTES);
      expect(cmdlineOn(card)).toContain(FIRSTBOOT);
    }
  });

  it('uses every cluster that the file has, and no other', async () => {
    const filled = (bytes: number): PiImage => ({
      ...releases.lateBullseye,
      cmdline: `${CMDLINE.trimEnd()} ${'x'.repeat(bytes - CMDLINE.length - 1)}\n`,
    });
    const word = ` ${FIRSTBOOT}`;
    const image = makePiImage(named('pi.img'), filled(512 - word.length));
    const planned = await planFor(image, CARD_BYTES, { grow: 'first-boot' });
    const card = applyPlan(image, planned.plan, named('card.img'), CARD_BYTES);
    expect(cmdlineOn(card)).toHaveLength(512);
    const full = await ask(filled(513 - word.length));
    expect(full).toMatchObject({ willGrow: false, adjusted: [], growth: { method: null } });
    expect(full.growth?.advice).toMatch(/no room for another word.*--expand-rootfs/);
    // Two clusters.
    const two = makePiImage(named('pi.img'), filled(520));
    const longer = applyPlan(
      two,
      (await planFor(two, CARD_BYTES, { grow: 'first-boot' })).plan,
      named('card.img'),
      CARD_BYTES,
    );
    expect(cmdlineOn(longer)).toBe(`${filled(520).cmdline.trimEnd()}${word}\n`);
  });

  it.each(['a=1\nb=2\n', 'a=1\u00e9\n', '\n', 'a=1\n\n'])(
    'does not touch a cmdline.txt that is not one line of words (%j)',
    async (cmdline) => {
      const planned = await ask({ ...releases.lateBullseye, cmdline });
      expect(planned).toMatchObject({ willGrow: false, growth: { method: null } });
    },
  );

  it('offers nothing that would do only half of it on a card that has started before', async () => {
    for (const release of [releases.buster, releases.trixie]) {
      const planned = await ask(release);
      expect(planned).toMatchObject({
        willGrow: false,
        adjusted: [],
        plan: { patches: [] },
        growth: { method: null, advice: expect.stringContaining(EXPAND) },
      });
    }
  });

  it('offers nothing where the way of the release has lost a part', async () => {
    const { bookworm, lateBullseye } = releases;
    const odd: PiImage[] = [
      { ...bookworm, boot: { 'config.txt': '#auto_initramfs=1\n', initramfs8: 'x' } },
      { ...bookworm, boot: { 'config.txt': 'auto_initramfs=1\n' } },
      { ...bookworm, cmdline: CMDLINE.replace('quiet', 'init=/bin/other') },
      {
        ...bookworm,
        cmdline: CMDLINE.replace('5e3da3da-02', '5e3da3da-01').replace('PARTUUID', 'UUID'),
      },
      {
        ...bookworm,
        system: {
          ...bookworm.system,
          'usr/share/initramfs-tools/scripts/local-premount/firstboot': '',
        },
      },
      {
        ...lateBullseye,
        table: 'label: gpt\nstart=8192,size=81920,type=uefi\nstart=90112,size=49100,type=linux\n',
        rootMib: 20,
      },
    ];
    for (const image of odd) {
      expect(await ask(image)).toMatchObject({ willGrow: false, growth: { method: null } });
    }
  });

  it('does not send resize2fs from the initramfs at a file system that was not unmounted', async () => {
    const image = makePiImage(named('pi.img'), releases.bookworm);
    const offset = `?offset=${44 * MIB}`;
    tool('debugfs', ['-w', '-R', 'feature needs_recovery', image + offset]);
    const planned = await planFor(image, CARD_BYTES, { grow: 'first-boot' });
    expect(planned).toMatchObject({ willGrow: false, growth: { method: null } });
  });

  it('finds what it looks for in config.txt behind a million of empty lines', async () => {
    const { bookworm } = releases;
    const boot = { ...bookworm.boot, 'config.txt': `${'\n'.repeat(1_000_000)}auto_initramfs=1\n` };
    expect(await ask({ ...bookworm, boot })).toMatchObject({ willGrow: true });
  });

  it('says that an image that was never started grows by itself', async () => {
    const waiting = {
      'etc/init.d/resize2fs_once': '#!/bin/sh\nresize2fs "$ROOT_DEV"\n',
      'etc/rc3.d/S01resize2fs_once': '-> ../init.d/resize2fs_once',
    };
    const { buster, bookworm, trixie } = releases;
    const armed = (word: string): string => `${CMDLINE.trimEnd()} ${word}\n`;
    const fresh: PiImage[] = [
      { ...buster, cmdline: armed(INIT_RESIZE), system: { ...buster.system, ...waiting } },
      { ...bookworm, cmdline: armed(FIRSTBOOT) },
      {
        ...trixie,
        cmdline: armed('resize'),
        system: { ...trixie.system, 'etc/machine-id': 'uninitialized\n' },
      },
    ];
    for (const image of fresh) {
      const planned = await ask(image, 'leave');
      expect(planned).toMatchObject({ willGrow: true, adjusted: [], plan: { patches: [] } });
      expect(planned.growth?.method).toMatch(/never started/);
      expect(planned.sentence).toMatch(
        /the system takes the 104.9 MB behind it on its first start\.$/,
      );
    }
    const half = await ask({ ...trixie, cmdline: armed('resize') }, 'leave');
    expect(half).toMatchObject({ willGrow: false, growth: { method: null } });
    const again = await ask({ ...buster, system: { ...buster.system, ...waiting } });
    expect(again).toMatchObject({
      willGrow: true,
      growth: { method: expect.stringContaining('first start') },
    });
  });

  it('knows a system with cloud-init, and one where that was turned off', async () => {
    const { ubuntu } = releases;
    expect(await ask(ubuntu, 'leave')).toMatchObject({ willGrow: true, plan: { patches: [] } });
    const off = await ask({
      ...ubuntu,
      system: { ...ubuntu.system, 'etc/cloud/cloud-init.disabled': '' },
    });
    expect(off).toMatchObject({ willGrow: false, growth: { method: null } });
    expect(off.growth?.advice).toContain(
      'sudo growpart /dev/mmcblk0 2 && sudo resize2fs /dev/mmcblk0p2',
    );
  });

  it('names the partitions where the system is a logical one, and where it is not the last', async () => {
    const logical = await ask({
      ...releases.buster,
      table:
        'label: dos\nlabel-id: 0x5e3da3da\nstart=8192,size=79872,type=c\nstart=88064,size=51200,type=5\nstart=90112,size=49152,type=83\n',
    });
    expect(logical.growth?.advice).toContain(
      'sudo parted /dev/mmcblk0 resizepart 2 100% resizepart 5 100% && sudo resize2fs /dev/mmcblk0p5',
    );
    const data = await ask({
      ...releases.bookworm,
      rootMib: 20,
      table:
        'label: dos\nlabel-id: 0x5e3da3da\nstart=8192,size=81920,type=c\nstart=90112,size=40960,type=83\nstart=131072,size=8192,type=da\n',
    });
    expect(data).toMatchObject({ willGrow: false, growth: { method: null } });
    expect(data.growth?.advice).toMatch(/last partition \(number 3\) is not the system/);
  });
});
