/** One snapshot for every state the panel can be in. */

import type { DiskView, JobState, JobView, Snapshot } from '../../src/contract/panel.ts';
import { manySystems, piOs } from './plans.ts';

export const nothing: Snapshot = {
  revision: 1,
  tool: { version: '0.1.0', where: 'browser', source: 'this computer’s card readers' },
  library: '~/PiKeep',
  disks: [],
  refused: [],
  jobs: [],
  leftovers: [],
  settings: { ejectWhenDone: false },
  trouble: null,
};

export const octopi: DiskView = {
  disk: 'disk4',
  card: '1-a',
  title: 'Raspberry Pi card',
  subtitle: '31.9 GB · Built In SDXC Reader',
  bytes: 31_914_983_424,
  kind: 'pi',
  partitions: [
    { kind: 'FAT', label: 'bootfs', bytes: 536_870_912 },
    { kind: 'Linux', label: null, bytes: 31_369_199_616 },
  ],
  warnings: [],
};

export const stick: DiskView = {
  disk: 'disk5',
  card: '2-b',
  title: 'HOLIDAY',
  subtitle: '15.7 GB · Ultra Fit',
  bytes: 15_682_240_512,
  kind: 'removable',
  partitions: [{ kind: 'FAT', label: 'HOLIDAY', bytes: 15_681_191_936 }],
  warnings: [],
};

export function jobOn(disk: DiskView, state: JobState, change: Partial<JobView> = {}): JobView {
  return {
    job: `job-${disk.card}`,
    disk: disk.disk,
    card: disk.card,
    title: 'octopi',
    state,
    plan: null,
    warnings: [],
    ...change,
  };
}

export const copying: Extract<JobState, { is: 'working' }> = {
  is: 'working',
  phase: 'copying',
  bytes: 12_345_678_901,
  total: octopi.bytes,
  bytesPerSecond: 88_200_000,
  secondsLeft: 222,
  cancelling: false,
};

export const done: Extract<JobState, { is: 'done' }> = {
  is: 'done',
  image: '/Users/ann/PiKeep/octopi/octopi 2026-11-22 16.40.img',
  place: '~/PiKeep/octopi',
  bytes: octopi.bytes,
  storedBytes: 4_123_456_789,
  readBytes: octopi.bytes,
  seconds: 372,
  verified: 'read-back',
  checks: [
    { name: 'partition table', ok: true, detail: 'MBR, 2 partitions' },
    { name: 'boot files', ok: true, detail: 'config.txt, cmdline.txt, kernel8.img' },
    { name: 'root file system', ok: true, detail: 'ext4' },
    { name: 'root partition', ok: true, detail: 'PARTUUID=5e3da3da-02' },
  ],
  ejected: false,
};

export const unmountRefused: JobState = {
  is: 'failed',
  problem: {
    code: 'UNMOUNT_REFUSED',
    title: 'The card is still in use',
    message: 'mds_stores (process 321) keeps a volume of disk4 open.',
    next: 'Close mds_stores and try again, or unmount by force.',
  },
  actions: ['retry', 'force-unmount'],
};

export const privacyRefused: JobState = {
  is: 'failed',
  problem: {
    code: 'PRIVACY_REFUSED',
    title: 'macOS does not let PiKeep read cards',
    message: 'PiKeep has no access to removable volumes, so macOS refused to open /dev/rdisk4.',
    next: 'Open Privacy & Security, Files and Folders, and switch on Removable Volumes for PiKeep. Then try again.',
  },
  actions: ['open-privacy-settings', 'retry'],
};

const gone: JobState = {
  is: 'failed',
  problem: {
    code: 'DEVICE_GONE',
    title: 'The card is gone',
    message: 'The card was taken out, or its reader lost it, while it was being read.',
    next: 'Put it back in and start again. Nothing half-made is left behind.',
  },
  actions: ['retry'],
};

const refused = [
  {
    disk: 'disk0',
    title: 'APPLE SSD AP0512Q',
    bytes: 500_277_792_768,
    reason: 'It carries the system this computer is running.',
  },
  {
    disk: 'disk6',
    title: 'Extreme Portable SSD',
    bytes: 1_000_204_886_016,
    reason: 'It is an external drive that cannot be taken out of its case like a card.',
  },
];

export const plan = piOs(octopi.bytes);

/** A job that reads what `plan` says, `portion` of it so far. */
function mapped(
  portion: number,
  change: Partial<Extract<JobState, { is: 'working' }>> = {},
  of = plan,
): JobView {
  const bytes = Math.floor(of.readBytes * portion);
  const bytesPerSecond = 88_200_000;
  const secondsLeft = (of.readBytes - bytes) / bytesPerSecond;
  const state = { ...copying, bytes, total: of.readBytes, bytesPerSecond, secondsLeft, ...change };
  return jobOn(octopi, state, { plan: of });
}

