import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeCard } from '../../../scripts/make-card.ts';
import type { Disk } from '../../../src/engine/disk.ts';
import { createLinuxActions } from '../../../src/platform/linux/disk-actions.ts';
import { mountsOfDisk, parseMountInfo } from '../../../src/platform/linux/mount-table.ts';
import { type LinuxTools, systemTools } from '../../../src/platform/linux/tools.ts';
import { plainDisk } from '../../support/disk.ts';
import { endProcess } from '../../support/end-process.ts';
import { eventually } from '../../support/eventually.ts';
import { attachLoop, type LoopDevice } from '../../support/loop.ts';
import { scriptTool } from '../../support/script-tool.ts';
import { needsLoop, needsSystem, needsTools } from '../../support/tools.ts';

const run = promisify(execFile);
const noMounts =
  needsSystem('linux') ||
  needsLoop() ||
  needsTools('mount', 'umount', 'partx', 'mke2fs', 'mkfs.vfat', 'mcopy', 'sfdisk');

describe('the table of mounts', () => {
  test('is read with its escapes, and lines of another form are passed over', () => {
    const text = [
      '36 35 8:17 / /media/pi/my\\040card\\011x rw,noatime shared:1 master:2 - ext4 /dev/sdb1 rw',
      'nonsense',
      '40 35 0:45 / /mnt rw - fuse.sshfs pi@host:/ rw',
      '',
    ].join('\n');
    expect(parseMountInfo(text)).toEqual([
      {
        device: '8:17',
        mountPoint: '/media/pi/my card\tx',
        fileSystem: 'ext4',
        source: '/dev/sdb1',
      },
      { device: '0:45', mountPoint: '/mnt', fileSystem: 'fuse.sshfs', source: 'pi@host:/' },
    ]);
  });
});

describe.skipIf(noMounts)('a mounted card', () => {
  let folder = '';
  let point = '';
  let loop: LoopDevice;
  let disk: Disk;
  const holders: ChildProcess[] = [];
  const actions = createLinuxActions(systemTools);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pikeep-mount-'));
    const image = join(folder, 'card.img');
    await makeCard({ out: image });
    loop = await attachLoop(image, { partitions: true });
    disk = plainDisk({
      path: loop.path,
      bus: 'disk-image',
      diskImage: { backingFile: image, backingOwner: 0 },
    });
    point = join(folder, 'root fs');
    await mkdir(point);
    await run('mount', [`${loop.path}p2`, point]);
  });

  afterEach(async () => {
    for (const holder of holders.splice(0)) await endProcess(holder, { signal: 'SIGKILL' });
    for (const mount of await mountsOfDisk(loop.id)) await run('umount', ['-l', mount.mountPoint]);
    await loop.detach();
    await rm(folder, { recursive: true });
  });

  async function hold(): Promise<ChildProcess> {
    const holder = spawn('sleep', ['60'], { cwd: point, stdio: 'ignore' });
    holders.push(holder);
    await once(holder, 'spawn');
    return holder;
  }
  const isMounted = async () => (await mountsOfDisk(loop.id)).length > 0;

  test('is unmounted everywhere, the innermost first, and again is no error', async () => {
    const second = join(folder, 'again');
    await mkdir(second);
    await run('mount', [`${loop.path}p2`, second]);
    await run('mount', ['--bind', point, join(point, 'mnt')]);
    expect(await mountsOfDisk(loop.id)).toHaveLength(3);
    await actions.unmount(disk, { force: false });
    expect(await isMounted()).toBe(false);
    await actions.unmount(disk, { force: false });
  });

  test('that a program uses is not unmounted, and the refusal names the program', async () => {
    const holder = await hold();
    await expect(actions.unmount(disk, { force: false })).rejects.toMatchObject({
      code: 'UNMOUNT_REFUSED',
      facts: { disk: loop.id, holder: { pid: holder.pid, name: 'sleep' } },
    });
    expect(await isMounted()).toBe(true);
    await expect(actions.eject(disk)).rejects.toMatchObject({
      code: 'EJECT_REFUSED',
      facts: { disk: loop.id, holder: { pid: holder.pid, name: 'sleep' } },
    });
  });

  test('is unmounted as soon as the program in the way has ended', async () => {
    const holder = await hold();
    const tool = await scriptTool('exec umount "$@"');
    const tools: LinuxTools = { ...systemTools, umount: tool.program };
    try {
      const unmounting = createLinuxActions(tools).unmount(disk, { force: false });
      await eventually('a first try', async () => (await tool.calls()).length > 0);
      await endProcess(holder, { signal: 'SIGKILL' });
      await unmounting;
      expect(await isMounted()).toBe(false);
      expect((await tool.calls()).length).toBeGreaterThan(1);
    } finally {
      await tool.remove();
    }
  });

  test('by force goes out of sight at once, but counts as unmounted only when its last user is gone', async () => {
    const holder = await hold();
    const unmounting = actions.unmount(disk, { force: true });
    let done = false;
    const noted = unmounting.then(() => {
      done = true;
    });
    await eventually('it is out of sight', async () => !(await isMounted()));
    expect(done).toBe(false);
    await endProcess(holder, { signal: 'SIGKILL' });
    await noted;
  });

  test('by force still is a refusal while a program keeps it alive underneath', async () => {
    const holder = await hold();
    await expect(actions.unmount(disk, { force: true })).rejects.toMatchObject({
      code: 'UNMOUNT_REFUSED',
      facts: { holder: { pid: holder.pid, name: 'sleep' } },
    });
  });

  test('stays mounted when the user changes their mind', async () => {
    await hold();
    const stop = new AbortController();
    const unmounting = actions.unmount(disk, { force: true, signal: stop.signal });
    stop.abort();
    await expect(unmounting).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await isMounted()).toBe(true);
  });

  test('is ejected by unmounting it; the loop device has nothing to take out', async () => {
    await actions.eject(disk);
    expect(await isMounted()).toBe(false);
    expect((await stat(loop.path)).isBlockDevice()).toBe(true);
  });
});

describe.skipIf(needsSystem('linux'))('ejecting a disk', () => {
  async function ejected(facts: Partial<Disk>): Promise<string[][]> {
    const tool = await scriptTool('echo "unable to eject" >&2; exit 1');
    const tools = { ...systemTools, eject: tool.program, udisksctl: tool.program };
    try {
      // Neither program is content here, and that is no refusal: nothing is mounted.
      await createLinuxActions(tools).eject(plainDisk({ path: '/dev/sdx', ...facts }));
      return await tool.calls();
    } finally {
      await tool.remove();
    }
  }

  test('opens a reader, switches off a disk that has no medium to take out', async () => {
    expect(await ejected({ removable: true })).toEqual([['--', '/dev/sdx']]);
    expect(await ejected({ removable: false })).toEqual([
      ['power-off', '--no-user-interaction', '--block-device', '/dev/sdx'],
    ]);
    expect(await ejected({ bus: 'secure-digital', path: '/dev/mmcblk8' })).toEqual([]);
  });

  test('works where the system has no program for it', async () => {
    const tools = { ...systemTools, eject: '/no/eject', udisksctl: '/no/udisksctl' };
    await createLinuxActions(tools).eject(plainDisk({ path: '/dev/sdx' }));
  });
});
