import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/file-systems.ts';
import { checksOf, faultsOf } from '../support/health-rig.ts';
import { allSystems } from '../support/systems/all.ts';
import { type Files, layOut, type SystemLayout } from '../support/systems/lay-out.ts';
import { needsTools } from '../support/tools.ts';

/** What `layOut` gives every FAT file system. */
const FAT_UUID = '5E3D-A3DA';
const STORAGE_UUID = '1b4c0a9e-3d7d-4f5b-8f0e-0f9f3c6c1d11';

/** Marker files are empty where a portrait looks only for their names; a Pi would not start from those. */
const startable: Readonly<Record<string, { files: Files; label?: string; fstab?: string }>> = {
  ubuntu: {
    files: {},
    label: 'writable',
    fstab:
      'LABEL=writable / ext4 discard,errors=remount-ro 0 1\nLABEL=system-boot /boot/firmware vfat defaults 0 1\n',
  },
  dietpi: {
    files: {},
    fstab: 'PARTUUID=5e3da3da-02 / auto noatime 0 1\ntmpfs /tmp tmpfs size=1G\n',
  },
  libreelec: {
    files: {
      'cmdline.txt': `boot=UUID=${FAT_UUID} disk=UUID=${STORAGE_UUID} quiet\n`,
      'distroconfig.txt': 'disable_splash=1\n',
    },
  },
  'home-assistant-os': { files: { 'boot.scr': 'script' } },
};

function systemOf(
  name: string,
  changes: Files = {},
  without: readonly string[] = [],
): SystemLayout {
  const system = allSystems.find((one) => one.name === name);
  const more = startable[name];
  if (!system || !more) throw new Error(`there is no ${name}`);
  const parts = system.parts.map((part, index) => {
    const files = Object.entries({
      ...part.files,
      ...(index === 0 ? { ...more.files, ...changes } : {}),
      ...(index === 1 && more.fstab !== undefined ? { 'etc/fstab': more.fstab } : {}),
    })
      .filter(([file]) => index !== 0 || !without.includes(file))
      .map(([file, content]) => [file, content === '' ? 'content' : content]);
    const label = index === 1 ? (more.label ?? part.label) : part.label;
    return { ...part, label, files: Object.fromEntries(files) };
  });
  return { ...system, parts };
}

describe.skipIf(needsTools('mke2fs', 'debugfs', 'mkfs.vfat', 'mcopy', 'sfdisk'))(
  'whether a Pi would start from other systems',
  () => {
    const { path: folder, remove } = temporaryFolder();
    afterAll(remove);
    let count = 0;
    const cardOf = (...[name, changes, without]: Parameters<typeof systemOf>): string =>
      layOut(join(folder, `card ${count++}.img`), systemOf(name, changes, without));

    it.each([
      ['ubuntu', 'cmdline.txt leads to partition 2 (root=LABEL=writable).', 'vmlinuz'],
      ['dietpi', 'cmdline.txt leads to partition 2 (root=PARTUUID=5e3da3da-02).', 'kernel8.img'],
      ['libreelec', `cmdline.txt leads to partition 2 (disk=UUID=${STORAGE_UUID}).`, 'kernel.img'],
      // U-Boot finds the system; its settings are no text.
      ['home-assistant-os', 'cmdline.txt leaves it to the Pi where its system is.', 'u-boot.bin'],
    ] as const)('has nothing to say about a good %s', async (name, line, kernel) => {
      const card = cardOf(name);
      expect(await faultsOf(card)).toEqual([]);
      const checks = await checksOf(card);
      const detailOf = (wanted: string) => checks.find((one) => one.name === wanted)?.detail;
      expect(detailOf('command line')).toBe(line);
      expect(detailOf('boot files')).toContain(kernel);
      const withMounts = name === 'ubuntu' || name === 'dietpi';
      expect(detailOf('mounts')).toBe(
        withMounts ? 'Everything that /etc/fstab mounts is there.' : undefined,
      );
    });

    it.each([
      [
        'ubuntu',
        { 'cmdline.txt': 'root=LABEL=writeable rootfstype=ext4\n' },
        [],
        /^fail command line 1: .*asks for LABEL=writeable, which no partition has/,
      ],
      ['ubuntu', {}, ['initrd.img'], /^fail boot settings 1: .*names initrd\.img \(initramfs\)/],
      [
        'dietpi',
        { 'cmdline.txt': 'root=PARTUUID=11111111-02 rootwait\n' },
        [],
        /^fail command line 1: .*PARTUUID=11111111-02, which no partition has/,
      ],
      [
        'libreelec',
        { 'cmdline.txt': `boot=UUID=2911-1447 disk=UUID=${STORAGE_UUID}\n` },
        [],
        /^fail command line 1: .*UUID=2911-1447, which no partition has/,
      ],
      [
        'libreelec',
        { 'cmdline.txt': `boot=UUID=${FAT_UUID} disk=LABEL=ELSEWHERE\n` },
        [],
        /^fail command line 1: .*LABEL=ELSEWHERE, which no partition has/,
      ],
      ['libreelec', {}, ['SYSTEM'], /^fail command line 1: .*SYSTEM/],
      [
        'home-assistant-os',
        {},
        ['u-boot.bin'],
        /^fail boot (files|settings) 1: .*(no kernel|u-boot\.bin)/,
      ],
    ] as const)(
      'says what is wrong with a bad %s: %j without %j',
      async (name, files, without, words) => {
        const faults = await faultsOf(cardOf(name, files, without));
        expect(faults.some((fault) => words.test(fault))).toBe(true);
        expect(faults.every((fault) => fault.includes(' 1: '))).toBe(true);
      },
    );
  },
);
