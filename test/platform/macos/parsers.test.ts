import { build } from 'plist';
import { describe, expect, it } from 'vitest';
import { partitionNumber, wholeDiskOf } from '../../../src/platform/macos/disk-names.ts';
import { disksBelow, readDiskRecord } from '../../../src/platform/macos/disk-records.ts';
import { findHolder } from '../../../src/platform/macos/dissenter.ts';
import { isDiskMounted, parseMounts } from '../../../src/platform/macos/mounts.ts';
import { parsePropertyList } from '../../../src/platform/macos/property-list.ts';
import { parseDisks } from '../../support/mac/parse-disks.ts';
import { infoFromText, listFromText, recording } from '../../support/mac/recordings.ts';

function record(id: string, name: string) {
  return readDiskRecord(id, parsePropertyList(recording(name), 'diskutil'));
}

describe('a record of a whole disk', () => {
  it('has the size of the device, not of the volume on it', () => {
    const stick = record('disk2', 'info-disk2-usb-stick-superfloppy.plist');
    expect(stick?.bytes).toBe(15682240512);
  });

  it('takes the only size an incomplete record has', () => {
    const slot = record('disk4', 'info-disk4-builtin-sdxc-m1pro-macos26.6.keys-only.plist');
    expect(slot).toMatchObject({
      bytes: 127999672320,
      sectorBytes: null,
      mediaName: 'Built In SDXC Reader',
      busName: 'Secure Digital',
      internal: true,
      removable: true,
      ejectable: true,
      writable: null,
      virtual: false,
    });
  });

  it('says what Apple silicon says of its own disk', () => {
    const ssd = record('disk0', 'info-disk0-apple-fabric-ssd-tahoe.plist');
    expect(ssd).toMatchObject({
      sectorBytes: 4096,
      internal: true,
      removable: false,
      virtual: false,
    });
  });

  it.each([
    ['another name', /(<key>DeviceIdentifier<\/key>\s*<string>)disk4/, '$1disk5'],
    ['another whole disk', /(<key>ParentWholeDisk<\/key>\s*<string>)disk4/, '$1disk5'],
    ['a part of a disk', /(<key>WholeDisk<\/key>\s*)<true\/>/, '$1<false/>'],
    ['no word on being whole', /<key>WholeDisk<\/key>\s*<true\/>/, ''],
  ])('is not taken from one with %s', (_, pattern, replacement) => {
    const real = recording('info-disk4-usb-flash-removable-arm64-mac.reserialised.plist');
    const changed = real.replace(pattern, replacement);
    expect(changed).not.toBe(real);
    expect(readDiskRecord('disk4', parsePropertyList(real, 'diskutil'))).not.toBeNull();
    expect(readDiskRecord('disk4', parsePropertyList(changed, 'diskutil'))).toBeNull();
  });

  it('is not taken from a partition, or from another disk', () => {
    expect(record('disk12', 'info-disk12s1-usb-pendrive-partition.trimmed.plist')).toBeNull();
    expect(record('disk5', 'info-disk4-disk-image-readonly-virtual-tahoe.plist')).toBeNull();
    expect(record('disk3', 'info-disk3s3s1-root-snapshot-apfs-tahoe.plist')).toBeNull();
  });

  it('in text says the same of a partition as the list does', () => {
    const text = parsePropertyList(infoFromText(recording('info-disk2s1-usb-sdcard.txt')), 'test');
    expect(text.flag('WholeDisk')).toBe(false);
    const [card] = parseDisks({
      list: recording('list-external-usb-sdcard-fdisk-dosfat32.reserialised.plist'),
    });
    expect(card?.partitions).toEqual([
      {
        index: 1,
        node: 'disk2s1',
        kind: 'fat',
        typeName: 'DOS_FAT_32',
        label: 'UNTITLED',
        uuid: '38F4AF4D-37EF-33DD-AA53-0FFA97FCC8C3',
        offset: null,
        bytes: text.count('Size'),
        mountPoints: ['/Volumes/UNTITLED'],
      },
    ]);
  });
});

