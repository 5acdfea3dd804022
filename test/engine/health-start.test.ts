import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tool } from '../support/file-systems.ts';
import { checksOf, faultsOf, healthRig } from '../support/health-rig.ts';
import { healthTools, onRoot, putOnBoot, putOnRoot } from '../support/healthy-card.ts';
import { BOOT_AT } from '../support/pi-image.ts';
import { needsTools } from '../support/tools.ts';

describe.skipIf(needsTools(...healthTools))('whether a Pi would start', () => {
  const rig = healthRig();
  const { good, copy, judges } = rig;
  beforeAll(() => rig.begin());
  afterAll(() => rig.remove());

  it('has nothing to say about a good one, and neither have the judges', async () => {
    expect(await faultsOf(good)).toEqual([]);
    expect((await checksOf(good)).map(({ name, partition }) => `${name} ${partition}`)).toEqual([
      'partition table null',
      'boot files 1',
      'boot settings 1',
      'command line 1',
      'mounts 2',
      'file system 1',
      'file system 2',
    ]);
    expect(judges(good)).toEqual({ fat: 0, ext: 0 });
  });

  it.each([
    ['start4.elf', 'start4.elf for Raspberry Pi 4, Raspberry Pi 400'],
    ['bootcode.bin', 'bootcode.bin for Raspberry Pi 3, Raspberry Pi Zero 2 W'],
    ['kernel8.img', 'kernel for Raspberry Pi 3, Raspberry Pi Zero 2 W, Raspberry Pi 4'],
    ['bcm2711-rpi-4-b.dtb', 'device tree (.dtb) for the Raspberry Pi 4,'],
    ['bcm2712-rpi-5-b.dtb', 'device tree (.dtb) for the Raspberry Pi 5,'],
  ])('misses %s', async (name, words) => {
    const card = copy();
    tool('mdel', ['-i', card + BOOT_AT, `::${name}`]);
    expect(await faultsOf(card)).toEqual([expect.stringMatching(/^fail boot files 1: /)]);
    expect((await faultsOf(card))[0]).toContain(words);
    expect(judges(card)).toEqual({ fat: 0, ext: 0 });
  });

  it('misses an empty kernel, an overlay, and what config.txt names', async () => {
    const empty = copy();
    putOnBoot(empty, 'kernel_2712.img', '');
    expect(await faultsOf(empty)).toEqual([
      'fail boot files 1: kernel_2712.img on the boot partition is damaged (it is empty), so a Pi that needs it does not start.',
    ]);
    const overlay = copy();
    tool('mdel', ['-i', overlay + BOOT_AT, '::overlays/vc4-kms-v3d.dtbo']);
    expect(await faultsOf(overlay)).toEqual([
      expect.stringMatching(/^remark boot settings 1: .* overlay vc4-kms-v3d,/),
    ]);
    for (const line of [
      'kernel=own.img',
      'initramfs own.gz followkernel',
      '[pi4]\nkernel=own.img',
    ]) {
      const named = copy();
      putOnBoot(named, 'config.txt', `${line}\n`);
      expect(await faultsOf(named), line).toEqual([
        expect.stringMatching(/^fail boot settings 1: config.txt names own\.(img|gz) /),
      ]);
    }
  });

  it('leaves alone what only other Pis, nobody, or a map of overlays asks for', async () => {
    const card = copy();
    const lines = [
      '[pi2]',
      'kernel=own.img',
      '[none]',
      'kernel=own.img',
      '[all]',
      '#kernel=own.img',
    ];
    lines.push('dtoverlay=pi3-disable-bt', 'dtoverlay=', 'dtoverlay=VC4-KMS-V3D,cma-256');
    putOnBoot(card, 'config.txt', lines.join('\r\n'));
    putOnBoot(card, 'overlays/overlay_map.dtb', '\xd0\r\0\0\0\0\0\x01pi3-disable-bt\0\0\0');
    expect(await faultsOf(card)).toEqual([]);
  });

  it('finds the system below os_prefix, as Ubuntu lays it out', async () => {
    const card = copy();
    tool('mmd', ['-i', card + BOOT_AT, '::current']);
    putOnBoot(card, 'current/vmlinuz', 'kernel');
    putOnBoot(card, 'config.txt', 'os_prefix=current/\nkernel=vmlinuz\ncmdline=cmdline.txt\n');
    expect(await faultsOf(card)).toEqual([]);
  });

  it('names a new disk signature under old PARTUUIDs, with the fix', async () => {
    const card = copy();
    tool('sfdisk', ['--quiet', '--no-reread', '--disk-id', card, '0x11112222']);
    expect(await faultsOf(card)).toEqual([
      'fail command line 1: This Pi would not start: cmdline.txt asks for PARTUUID=5e3da3da-02, which no partition has.',
      expect.stringMatching(
        /^fail mounts 2: .*PARTUUID=5e3da3da-01 on \/boot\/firmware.*PARTUUID=5e3da3da-02 on \//,
      ),
    ]);
    const line = (await checksOf(card)).find(({ name }) => name === 'command line');
    expect(line?.next).toContain('root=PARTUUID=11112222-02');
    putOnBoot(card, 'cmdline.txt', 'console=tty1 root=PARTUUID=11112222-02 rootwait\n');
    putOnRoot(card, '/etc/fstab', 'PARTUUID=11112222-02 / ext4 defaults 0 1\n');
    expect(await faultsOf(card)).toEqual([]);
  });

  it('judges every way to name the root', async () => {
    const uuid = /Filesystem UUID:\s+(\S+)/.exec(onRoot(good, 'stats\n'))?.[1] ?? '';
    const right = [`UUID=${uuid}`, '/dev/mmcblk0p2', '/dev/sda2', `/dev/disk/by-uuid/${uuid}`];
    right.push('PARTUUID=5E3DA3DA-01/PARTNROFF=1', '/dev/nfs', '/dev/mapper/root');
    const wrong = [
      'UUID=nothing',
      '/dev/mmcblk0p7',
      'LABEL=writable',
      'PARTUUID=5e3da3da-02/PARTNROFF=1',
    ];
    const card = copy();
    for (const [roots, faults] of [
      [right, 0],
      [wrong, 1],
    ] as const) {
      for (const root of roots) {
        putOnBoot(card, 'cmdline.txt', `console=tty1 root=${root} rootwait\n`);
        expect((await faultsOf(card)).length, root).toBe(faults);
      }
    }
    for (const [line, words] of [
      ['root=/dev/mmcblk0p2 rootfstype=f2fs', 'remark|fail'],
      ['console=tty1', 'fail command line 1: cmdline.txt does not say'],
      ['root=/dev/mmcblk0p2\nquiet', 'remark command line 1: cmdline.txt has 2 lines'],
    ] as const) {
      putOnBoot(card, 'cmdline.txt', `${line}\n`);
      expect(await faultsOf(card), line).toEqual([
        expect.stringMatching(new RegExp(`^(${words})`)),
      ]);
    }
    tool('mdel', ['-i', card + BOOT_AT, '::cmdline.txt']);
    expect(await faultsOf(card)).toEqual([
      expect.stringMatching(/^fail command line 1: There is no/),
    ]);
  });

  it('reads fstab: what is on the card has to be there, other disks may be', async () => {
    const root = 'PARTUUID=5e3da3da-02 / ext4 defaults 0 1';
    const cases: [string, RegExp | null][] = [
      [
        `${root}\nUUID=0123-4567 /boot vfat defaults 0 2`,
        /^fail mounts 2: .*UUID=0123-4567 on \/boot/,
      ],
      [
        `${root}\nUUID=0123 /mnt/disk ext4 defaults 0 2`,
        /^remark mounts 2: .*unless it is a disk of its own/,
      ],
      [`${root}\nUUID=0123 /mnt/disk ext4 nofail 0 2`, null],
      ['PARTUUID=5e3da3da-02 / btrfs defaults 0 1', /^fail mounts 2: .*btrfs/],
      ['tmpfs /tmp tmpfs defaults 0 0\n//server/share /mnt cifs x 0 0', null],
    ];
    for (const [fstab, words] of cases) {
      const card = copy();
      putOnRoot(card, '/etc/fstab', `${fstab}\n`);
      expect(await faultsOf(card), fstab).toEqual(words ? [expect.stringMatching(words)] : []);
      expect(judges(card)).toEqual({ fat: 0, ext: 0 });
    }
  });

  it('is bounded whatever the texts are', async () => {
    const lines = Array.from({ length: 9000 }, (_, at) => `dtoverlay=no-such-${at}`).join('\n');
    for (const [name, content] of [
      ['config.txt', lines.slice(0, 255_000)],
      ['config.txt', '\n'.repeat(250_000)],
      ['config.txt', 'kernel='.repeat(30_000)],
      ['cmdline.txt', 'root="'.repeat(40_000)],
      ['cmdline.txt', ' root=\\\\x41\\040'.repeat(15_000)],
      ['cmdline.txt', '\n'.repeat(250_000)],
    ] as const) {
      const card = copy();
      putOnBoot(card, name, content);
      const started = performance.now();
      const checks = await checksOf(card);
      expect(performance.now() - started, name).toBeLessThan(3000);
      for (const { detail } of checks) expect(detail.length).toBeLessThan(3000);
    }
    for (const name of ['config.txt', 'cmdline.txt']) {
      for (const content of ['x'.repeat(2_000_000), `root=/dev/mmcblk0p2\0\0`]) {
        const card = copy();
        putOnBoot(card, name, content);
        expect(await faultsOf(card), name).toEqual([
          expect.stringMatching(/cannot be used, because/),
        ]);
      }
    }
    const fstab = copy();
    putOnRoot(fstab, '/etc/fstab', 'UUID=x /mnt ext4 defaults 0 0\n'.repeat(8000));
    expect(await faultsOf(fstab)).toEqual([expect.stringMatching(/^remark mounts 2: /)]);
    // 1 GB that takes no room: a hole.
    onRoot(fstab, 'set_inode_field /etc/fstab size 1073741824\n');
    expect(await faultsOf(fstab)).toEqual([
      expect.stringMatching(/^fail mounts 2: .*1073741824 bytes/),
    ]);
  });
});
