import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCard } from '../../src/engine/card.ts';
import { readPortrait } from '../../src/engine/portrait.ts';
import type { Portrait } from '../../src/engine/portrait-schema.ts';
import { openFileDevice as openRealDevice } from '../../src/platform/file-device.ts';
import { openFileDevice } from '../support/file-device.ts';
import { emptyImage, makeExt, partition, temporaryFolder, tool } from '../support/file-systems.ts';
import { put } from '../support/fit-images.ts';
import { attachLoop } from '../support/loop.ts';
import { dpkgStatus } from '../support/systems/pieces.ts';
import { needsLoop, needsRoot, needsTools } from '../support/tools.ts';

const MIB = 1024 ** 2;
const BOOT = { atMib: 4, mib: 256 };
const ROOT = { atMib: 260, mib: 1200 };
const PACKAGES =
  'base-files,dash,openssh-server,nginx-light,systemd,tzdata,raspi-firmware,linux-image-arm64';

/** Which of Debian's releases, and what it calls itself. */
const releases = [
  { codename: 'bookworm', version: '12 (bookworm)', components: 'main,non-free-firmware' },
  { codename: 'trixie', version: '13 (trixie)', components: 'main,non-free-firmware' },
] as const;

const tools = ['mmdebstrap', 'mke2fs', 'mkfs.vfat', 'mcopy', 'sfdisk', 'readelf'] as const;

/** Unpacks Debian's own packages for the Pi; nothing of them runs, so no emulation is needed. */
function unpack(tree: string, { codename, components }: (typeof releases)[number]): void {
  tool('mmdebstrap', [
    ...['--quiet', '--architectures=arm64', '--variant=extract'],
    ...[`--components=${components}`, `--include=${PACKAGES}`, codename, tree],
  ]);
}

/** Boot files where raspi-firmware's hook for new kernels puts them, with the config.txt that it writes. */
function fillBoot(folder: string, tree: string): void {
  mkdirSync(folder);
  const take = (from: string, pattern: RegExp): void => {
    for (const name of readdirSync(from)) {
      if (pattern.test(name)) copyFileSync(join(from, name), join(folder, name));
    }
  };
  take(join(tree, 'usr/lib/raspi-firmware'), /\.(bin|elf|dat)$/);
  take(join(tree, 'boot'), /^vmlinuz-/);
  const image = readdirSync(join(tree, 'usr/lib')).find((name) => name.startsWith('linux-image-'));
  take(join(tree, 'usr/lib', image ?? '', 'broadcom'), /^bcm.*rpi.*\.dtb$/);
  const kernel = readdirSync(folder).find((name) => name.startsWith('vmlinuz-'));
  const config = ['arm_64bit=1', 'enable_uart=1', 'upstream_kernel=1', `kernel=${kernel}`, ''];
  writeFileSync(join(folder, 'config.txt'), config.join('\n'));
  writeFileSync(join(folder, 'cmdline.txt'), 'root=LABEL=RASPIROOT rw rootwait\n');
}

describe.skipIf(needsTools(...tools) || needsRoot())('the portrait of Debian for the Pi', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  describe.each(releases)('$codename', (release) => {
    const tree = join(folder.path, release.codename);
    const card = join(folder.path, `${release.codename}.img`);
    beforeAll(() => {
      unpack(tree, release);
      writeFileSync(join(tree, 'etc/hostname'), 'rpi4-20261122\n');
      // Unpacking alone keeps no list of packages, and enables no services.
      writeFileSync(join(tree, 'var/lib/dpkg/status'), dpkgStatus('arm64', { 'nginx-light': '1' }));
      const wants = join(tree, 'etc/systemd/system/multi-user.target.wants');
      tool('mkdir', ['-p', wants]);
      tool('ln', ['-s', '/lib/systemd/system/ssh.service', join(wants, 'ssh.service')]);
      tool('ln', ['-sf', '/usr/share/zoneinfo/Europe/Berlin', join(tree, 'etc/localtime')]);

      emptyImage(card, (ROOT.atMib + ROOT.mib) * MIB);
      const lines = ['label: dos', 'label-id: 0xdeb1a0de'];
      for (const [{ atMib, mib }, type] of [[BOOT, 'c'] as const, [ROOT, '83'] as const]) {
        lines.push(`start=${atMib * 2048}, size=${mib * 2048}, type=${type}`);
      }
      partition(card, `${lines.join('\n')}\n`);
      const boot = emptyImage(join(folder.path, 'boot'), BOOT.mib * MIB);
      tool('mkfs.vfat', ['-F', '32', '-n', 'RASPIFIRM', boot]);
      const files = join(folder.path, `boot-${release.codename}`);
      fillBoot(files, tree);
      for (const name of readdirSync(files)) tool('mcopy', ['-i', boot, join(files, name), '::']);
      put(card, boot, BOOT.atMib * MIB);
      const root = join(folder.path, 'root');
      makeExt(root, { bytes: ROOT.mib * MIB, type: 'ext4', args: ['-L', 'RASPIROOT'], tree });
      put(card, root, ROOT.atMib * MIB);
    });

    function judge(portrait: Portrait): void {
      const osRelease = readFileSync(join(tree, 'etc/os-release'), 'utf8');
      expect(tool('readelf', ['-h', join(tree, 'bin/dash')])).toContain('AArch64');
      expect(portrait).toMatchObject({
        ...{ hostname: 'rpi4-20261122', architecture: 'arm64', timeZone: 'Europe/Berlin' },
        system: {
          kind: 'linux',
          name: /^PRETTY_NAME="(.*)"$/m.exec(osRelease)?.[1],
          ...{ version: release.version, codename: release.codename, edition: null },
        },
        kernels: readdirSync(join(tree, 'lib/modules')),
        ...{ ssh: 'on', wifi: 'none', shutdown: 'clean', lastModel: null, tableId: 'deb1a0de' },
        software: [{ name: 'nginx', version: '1' }],
      });
      expect(portrait.boots).toEqual(expect.arrayContaining(['Raspberry Pi 3', 'Raspberry Pi 4']));
      const trees = readdirSync(join(folder.path, `boot-${release.codename}`));
      expect(portrait.boots?.includes('Raspberry Pi 5')).toBe(
        trees.includes('bcm2712-rpi-5-b.dtb'),
      );
      expect(portrait.boots?.includes('Raspberry Pi 1')).toBe(false);
    }

    it('is right in an image, and costs less than a second of reading', async () => {
      const device = openFileDevice(card);
      try {
        const portrait = await readPortrait(device, await readCard(device));
        judge(portrait);
        expect(device.bytesRead).toBeLessThan(16 * MIB);
      } finally {
        await device.close();
      }
    });

    it.skipIf(needsLoop())('is right on a device', async () => {
      const loop = await attachLoop(card, { readOnly: true });
      try {
        const device = await openRealDevice(loop.path, { sectorSize: 512 });
        try {
          judge(await readPortrait(device, await readCard(device)));
        } finally {
          await device.close();
        }
      } finally {
        await loop.detach();
      }
    });

    it('tells the architecture by the programs where no list of packages does', async () => {
      tool('debugfs', [
        '-w',
        '-R',
        'rm /var/lib/dpkg/status',
        `${card}?offset=${ROOT.atMib * MIB}`,
      ]);
      const device = openFileDevice(card);
      try {
        const portrait = await readPortrait(device, await readCard(device));
        expect(portrait).toMatchObject({ architecture: 'arm64', software: [] });
      } finally {
        await device.close();
      }
    });
  });
});