const proven = { ...done, readBytes: plan.readBytes, seconds: 59 };

/** By the name of the picture. */
export const states: Readonly<Record<string, Snapshot>> = {
  nothing: { ...nothing, refused },
  offered: { ...nothing, disks: [octopi], refused },
  'plain disk': {
    ...nothing,
    disks: [
      {
        ...stick,
        warnings: [
          'This disk is larger than any Raspberry Pi card. Make sure it is the one you mean.',
        ],
      },
    ],
  },
  several: { ...nothing, disks: [octopi, stick], jobs: [mapped(0.7)] },
  opening: {
    ...nothing,
    disks: [octopi],
    jobs: [
      jobOn(octopi, {
        ...copying,
        phase: 'opening',
        bytes: 0,
        bytesPerSecond: null,
        secondsLeft: null,
      }),
    ],
  },
  'map known': {
    ...nothing,
    disks: [octopi],
    jobs: [mapped(0, { phase: 'opening', bytesPerSecond: null, secondsLeft: null })],
  },
  copying: { ...nothing, disks: [octopi], jobs: [mapped(0.405)] },
  'copying without a map': { ...nothing, disks: [octopi], jobs: [jobOn(octopi, copying)] },
  'copying many systems': {
    ...nothing,
    disks: [octopi],
    jobs: [mapped(0.55, {}, manySystems(octopi.bytes))],
  },
  'copying everything': {
    ...nothing,
    disks: [octopi],
    jobs: [
      mapped(
        0.22,
        {},
        {
          ...plan,
          readBytes: octopi.bytes,
          cells: plan.cells.map(() => 255),
          partitions: plan.partitions.map((one) => ({
            ...one,
            strategy: 'whole',
            usedBytes: null,
            reason: 'its checksums do not match what it says about itself',
          })),
        },
      ),
    ],
  },
  proving: {
    ...nothing,
    disks: [octopi],
    jobs: [
      {
        ...mapped(0.96, { phase: 'proving', secondsLeft: 6 }),
        warnings: ['A volume of the card was mounted again while it was being read.'],
      },
    ],
  },
  stopping: {
    ...nothing,
    disks: [octopi],
    jobs: [mapped(0.31, { cancelling: true })],
  },
  done: { ...nothing, disks: [octopi], jobs: [jobOn(octopi, proven, { plan })] },
  'done without a map': { ...nothing, disks: [octopi], jobs: [jobOn(octopi, done)] },
  'done and ejected': {
    ...nothing,
    jobs: [jobOn(octopi, { ...done, ejected: true, verified: 'read-back-cached' })],
    settings: { ejectWhenDone: true },
  },
  'done with a doubt': {
    ...nothing,
    disks: [octopi],
    jobs: [
      jobOn(
        octopi,
        {
          ...proven,
          checks: [
            ...done.checks.slice(0, 3),
            {
              name: 'root partition',
              ok: false,
              detail: 'it names PARTUUID=0badcafe-02, and the card has 5e3da3da',
            },
          ],
        },
        { plan },
      ),
    ],
  },
  'not verified': {
    ...nothing,
    disks: [octopi],
    jobs: [jobOn(octopi, { ...done, verified: null, checks: [] })],
  },
  'in use': { ...nothing, disks: [octopi], jobs: [jobOn(octopi, unmountRefused)] },
  privacy: { ...nothing, disks: [octopi], jobs: [jobOn(octopi, privacyRefused)] },
  'pulled out': { ...nothing, jobs: [jobOn(octopi, gone)] },
  cancelled: { ...nothing, disks: [octopi], jobs: [jobOn(octopi, { is: 'cancelled' })] },
  leftovers: {
    ...nothing,
    disks: [octopi],
    leftovers: [
      {
        file: '/Users/ann/PiKeep/octopi/octopi 2026-11-20 09.12.img.partial',
        name: 'octopi 2026-11-20 09.12.img',
        storedBytes: 2_200_000_000,
      },
      {
        file: '/Users/ann/PiKeep/a very long name for one small Raspberry Pi/x.img.partial',
        name: 'a very long name for one small Raspberry Pi 2026-11-21 22.02.img',
        storedBytes: 40_960,
      },
    ],
  },
  trouble: {
    ...nothing,
    trouble: {
      code: 'TOOL_FAILED',
      title: 'A program of the system failed',
      message: '“/usr/sbin/diskutil” did not do its work: no answer after 60000 ms',
      next: 'Try again. If it stays so, restart the computer.',
    },
  },
};