describe('the disks below a volume', () => {
  it('are its container and the physical disk of that', () => {
    const root = recording('info-disk3s3s1-root-snapshot-apfs-tahoe.plist');
    expect(disksBelow(parsePropertyList(root, 'diskutil'))).toEqual(['disk3', 'disk0']);
  });
});

describe('roles', () => {
  it('protect every disk the system lies on, and mark what holds APFS', () => {
    const disks = parseDisks({
      list: recording('list-all-apple-silicon-tahoe-with-eight-disk-images.plist'),
      root: recording('info-disk3s3s1-root-snapshot-apfs-tahoe.plist'),
    });
    const roles = Object.fromEntries(disks.map(({ id, roles: own }) => [id, own.toSorted()]));
    expect(roles['disk0']).toEqual(['apfs-container', 'swap', 'system']);
    expect(roles['disk1']).toEqual(['apfs-container', 'system']);
    expect(roles['disk3']).toEqual(['apfs-container', 'swap', 'system']);
    expect(roles['disk4']).toEqual([]);
  });

  it('protect disk images that macOS itself runs from', () => {
    const mounts = [
      '/private/var/run/com.apple.security.cryptexd/mnt/x',
      '/System/Volumes/x',
      '/Volumes/x',
    ];
    const disks = parseDisks({
      list: build({
        AllDisksAndPartitions: mounts.map((path, index) => ({
          DeviceIdentifier: `disk${index + 5}`,
          Partitions: [{ DeviceIdentifier: `disk${index + 5}s1`, MountPoint: path }],
        })),
      }),
    });
    expect(disks.map(({ roles }) => roles)).toEqual([['system'], ['system'], []]);
  });

  it('mark the disk below a container also where its partition is of an unknown type', () => {
    const disks = parseDisks({
      list: recording('list-all-apfs-internal-plus-usb-superfloppy.plist').replace(
        '<string>Apple_APFS</string>',
        '<string>Mystery</string>',
      ),
      root: recording('info-disk3s3s1-root-snapshot-apfs-tahoe.plist'),
    });
    const disk0 = disks.find(({ id }) => id === 'disk0');
    expect(disk0?.partitions.map(({ kind }) => kind)).toEqual(['efi-system', 'other']);
    expect(disk0?.roles).toContain('apfs-container');
  });

  it('protect the system even where "/" itself was answered for another disk', () => {
    const disks = parseDisks({
      list: recording('list-all-apfs-internal-plus-usb-superfloppy.plist'),
      root: recording('info-disk3s3s1-root-snapshot-apfs-tahoe.plist').replaceAll(
        'disk0s2',
        'disk9s2',
      ),
    });
    for (const id of ['disk0', 'disk1']) {
      expect(disks.find((disk) => disk.id === id)?.roles).toContain('system');
    }
  });
});

describe('recorded listings as text', () => {
  it.each([
    ['list-text-usb-reader-fresh-flash-pi-card.txt', ['fat bootfs', 'linux null']],
    ['list-text-imac-builtin-slot-raspbian-2016.txt', ['fat boot', 'linux null']],
    ['list-text-builtin-slot-non-pi-fat-card.txt', ['fat MUSICSD']],
  ])('%s', (file, expected) => {
    const [card] = parseDisks({ list: listFromText(recording(file)) });
    expect(card?.scheme).toBe('mbr');
    expect(card?.partitions.map(({ kind, label }) => `${kind} ${label}`)).toEqual(expected);
  });

  it('tell disk images and cards apart only by what info says', () => {
    const text = recording('list-text-builtin-slot-pi-card-plus-disk-images.txt');
    const disks = parseDisks({ list: listFromText(text) });
    expect(disks.map(({ id, scheme }) => [id, scheme])).toEqual([
      ['disk4', 'apm'],
      ['disk5', 'gpt'],
      ['disk6', 'mbr'],
    ]);
  });
});

