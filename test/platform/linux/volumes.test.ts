import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { systemTools } from '../../../src/platform/linux/tools.ts';
import {
  createLinuxVolumes,
  parseFindmnt,
  volumeFacts,
} from '../../../src/platform/linux/volumes.ts';
import { type MountedVolume, mountedVolume } from '../../support/mounted.ts';
import { needsLoop, needsRoot, needsSystem, needsTools } from '../../support/tools.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;
const FOUR_GIB = 4 * 1024 * MIB;

/** As `findmnt --json --output TARGET,SOURCE,FSTYPE,OPTIONS,MAJ:MIN` of util-linux 2.38 prints it. */
function answer(fields: { source: string; fstype: string; options?: string; device?: string }) {
  const { source, fstype, options = 'rw,relatime', device = '8:17' } = fields;
  return `{
   "filesystems": [
      {
         "target": "/media/pi/STICK",
         "source": "${source}",
         "fstype": "${fstype}",
         "options": "${options}",
         "maj:min": "${device.padStart(6)}"
      }
   ]
}
`;
}
const factsOf = (fields: Parameters<typeof answer>[0]) => volumeFacts(parseFindmnt(answer(fields)));

describe('what a file system can hold', () => {
  test('FAT32 holds no file of 4 GiB, and no holes', () => {
    const options =
      'rw,nosuid,nodev,relatime,uid=1000,gid=1000,fmask=0022,dmask=0022,codepage=437,iocharset=ascii,shortname=mixed,showexec,utf8,flush,errors=remount-ro';
    for (const fstype of ['vfat', 'msdos']) {
      expect(factsOf({ source: '/dev/sdb1', fstype, options })).toEqual({
        fileSystem: fstype,
        mountPoint: '/media/pi/STICK',
        maxFileBytes: FOUR_GIB - 1,
        keepsHoles: false,
        readOnly: false,
        network: false,
      });
    }
  });

  test('exFAT has no such limit, but no holes either', () => {
    const exfat = factsOf({ source: '/dev/sdb1', fstype: 'exfat' });
    expect(exfat).toMatchObject({ maxFileBytes: Number.POSITIVE_INFINITY, keepsHoles: false });
  });

  test('ext4, xfs and btrfs keep holes', () => {
    for (const fstype of ['ext4', 'xfs', 'btrfs']) {
      const facts = factsOf({ source: '/dev/sdb1', fstype });
      expect(facts).toMatchObject({ maxFileBytes: Number.POSITIVE_INFINITY, keepsHoles: true });
    }
  });

  test('servers are recognised, and nothing is expected of their holes', () => {
    for (const fstype of ['nfs4', 'cifs', 'smb3', 'fuse.sshfs', '9p']) {
      const facts = factsOf({ source: 'nas:/backup', fstype, device: '0:52' });
      expect(facts).toMatchObject({ network: true, keepsHoles: false });
    }
    expect(factsOf({ source: '/dev/sdb1', fstype: 'fuseblk' }).network).toBe(false);
  });

  test('a read-only mount says so; an option that only begins like it does not', () => {
    expect(
      factsOf({ source: '/dev/sr0', fstype: 'iso9660', options: 'ro,relatime' }).readOnly,
    ).toBe(true);
    expect(
      factsOf({ source: '/dev/sdb1', fstype: 'vfat', options: 'rw,errors=remount-ro' }).readOnly,
    ).toBe(false);
  });

  test.each(['', '{}', '{"filesystems":[]}', '{"filesystems":[{"target":7}]}', 'findmnt: x'])(
    'an answer like %j is TOOL_FAILED',
    (text) => {
      expect(() => parseFindmnt(text)).toThrow(expect.objectContaining({ code: 'TOOL_FAILED' }));
    },
  );
});

describe.skipIf(needsSystem('linux') || needsTools('findmnt'))(
  'the volume that holds a path',
  () => {
    const volumes = createLinuxVolumes(systemTools);
    let folder = '';
    let volume: MountedVolume | null = null;
    afterEach(async () => {
      await volume?.close();
      volume = null;
      if (folder !== '') await rm(folder, { recursive: true, force: true });
      folder = '';
    });

    test('must exist', async () => {
      await expect(volumes.volumeOf('/no/such/folder')).rejects.toMatchObject({
        code: 'DESTINATION_MISSING',
        facts: { path: '/no/such/folder' },
      });
      await expect(volumes.volumeOf('/etc/passwd/x')).rejects.toMatchObject({
        code: 'DESTINATION_MISSING',
      });
    });

    test.skipIf(needsLoop() || needsTools('mke2fs', 'mount'))(
      'on an image in a file lies on the loop device and on the disk below, also through a link',
      async () => {
        volume = await mountedVolume(['mke2fs', '-q', '-t', 'ext4'], 64 * MIB);
        folder = await mkdtemp(join(tmpdir(), 'pikeep-volumes-'));
        const link = join(folder, 'link');
        await symlink(volume.folder, link);
        const below = await volumes.volumeOf(volume.image);
        for (const path of [volume.folder, link]) {
          const facts = await volumes.volumeOf(path);
          expect(facts).toMatchObject({
            fileSystem: 'ext4',
            mountPoint: volume.folder,
            keepsHoles: true,
            readOnly: false,
            network: false,
          });
          expect(facts.freeBytes).toBeGreaterThan(32 * MIB);
          expect(facts.freeBytes).toBeLessThan(64 * MIB);
          expect(facts.disks).toEqual([volume.loop.id, ...below.disks]);
        }
        await run('mount', ['-o', 'remount,ro', volume.folder]);
        expect((await volumes.volumeOf(volume.folder)).readOnly).toBe(true);
      },
    );

    test.skipIf(needsRoot() || needsTools('mount', 'umount'))(
      'in memory lies on no disk',
      async () => {
        folder = await mkdtemp(join(tmpdir(), 'pikeep-volumes-'));
        const point = join(folder, 'tmp fs');
        await mkdir(point);
        await run('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', point]);
        try {
          expect(await volumes.volumeOf(point)).toMatchObject({
            fileSystem: 'tmpfs',
            mountPoint: point,
            freeBytes: 8 * MIB,
            disks: [],
          });
        } finally {
          await run('umount', [point]);
        }
      },
    );
  },
);
