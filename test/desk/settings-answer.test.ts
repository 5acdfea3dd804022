import { describe, expect, it } from 'vitest';
import { folderWarnings } from '../../src/desk/settings-answer.ts';
import { emptyState } from '../../src/desk/state.ts';
import { step } from '../../src/desk/step.ts';
import type { FolderLook, VolumeFacts } from '../../src/platform/ports.ts';
import { someSettings } from '../support/settings.ts';
import { context, piCard, stick, systemDisk } from './cards.ts';

const volume: VolumeFacts = {
  fileSystem: 'apfs',
  mountPoint: '/',
  freeBytes: 200e9,
  maxFileBytes: Number.POSITIVE_INFINITY,
  keepsHoles: true,
  readOnly: false,
  network: false,
  disks: [],
};
const good: FolderLook = { is: 'folder', isWritable: true, volume, syncedBy: null };
const FAT = { fileSystem: 'msdos', maxFileBytes: 2 ** 32 - 1, keepsHoles: false };

function warnings(change: Partial<FolderLook>, of: Partial<VolumeFacts> = {}): string {
  const inside = { ...systemDisk('sda'), internal: true, removable: false, ejectable: false };
  const disks = [piCard('sdb'), stick('sdc'), inside];
  const { state } = step(emptyState(someSettings()), { input: 'listed', disks, context });
  return folderWarnings({ ...good, volume: { ...volume, ...of }, ...change }, state.disks).join(
    '|',
  );
}

describe('beside the folder of the backups', () => {
  it('nothing stands for a good one', () => {
    expect(warnings({})).toBe('');
    expect(warnings({ is: 'missing' })).toBe('');
    expect(warnings({}, { disks: ['sda'] })).toBe('');
    expect(warnings({}, { network: true, mountPoint: '/Volumes/server' })).toBe('');
  });

  it.each([
    ['a FAT disk', {}, FAT, /^Its disk is formatted as FAT, .*4 GiB/],
    ['exFAT', {}, { keepsHoles: false }, /^Its disk stores empty space, too/],
    ['iCloud Drive', { syncedBy: 'iCloud Drive' }, {}, /^iCloud Drive keeps this folder/],
    ['a full disk', {}, { freeBytes: 9e9 }, /^It is almost full/],
    ['a stick', {}, { disks: ['sdc'] }, /^It is on a disk that can be unplugged/],
    ['a disk that is not listed', {}, { mountPoint: '/Volumes/Stick' }, /can be unplugged/],
    ['no right', { isWritable: false }, {}, /^You may not write here/],
    ['a disk that is away', { is: 'missing', isWritable: false }, {}, /is its disk connected/],
    ['a server that is gone', { is: 'silent', volume: null }, {}, /^Nothing is heard/],
    ['a file', { is: 'no folder' }, {}, /^This is no folder/],
  ] as const)('%s is warned of, and of nothing else', (_what, change, of, words) => {
    const said = warnings(change, of);
    expect(said).toMatch(words);
    expect(said).not.toContain('|');
  });

  it('all that is wrong is said', () => {
    const bad = { syncedBy: 'Dropbox', isWritable: false } as const;
    expect(warnings(bad, { ...FAT, freeBytes: 1, disks: ['sdc'] }).split('|')).toHaveLength(5);
  });
});