describe('names', () => {
  it('lead to their whole disk', () => {
    expect(wholeDiskOf('disk4')).toBe('disk4');
    expect(wholeDiskOf('/dev/disk4s1')).toBe('disk4');
    expect(wholeDiskOf('/dev/rdisk12')).toBe('disk12');
    expect(wholeDiskOf('disk3s3s1')).toBe('disk3');
    for (const bad of ['disk', 'disk4; rm', 'disk04', 'disk4s', '../disk4', 'disk4s1s1s1', '']) {
      expect(wholeDiskOf(bad)).toBeNull();
    }
    expect(partitionNumber('disk4s2')).toBe(2);
    expect(partitionNumber('disk3s3s1')).toBeNull();
  });
});

describe('the process in the way', () => {
  it.each([
    ['unmountDisk-failed-dissenter-mds_stores.txt', { pid: 319, name: 'mds_stores' }],
    ['eject-failed-dissenter-application.txt', { pid: 20848, name: 'rekordbox' }],
    ['unmount-failed-dissenter-dareturnbusy.fragment.txt', { pid: 1234, name: 'ProcessName' }],
    ['unmountDisk-force-failed.txt', null],
    ['unmountDisk-success.txt', null],
  ])('%s', (file, expected) => {
    expect(findHolder(recording(file))).toEqual(expected);
  });

  it('may have parentheses and spaces in its path', () => {
    const text = 'Unmount was dissented by PID 7 (/Applications/A (old)/My App (2))\n';
    expect(findHolder(text)).toEqual({ pid: 7, name: 'My App (2)' });
  });

  it('is not searched for with every beginning against every end', () => {
    for (const start of ['dissented by PID 7 (', 'Dissenter PID=7 (']) {
      expect(findHolder(start.repeat(50_000))).toBeNull();
    }
  });
});

describe('the mount table', () => {
  it('is read as recorded', () => {
    const mounts = parseMounts(recording('mount-table-apple-silicon.txt'));
    expect(
      mounts.map(({ device, mountPoint, fileSystem }) => [device, mountPoint, fileSystem]),
    ).toEqual([
      ['/dev/disk3s1s1', '/', 'apfs'],
      ['devfs', '/dev', 'devfs'],
      ['/dev/disk3s5', '/System/Volumes/Data', 'apfs'],
      ['map auto_home', '/System/Volumes/Data/home', 'autofs'],
      ['//user@server._smb._tcp.local/books', '/Volumes/books', 'smbfs'],
      ['/dev/disk6s2', '/Volumes/data', 'hfs'],
    ]);
    expect(mounts[0]?.options).toContain('read-only');
  });

  it('names the disk of a mounted card', () => {
    const mounts = parseMounts(recording('mount-line-bootfs.txt'));
    expect(isDiskMounted(mounts, 'disk8')).toBe(true);
    expect(isDiskMounted(mounts, 'disk80')).toBe(false);
  });

  it('takes the last parentheses of a line, whatever the volume is called', () => {
    const line = '/dev/disk4s1 on /Volumes/a on /b (apfs, local) (msdos, local, noowners)';
    expect(parseMounts(line)).toEqual([
      {
        device: '/dev/disk4s1',
        mountPoint: '/Volumes/a on /b (apfs, local)',
        fileSystem: 'msdos',
        options: ['local', 'noowners'],
      },
    ]);
  });

  it('leaves out lines of another form, however long and often they begin', () => {
    for (const line of [
      ...['', ')', ' on /x (apfs)', '/dev/disk4s1 on x (apfs)', '/dev/disk4s1 on /x', '(a) on /x'],
      ...['/dev/disk4s1 on /x (apfs', '/dev/disk4s1 on /x (a(b)', '/dev/disk4s1 on /x (a))'],
      ...['x'.concat(' on /'.repeat(400_000)), 'x'.concat(' on /x ('.repeat(400_000), '()')],
    ]) {
      expect(parseMounts(line).length, line.slice(0, 40)).toBe(0);
    }
  });
});
