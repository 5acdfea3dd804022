import { describe, expect, test } from 'vitest';
import { isSystemPoint, rolesOf } from '../../../src/platform/linux/disk-roles.ts';
import { type BlockNode, parseLsblk } from '../../../src/platform/linux/lsblk.ts';

interface Sketch {
  readonly type: string;
  readonly name?: string;
  readonly fs?: string;
  readonly on?: readonly string[];
  readonly holds?: readonly Sketch[];
}

function answerOf({ type, name = 'sda', fs, on = [], holds = [] }: Sketch): object {
  return {
    ...{ kname: name, path: `/dev/${name}`, type, size: 1024, fstype: fs ?? null },
    ...{ mountpoints: on.length > 0 ? on : [null], children: holds.map(answerOf) },
  };
}

const disksOf = (...disks: Sketch[]): readonly BlockNode[] =>
  parseLsblk(JSON.stringify({ blockdevices: disks.map(answerOf) }));

function roles(disk: Sketch): string[] {
  const [node] = disksOf(disk);
  if (!node) throw new Error('not parsed');
  return rolesOf(node, new Map(), [node]);
}

describe('a disk that the running system needs', () => {
  test.each([
    '/',
    '/boot',
    '/boot/efi',
    '/usr',
    '/var/lib/docker',
    '/home',
    '/home/pi',
    '/nix/store',
  ])('is one with a part mounted at %s', (point) => {
    const disk = { type: 'disk', holds: [{ type: 'part', on: [point] }] };
    expect(roles(disk)).toEqual(['system']);
  });

  test('is found through encryption, volume groups and arrays', () => {
    const root = { type: 'lvm', on: ['/'] };
    const swap = { type: 'lvm', on: ['[SWAP]'] };
    const crypt = { type: 'crypt', fs: 'LVM2_member', holds: [root, swap] };
    const disk = { type: 'disk', holds: [{ type: 'part', fs: 'crypto_LUKS', holds: [crypt] }] };
    expect(roles(disk).toSorted()).toEqual(['in-use', 'swap', 'system']);
    const raid = { type: 'raid1', on: ['/srv/data'] };
    expect(roles({ type: 'disk', holds: [{ type: 'part', holds: [raid] }] }).toSorted()).toEqual([
      'in-use',
      'system',
    ]);
  });

  test('may carry only swap', () => {
    expect(roles({ type: 'disk', holds: [{ type: 'part', on: ['[SWAP]'] }] })).toEqual(['swap']);
    expect(roles({ type: 'disk', on: ['[SWAP]'] })).toEqual(['swap']);
  });

  test('may be part of a pool whose mounts no table shows', () => {
    expect(roles({ type: 'disk', holds: [{ type: 'part', fs: 'zfs_member' }] })).toEqual([
      'in-use',
    ]);
    const [sda, sdb] = disksOf(
      { type: 'disk', name: 'sda', fs: 'btrfs', on: ['/'] },
      { type: 'disk', name: 'sdb', fs: 'btrfs' },
    );
    if (!sda || !sdb) throw new Error('not parsed');
    const btrfs = new Map([
      ['sda', ['sda', 'sdb']],
      ['sdb', ['sda', 'sdb']],
    ]);
    expect(rolesOf(sdb, btrfs, [sda, sdb])).toEqual(['system', 'in-use']);
  });
});

describe('a card', () => {
  test('has no role when the desktop, or a person, has mounted it', () => {
    for (const point of ['/media/pi/bootfs', '/run/media/pi/rootfs', '/mnt', '/home/pi/mnt/card']) {
      expect(isSystemPoint(point), point).toBe(false);
      expect(roles({ type: 'disk', holds: [{ type: 'part', fs: 'vfat', on: [point] }] })).toEqual(
        [],
      );
    }
  });

  test('that holds an array or volume group which is not running is no part of anything', () => {
    expect(roles({ type: 'disk', holds: [{ type: 'part', fs: 'LVM2_member' }] })).toEqual([]);
    expect(roles({ type: 'disk', holds: [{ type: 'part', fs: 'linux_raid_member' }] })).toEqual([]);
  });
});
