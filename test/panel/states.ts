/** One snapshot for every state the panel can be in. */

import { MOST_SPEEDS } from '../../src/contract/jobs.ts';
import type { JobState, JobView, Snapshot } from '../../src/contract/panel.ts';
import { manySystems, piOs } from './plans.ts';
import {
  copying,
  done,
  jobOn,
  nothing,
  octopi,
  privacyRefused,
  stick,
  unmountRefused,
} from './samples.ts';

const gone: JobState = {
  is: 'failed',
  problem: {
    code: 'DEVICE_GONE',
    title: 'The card is gone',
    message: 'The card was taken out, or its reader lost it, while it was being read.',
    next: 'Put it back in and start again. Nothing half-made is left behind.',
  },
  actions: ['retry'],
  card: 'untouched',
};

/** What a backup left that was ended early. */
const unfinished = { bytes: 2_190_000_000, total: 5_090_000_000, at: '2026-11-20T09:12:00.000Z' };

const stalled: Extract<JobState, { is: 'failed' }> = {
  is: 'failed',
  problem: {
    code: 'STALLED',
    title: 'The card reader stopped answering',
    message: 'Built In SDXC Reader did not answer for 10 min, so PiKeep stopped waiting for it.',
    next: 'Take the card out, try another reader, port or cable, and start again. What a backup has proven until then is kept, so it goes on from there; a restore begins anew.',
  },
  actions: ['retry'],
  card: 'untouched',
};

const lostInSleep: JobState = {
  ...stalled,
  problem: {
    code: 'LOST_IN_SLEEP',
    title: 'The computer slept, and the card was gone when it woke',
    message: 'disk4 could not be read or written any more after the computer had slept.',
    next: 'Take the card out, put it in again, and continue: what a backup has proven is kept, so it goes on from there. A restore has to be started again. Keep the lid open meanwhile.',
  },
};

const refused = [
  {
    disk: 'disk0',
    title: 'APPLE SSD AP0512Q',
    bytes: 500_277_792_768,
    reason: 'It carries the system this computer is running.',
    protectedBy: null,
  },
  {
    disk: 'disk6',
    title: 'Extreme Portable SSD',
    bytes: 1_000_204_886_016,
    reason: 'It is an external drive that cannot be taken out of its case like a card.',
    protectedBy: null,
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
  const speeds = Array.from({ length: Math.floor(portion * MOST_SPEEDS) }, (_, piece) =>
    Math.round(88e6 - 9e6 * Math.sin(piece / 2) ** 4 - (piece === 9 ? 40e6 : 0)),
  );
  const state = {
    ...copying,
    bytes,
    total: of.readBytes,
    bytesPerSecond,
    secondsLeft,
    speeds,
    ...change,
  };
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
    settings: { ...nothing.settings, ejectWhenDone: true },
  },
  'done but incomplete': {
    ...nothing,
    disks: [octopi],
    jobs: [
      jobOn(octopi, {
        ...done,
        damage:
          '2 files are damaged: /home/pi/photos/garden.jpg, /var/log/syslog. Nothing the Pi needs to boot is among them.',
      }),
    ],
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
  cancelled: {
    ...nothing,
    disks: [octopi],
    jobs: [jobOn(octopi, { is: 'cancelled', card: 'untouched', canUndo: false, kept: false })],
  },
  'continue offered': {
    ...nothing,
    disks: [
      { ...octopi, unfinished },
      { ...stick, unfinished: { ...unfinished, bytes: 0 } },
    ],
  },
  'reader stalled': {
    ...nothing,
    disks: [octopi],
    jobs: [
      mapped(0.43, {
        bytesPerSecond: null,
        held: {
          why: 'stalled',
          text: 'The card reader (Built In SDXC Reader) has not answered for 40 s. Leave the card in; PiKeep goes on as soon as it answers.',
        },
      }),
    ],
  },
  'disk full': {
    ...nothing,
    disks: [octopi],
    jobs: [
      mapped(0.43, {
        bytesPerSecond: null,
        held: {
          why: 'destination-full',
          text: 'The disk of your backups is full. Make room there: up to 2.9 GB are still to be written, and 4.1 MB are free. PiKeep goes on by itself.',
        },
      }),
    ],
  },
  'lost in sleep': {
    ...nothing,
    jobs: [jobOn(octopi, lostInSleep, { unfinished })],
  },
  'failed and kept': {
    ...nothing,
    disks: [{ ...octopi, unfinished }],
    jobs: [jobOn(octopi, stalled, { unfinished })],
  },
  leftovers: {
    ...nothing,
    disks: [{ ...octopi, unfinished }],
    leftovers: [
      {
        file: '/Users/ann/PiKeep/octopi/octopi 2026-11-20 09.12.img.partial',
        name: 'octopi 2026-11-20 09.12.img',
        storedBytes: 2_200_000_000,
        unfinished,
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
