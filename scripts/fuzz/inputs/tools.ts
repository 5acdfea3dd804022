/** What the programs of the system print. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isPiKeepError } from '../../../src/engine/errors.ts';
import { judge } from '../../../src/engine/selection.ts';
import { parseLsblk } from '../../../src/platform/linux/lsblk.ts';
import { parseMountInfo } from '../../../src/platform/linux/mount-table.ts';
import { parseFindmnt } from '../../../src/platform/linux/volumes.ts';
import { assembleDisks } from '../../../src/platform/macos/disk-assembly.ts';
import { disksBelow, readDiskRecord, readList } from '../../../src/platform/macos/disk-records.ts';
import { findHolder } from '../../../src/platform/macos/dissenter.ts';
import { isDiskMounted, parseMounts } from '../../../src/platform/macos/mounts.ts';
import { parsePropertyList } from '../../../src/platform/macos/property-list.ts';
import { bytesOf, type InputParser, textOf, unless } from './parser.ts';

const RECORDINGS = resolve(import.meta.dirname, '../../../test/fixtures/diskutil');

export const tools: readonly InputParser[] = [
  { ...text('diskutil-list', recorded(/^list-.*\.plist$/), judgeList, plistWords()), share: 0.05 },
  { ...text('diskutil-info', recorded(/^info-.*\.plist$/), judgeInfo, plistWords()), share: 0.2 },
  text(
    'mount',
    recorded(/^mount-/),
    (input) => {
      const mounts = parseMounts(textOf(input));
      isDiskMounted(mounts, 'disk4');
      if (mounts.some(({ mountPoint }) => !mountPoint.startsWith('/'))) throw new Error('no path');
    },
    ['/dev/disk4s1 on ', ' (', ')', ' on /', ', '],
  ),
  text(
    'dissenter',
    recorded(/^(unmount|eject)/),
    (input) => {
      const holder = findHolder(textOf(input));
      if (holder && (holder.name.length > 128 || !Number.isSafeInteger(holder.pid))) {
        throw new Error(holder.name);
      }
    },
    ['dissented by PID ', 'Dissenter PID=', ' (', ')', 'status='],
  ),
  json('lsblk', lsblk, (input) =>
    unless(['TOOL_FAILED'], () => {
      for (const { kname } of parseLsblk(textOf(input))) {
        if (!/^[\w.!-]{1,64}$/.test(kname)) throw new Error(kname);
      }
    }),
  ),
  json('findmnt', findmnt, (input) => unless(['TOOL_FAILED'], () => parseFindmnt(textOf(input)))),
  text('mountinfo', [mountInfo()], (input) => void parseMountInfo(textOf(input)), [
    ' - ',
    '\\040',
    '\\',
  ]),
];

// The XML parser below plist tells the console what it thinks of each text.
console.warn = () => undefined;
console.error = () => undefined;

function text(
  name: string,
  samples: readonly string[],
  judgeInput: InputParser['judge'],
  words: readonly string[],
): InputParser {
  return {
    name,
    form: 'text',
    words,
    sample: (random) => bytesOf(random.pick(samples)),
    judge: judgeInput,
  };
}

function json(name: string, make: () => unknown, judgeInput: InputParser['judge']): InputParser {
  return { name, form: 'json', sample: () => bytesOf(JSON.stringify(make())), judge: judgeInput };
}

function recorded(names: RegExp): string[] {
  const found = readdirSync(RECORDINGS).filter((name) => names.test(name));
  return found.map((name) => readFileSync(join(RECORDINGS, name), 'utf8'));
}

function plistWords(): string[] {
  return [
    ...[
      '<dict>',
      '</dict>',
      '<array>',
      '</array>',
      '<key>',
      '</key>',
      '<true/>',
      '<integer>',
      '<string>',
    ],
    ...[
      '<!DOCTYPE x [<!ENTITY a "aaaa">]>',
      '&a;',
      '<![CDATA[',
      ']]>',
      '<!--',
      '<key>__proto__</key>',
    ],
    ...[
      'DeviceIdentifier',
      'WholeDisk',
      'RemovableMedia',
      'disk4',
      '../disk4',
      '<real>nan</real>',
      '<date>',
    ],
  ];
}

const everything = {
  destinationDisks: [],
  allowDiskImage: true,
  allowOtherExternal: true,
  neverTouch: [],
};

/** Whatever a reply says, disks have names of disks; one whose facts are missing is never offered. */
function judgeList(input: Uint8Array): void {
  const reply = dictionaryOf(input);
  if (!reply) return;
  const listed = readList(reply);
  for (const disk of assembleDisks({
    listed,
    records: new Map(),
    rootDisks: ['disk0'],
    devices: '/dev',
  })) {
    if (!/^disk\d+$/.test(disk.id) || disk.path !== `/dev/${disk.id}`) throw new Error(disk.path);
    if (judge(disk, everything).offer) throw new Error(`${disk.id} is offered`);
  }
}

function judgeInfo(input: Uint8Array): void {
  const reply = dictionaryOf(input);
  if (!reply) return;
  for (const disk of disksBelow(reply)) {
    if (!/^disk\d+$/.test(disk)) throw new Error(disk);
  }
  const record = readDiskRecord('disk4', reply);
  if (record?.bytes !== undefined && record.bytes !== null && !Number.isFinite(record.bytes)) {
    throw new Error(`${record.bytes} bytes`);
  }
}

function dictionaryOf(input: Uint8Array): ReturnType<typeof parsePropertyList> | null {
  try {
    return parsePropertyList(textOf(input), 'diskutil');
  } catch (error) {
    if (!isPiKeepError(error, 'TOOL_FAILED')) throw error;
    return null;
  }
}

function lsblk(): unknown {
  const part = (kname: string): object => ({
    ...{
      name: kname,
      kname,
      path: `/dev/${kname}`,
      type: 'part',
      size: 268_435_456,
      'log-sec': 512,
    },
    ...{ rm: true, ro: false, hotplug: true, parttype: '0xc', fstype: 'vfat', label: 'bootfs' },
    ...{ uuid: '9BE2-1346', mountpoints: ['/media/pi/bootfs', null] },
  });
  return {
    blockdevices: [
      {
        ...{ name: 'sdb', kname: 'sdb', path: '/dev/sdb', type: 'disk', size: '31914983424' },
        ...{
          'log-sec': 512,
          rm: '1',
          ro: '0',
          hotplug: true,
          tran: 'usb',
          model: 'SD Card Reader',
        },
        ...{ vendor: 'Generic', pttype: 'dos', ptuuid: '5e3da3da', mountpoint: null },
        children: [part('sdb1'), { ...part('sdb2'), children: [part('dm-0')] }],
      },
    ],
  };
}

function findmnt(): unknown {
  const mount = {
    target: '/home',
    source: '/dev/vda[/@home]',
    fstype: 'btrfs',
    options: 'rw,relatime',
  };
  return { filesystems: [{ ...mount, 'maj:min': ' 0:35' }] };
}

function mountInfo(): string {
  return [
    '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
    '40 22 8:17 / /media/pi/my\\040card rw,nosuid shared:2 - vfat /dev/sdb1 rw,uid=1000',
    '41 22 0:35 /@home /home rw - btrfs /dev/vda2 rw',
  ].join('\n');
}
