import { describe, expect, it } from 'vitest';
import type { Disk } from '../../src/engine/disk.ts';
import { judge, type SelectionContext } from '../../src/engine/selection.ts';
import { plainDisk } from '../support/disk.ts';
import { parseDisks } from '../support/mac/parse-disks.ts';
import { recordedDisks } from '../support/mac/recorded-disks.ts';
import { recording } from '../support/mac/recordings.ts';

const strict: SelectionContext = {
  destinationDisks: [],
  allowDiskImage: false,
  allowOtherExternal: false,
  neverTouch: [],
};

function verdictsOf(disks: readonly Disk[], context = strict): Record<string, string> {
  return Object.fromEntries(
    disks.map((disk) => {
      const verdict = judge(disk, context);
      return [disk.id, verdict.offer ? 'card' : verdict.reason];
    }),
  );
}

describe('every recorded disk falls on the right side', () => {
  it.each(recordedDisks)('$name', (replies) => {
    expect(verdictsOf(parseDisks(replies))).toEqual(replies.verdicts);
  });

  it('a destination on the card itself takes the offer away', () => {
    const disks = parseDisks({
      list: recording('list-external-usb-flash-fdisk-arm64-mac.reserialised.plist'),
      info: { disk4: recording('info-disk4-usb-flash-removable-arm64-mac.reserialised.plist') },
    });
    const context = { ...strict, destinationDisks: ['disk4'] };
    expect(verdictsOf(disks, context)).toEqual({ disk4: 'destination' });
  });
});

describe('options lift only what they name', () => {
  const everything = {
    destinationDisks: [],
    allowDiskImage: true,
    allowOtherExternal: true,
    neverTouch: [],
  };

  it.each(recordedDisks)('$name', (replies) => {
    const lifted = new Set(['disk-image', 'external-fixed']);
    const expected = Object.entries(replies.verdicts).map(([id, verdict]) => [
      id,
      lifted.has(verdict) ? 'card' : verdict,
    ]);
    expect(verdictsOf(parseDisks(replies), everything)).toEqual(Object.fromEntries(expected));
  });
});

describe('disks as Linux describes them', () => {
  const cases: readonly [string, Partial<Disk>, string][] = [
    ['a USB reader with a card', { bus: 'usb', internal: false, removable: true }, 'card'],
    [
      'an empty USB reader',
      { bus: 'usb', internal: false, removable: true, bytes: 0 },
      'no-medium',
    ],
    ['a USB hard disk', { bus: 'usb', internal: false, removable: false }, 'external-fixed'],
    ['an SD card in mmcblk', { bus: 'secure-digital', internal: true, removable: true }, 'card'],
    [
      'a soldered eMMC chip',
      { bus: 'secure-digital', internal: true, removable: false, ejectable: false },
      'not-removable',
    ],
    [
      'the SD card a Pi runs from',
      { bus: 'secure-digital', internal: true, removable: true, roles: ['system'] },
      'system-disk',
    ],
    ['a card in use as swap', { roles: ['swap'] }, 'swap'],
    ['a member of a RAID', { roles: ['in-use'] }, 'in-use'],
    [
      'a loop device',
      {
        bus: 'disk-image',
        virtual: true,
        diskImage: { backingFile: '/tmp/x.img', backingOwner: 0 },
      },
      'disk-image',
    ],
    ['a device-mapper volume', { bus: 'other', virtual: true }, 'virtual'],
    ['an NVMe disk', { bus: 'nvme', internal: true, removable: false }, 'internal'],
    ['a disk of odd length', { bytes: 1024 * 1024 + 1 }, 'bad-size'],
    ['a disk larger than can be counted', { bytes: 2 ** 60 }, 'bad-size'],
    ['a disk that says nothing', { internal: null, removable: null, ejectable: null }, 'unclear'],
  ];
  it.each(cases)('%s', (_, facts, expected) => {
    expect(verdictsOf([plainDisk({ path: '/dev/sdx', ...facts })])).toEqual({ sdx: expected });
  });
});

describe('the slot', () => {
  it('always holds a card', () => {
    const card = plainDisk({
      path: '/slot/octopi.img',
      bus: 'slot',
      internal: null,
      removable: null,
      ejectable: null,
      virtual: true,
    });
    expect(judge(card, strict)).toEqual({ offer: true, warnings: [] });
  });

  it('is no card when the images go onto it', () => {
    const card = plainDisk({ path: '/slot/octopi.img', bus: 'slot' });
    const context = { ...strict, destinationDisks: ['octopi.img'] };
    expect(judge(card, context)).toEqual({ offer: false, protected: true, reason: 'destination' });
  });
});

it('warns about a card above two terabytes, and offers it', () => {
  expect(judge(plainDisk({ bytes: 4_000_000_000_000 - 512 * 3 }), strict)).toEqual({
    offer: true,
    warnings: ['very-large'],
  });
});
