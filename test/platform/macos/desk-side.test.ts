import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createDesktop,
  FULL_DISK_SETTINGS,
  REMOVABLE_VOLUMES_SETTINGS,
} from '../../../src/platform/macos/desktop.ts';
import { createVolumes } from '../../../src/platform/macos/volumes.ts';
import { codeOf, useMac } from '../../support/mac/harness.ts';
import { processesOf } from '../../support/mac/processes.ts';
import { needsSystem } from '../../support/tools.ts';

const harness = useMac();

/** A folder of this Mac that lies on a volume of its own, as `mount` shows it. */
function folderOn(volume: string): string {
  const folder = join(harness.mac.state.folder, 'folder');
  mkdirSync(folder);
  harness.mac.state.update(({ mounts }) => mounts.push(volume.replace('FOLDER', folder)));
  return folder;
}

function volumes() {
  return createVolumes(harness.mac.places);
}

describe('the volume of a destination', () => {
  it('on APFS lies on its container and on the physical disk, and keeps holes', async () => {
    const folder = folderOn('/dev/disk1s1 on FOLDER (apfs, local, journaled, nobrowse)');
    const facts = await volumes().volumeOf(folder);
    expect(facts).toMatchObject({
      fileSystem: 'apfs',
      mountPoint: folder,
      maxFileBytes: Number.POSITIVE_INFINITY,
      keepsHoles: true,
      readOnly: false,
      network: false,
      disks: ['disk1', 'disk0'],
    });
    expect(facts.freeBytes).toBeGreaterThan(0);
  });

  it('on the card itself names the card', async () => {
    harness.insertCard();
    const folder = folderOn('/dev/disk4s1 on FOLDER (msdos, local, nodev, nosuid, noowners)');
    const facts = await volumes().volumeOf(folder);
    expect(facts).toMatchObject({
      fileSystem: 'msdos',
      disks: ['disk4'],
      maxFileBytes: 4294967295,
      keepsHoles: false,
    });
  });

  it('on a share is on no disk of this Mac', async () => {
    const folder = folderOn(
      '//user@server/books on FOLDER (smbfs, nodev, nosuid, mounted by user)',
    );
    const facts = await volumes().volumeOf(folder);
    expect(facts).toMatchObject({
      fileSystem: 'smbfs',
      network: true,
      keepsHoles: false,
      disks: [],
    });
  });

  it.each(['hfs', 'exfat'])('of the type %s stores every byte', async (type) => {
    const folder = folderOn(`/dev/disk9s2 on FOLDER (${type}, local, nodev, nosuid)`);
    expect(await volumes().volumeOf(folder)).toMatchObject({ keepsHoles: false, disks: [] });
  });

  it('is found through links, and for files as well', async () => {
    const folder = folderOn('/dev/disk1s1 on FOLDER (apfs, local, journaled)');
    const file = join(folder, 'octopi.img');
    writeFileSync(file, '');
    const link = join(harness.mac.state.folder, 'link');
    symlinkSync(file, link);
    expect(await volumes().volumeOf(link)).toMatchObject({ mountPoint: folder });
  });

  it('of a path that is not there does not exist', async () => {
    const missing = join(harness.mac.state.folder, 'nowhere');
    expect(await codeOf(volumes().volumeOf(missing))).toBe('DESTINATION_MISSING');
  });

  it.skipIf(needsSystem('linux'))(
    'is told by its device number, as firmlinks hide it from the path',
    async () => {
      // A file system of its own, whose folder here plays the data volume, and another folder of it a user's.
      const dataVolume = mkdtempSync('/dev/shm/pikeep-data-');
      const users = mkdtempSync('/dev/shm/pikeep-users-');
      try {
        harness.mac.state.update(({ mounts }) =>
          mounts.push(`/dev/disk1s1 on ${dataVolume} (apfs, local, journaled, nobrowse)`),
        );
        const facts = await createVolumes({ ...harness.mac.places, dataVolume }).volumeOf(users);
        expect(facts).toMatchObject({
          mountPoint: dataVolume,
          fileSystem: 'apfs',
          readOnly: false,
        });
      } finally {
        for (const folder of [dataVolume, users]) rmSync(folder, { recursive: true });
      }
    },
  );

  it('elsewhere is the one that holds the path', async () => {
    const facts = await volumes().volumeOf(harness.mac.state.folder);
    expect(facts).toMatchObject({ mountPoint: '/', readOnly: true, disks: ['disk1', 'disk0'] });
  });
});

describe('the desktop', () => {
  it('shows a file in its folder', async () => {
    const file = join(harness.mac.state.folder, 'octopi 2026-11-22 16.40.img');
    writeFileSync(file, '');
    await createDesktop(harness.mac.places).reveal(file);
    expect(harness.mac.state.calls('open').map(({ args }) => args)).toEqual([['-R', file]]);
  });

  it('says so when the file has gone', async () => {
    const missing = join(harness.mac.state.folder, 'gone.img');
    await expect(createDesktop(harness.mac.places).reveal(missing)).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      facts: { tool: 'open', detail: `The file ${missing} does not exist.` },
    });
  });

  it('opens two settings panes and nothing else', async () => {
    const desktop = createDesktop(harness.mac.places);
    await desktop.openExternal(REMOVABLE_VOLUMES_SETTINGS);
    await desktop.openExternal(FULL_DISK_SETTINGS);
    for (const other of ['https://example.org', 'file:///etc/passwd', '-a Calculator', '']) {
      expect(await codeOf(desktop.openExternal(other))).toBe('UNSUPPORTED');
    }
    expect(harness.mac.state.calls('open').map(({ args }) => args)).toEqual([
      [REMOVABLE_VOLUMES_SETTINGS],
      [FULL_DISK_SETTINGS],
    ]);
    expect(await codeOf(desktop.reveal('-a'))).toBe('INTERNAL');
  });

  it.skipIf(needsSystem('linux'))(
    'keeps the Mac awake until it is told that it may sleep',
    async () => {
      const { caffeinate } = harness.mac.places.tools;
      const running = () => processesOf(caffeinate, String(process.pid)).length;
      const awake = createDesktop(harness.mac.places).keepAwake('backup');
      try {
        await expect.poll(() => harness.mac.state.calls('caffeinate')).toHaveLength(1);
        expect(harness.mac.state.calls('caffeinate')[0]?.args).toEqual([
          '-i',
          '-w',
          `${process.pid}`,
        ]);
        expect(running()).toBe(1);
      } finally {
        awake.release();
        awake.release();
      }
      await expect.poll(running).toBe(0);
    },
  );

  it('does without what keeps the Mac awake where that is missing', async () => {
    const { tools } = harness.mac.places;
    const places = { ...harness.mac.places, tools: { ...tools, caffeinate: '/nowhere' } };
    createDesktop(places).keepAwake('backup').release();
    await createDesktop(places).openExternal(FULL_DISK_SETTINGS);
  });
});
