import fc from 'fast-check';
import { build, type PlistValue } from 'plist';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isPiKeepError } from '../../../src/engine/errors.ts';
import { judge } from '../../../src/engine/selection.ts';
import { parsePropertyList } from '../../../src/platform/macos/property-list.ts';
import { parseDisks } from '../../support/mac/parse-disks.ts';
import { recording } from '../../support/mac/recordings.ts';

// The XML parser below plist tells the console what it thinks of each text.
beforeAll(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterAll(() => vi.restoreAllMocks());

function refusalOf(text: string): string {
  try {
    parsePropertyList(text, 'diskutil');
  } catch (error) {
    if (isPiKeepError(error, 'TOOL_FAILED')) return error.facts.detail;
    throw error;
  }
  throw new Error('this should have been refused');
}

describe('what is no property list', () => {
  it.each([
    ['nothing', ''],
    ['what a Mac says right after wake-up', '(null)'],
    ['another format', '{ "AllDisks" = (); }'],
    [
      'a cut one',
      recording('list-external-usb-superfloppy-fat32-nopartitions.plist').slice(0, 500),
    ],
    ['a list in place of a dictionary', build([1, 2])],
    ['a text in place of a dictionary', build('disk4')],
    ['entities', '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "aaaa">]><plist><dict/></plist>'],
    [
      'a key that would change every object',
      '<plist><dict><key>__proto__</key><dict/></dict></plist>',
    ],
    ['too many levels', `<plist>${'<array>'.repeat(30000)}${'</array>'.repeat(30000)}</plist>`],
  ])('%s is a failed tool', (_, text) => {
    expect(refusalOf(text)).toMatch(/property list/);
  });

  it('is never anything but a failed tool', () => {
    const real = recording('info-disk2-usb-stick-superfloppy.plist');
    const cut = fc
      .tuple(fc.nat(real.length), fc.nat(40), fc.string())
      .map(([at, length, text]) => real.slice(0, at) + text + real.slice(at + length));
    fc.assert(
      fc.property(fc.oneof(fc.string(), cut), (text) => {
        try {
          parsePropertyList(text, 'diskutil');
        } catch (error) {
          if (!isPiKeepError(error, 'TOOL_FAILED')) throw error;
        }
      }),
    );
  });
});

const value: fc.Arbitrary<PlistValue> = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.integer(),
  fc.constantFrom(2 ** 60, -1, 0, 0.5),
  fc.constantFrom<PlistValue>([], {}, ['disk4'], [{ DeviceIdentifier: 'disk4' }]),
  fc.constantFrom('disk4', 'disk4s1', '/dev/disk4', 'disk4; reboot', '../../etc', 'Disk Image'),
);

const keys = [
  'DeviceIdentifier',
  'WholeDisk',
  'ParentWholeDisk',
  'Size',
  'IOKitSize',
  'TotalSize',
  'DeviceBlockSize',
  'MediaName',
  'BusProtocol',
  'Internal',
  'RemovableMedia',
  'Removable',
  'Ejectable',
  'WritableMedia',
  'VirtualOrPhysical',
  'Content',
  'DiskUUID',
  'APFSPhysicalStores',
  'APFSVolumes',
  'Partitions',
  'MountPoint',
  'MountedSnapshots',
  'VolumeName',
] as const;

const dictionary = fc.dictionary(fc.constantFrom(...keys), value);
const everything = {
  destinationDisks: [],
  allowDiskImage: true,
  allowOtherExternal: true,
  neverTouch: [],
};

describe('replies of any content', () => {
  it('make only disks with names of disks, and plain data', () => {
    fc.assert(
      fc.property(fc.array(dictionary), dictionary, (entries, info) => {
        const disks = parseDisks({
          list: build({ AllDisksAndPartitions: entries, WholeDisks: ['disk4', '../disk4', 'x'] }),
          info: { disk4: build(info) },
        });
        for (const disk of disks) {
          expect(disk.id).toMatch(/^disk\d+$/);
          expect(disk.path).toBe(`/dev/${disk.id}`);
          expect(Number.isFinite(disk.bytes)).toBe(true);
          expect(JSON.parse(JSON.stringify(disk))).toEqual(disk);
        }
      }),
    );
  });

  it('never get a disk offered that is not said to be removable, outside, or in the card slot', () => {
    fc.assert(
      fc.property(dictionary, (info) => {
        const [disk] = parseDisks({
          list: build({ WholeDisks: ['disk4'], AllDisksAndPartitions: [] }),
          info: { disk4: build(info) },
        });
        if (!disk || !judge(disk, { ...everything, allowOtherExternal: false }).offer) return;
        expect(info['WholeDisk']).toBe(true);
        const taken = [info['RemovableMedia'], info['Removable'], info['Ejectable']];
        expect(taken.includes(true) || info['BusProtocol'] === 'Disk Image').toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('never get the system disk offered, whatever else they say of it', () => {
    fc.assert(
      fc.property(dictionary, (info) => {
        const disks = parseDisks({
          list: recording('list-all-apfs-internal-plus-usb-superfloppy.plist'),
          info: { disk0: build(info), disk1: build(info) },
        });
        for (const id of ['disk0', 'disk1']) {
          const disk = disks.find((candidate) => candidate.id === id);
          expect(disk && judge(disk, everything)).toMatchObject({ offer: false, protected: true });
        }
      }),
    );
  });

  it('lose everything from a name that would change how the text around it is shown', () => {
    const [disk] = parseDisks({
      list: build({ WholeDisks: ['disk4'], AllDisksAndPartitions: [] }),
      info: { disk4: build({ WholeDisk: true, MediaName: `a\u202eb\u0085c\n${'d'.repeat(999)}` }) },
    });
    expect(disk?.mediaName).toMatch(/^abcd{252}$/);
  });
});
