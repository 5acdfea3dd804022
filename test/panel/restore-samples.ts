/** What the states of a restore are made of: backups, cards to write, both sides of the question. */

import type {
  BackupView,
  ChosenState,
  JobState,
  JobView,
  ReadyState,
  RestoreView,
  Snapshot,
  TargetView,
} from '../../src/contract/panel.ts';
import { copying, jobOn, nothing, octopi, stick } from './samples.ts';

export const backups: BackupView[] = [
  ['octopi', '2026-11-22T16:40:00Z', octopi.bytes],
  ['pihole', '2026-11-20T09:12:00Z', 15_931_539_456],
  ['octopi', '2026-10-02T21:03:00Z', octopi.bytes],
].map(([title, at, bytes], index) => ({
  backup: `b${index}`,
  title: `${title}`,
  name: `${title} ${`${at}`.slice(0, 10)} ${`${at}`.slice(11, 16).replace(':', '.')}.img`,
  at: `${at}`,
  bytes: Number(bytes),
  format: 'img',
  verified: index !== 2,
  incomplete: index === 2,
}));

const [first] = backups;
if (!first) throw new Error('no backup');
export const newest: BackupView = first;

export const octopiTarget: TargetView = {
  disk: octopi.disk,
  card: octopi.card,
  title: 'octopi',
  content: 'octopi, Raspberry Pi OS 12',
  subtitle: octopi.subtitle,
  bytes: octopi.bytes,
  kind: 'pi',
  lastBackup: '2026-11-22T16:40:00Z',
  isOrigin: true,
  unfinished: false,
  locked: false,
  job: null,
};

export const stickTarget: TargetView = {
  ...octopiTarget,
  disk: stick.disk,
  card: stick.card,
  title: stick.title,
  content: 'camera card, 214 photos',
  subtitle: stick.subtitle,
  bytes: stick.bytes,
  kind: 'removable',
  lastBackup: null,
  isOrigin: false,
};

export const ready: ReadyState = {
  is: 'ready',
  token: 'token-1',
  lost: {
    title: 'octopi',
    content: 'octopi, Raspberry Pi OS 12',
    bytes: octopi.bytes,
    partitions: octopi.partitions,
    lastBackup: '2026-11-22T16:40:00Z',
    since: 'About 1.2 GB changed since your backup of Sunday',
    unfinished: null,
    canUndo: false,
    backUpFirst: false,
  },
  written: {
    title: 'octopi',
    name: newest.name,
    at: newest.at,
    bytes: octopi.bytes,
    mappedBytes: 6_123_456_789,
    mapOrigin: 'manifest',
    verified: true,
    unreadable: 0,
    warnings: [],
  },
  fits: true,
  fit: 'It fits exactly: the card is as large as the one the backup was made of.',
  growth: null,
  typeName: null,
};

export const readyStick: ReadyState = {
  ...ready,
  token: 'token-2',
  lost: {
    ...ready.lost,
    title: 'HOLIDAY',
    content: 'camera card, 214 photos',
    bytes: 63_864_569_856,
    partitions: stick.partitions,
    lastBackup: null,
    since: null,
    backUpFirst: true,
  },
  fit: 'It fits, with 31.9 GB to spare.',
  growth: {
    spareBytes: 31_949_586_432,
    method: 'raspi-config',
    advice: 'Raspberry Pi OS enlarges its last partition and its file system when it starts.',
  },
};

/** The page, with the given card chosen. */
export function page(
  chosen: TargetView | null,
  state: ChosenState = { is: 'looking' },
  change: Partial<RestoreView> = {},
): Snapshot {
  return {
    ...nothing,
    disks: [octopi, stick],
    backups,
    restore: {
      backup: newest,
      targets: [octopiTarget, stickTarget],
      chosen: chosen && { disk: chosen.disk, card: chosen.card, state },
      step: 'choose',
      changed: false,
      forceUnmount: false,
      ...change,
    },
  };
}

export const writing: Extract<JobState, { is: 'working' }> = {
  ...copying,
  phase: 'writing',
  bytes: 2_345_678_901,
  total: 6_123_456_789,
  bytesPerSecond: 19_800_000,
  secondsLeft: 191,
};

export function restoreOn(state: JobState, change: Partial<JobView> = {}): Snapshot {
  const job = jobOn(octopi, state, { kind: 'restore', image: newest.name, ...change });
  return { ...nothing, disks: [octopi], backups, jobs: [job] };
}

export const restored: Extract<JobState, { is: 'restored' }> = {
  is: 'restored',
  bytes: octopi.bytes,
  mappedBytes: 6_123_456_789,
  writtenBytes: 6_123_456_789,
  skippedBytes: 0,
  provenBytes: 6_123_456_789,
  mapOrigin: 'manifest',
  verified: 'read-back',
  seconds: 402,
  growth: null,
  willGrow: false,
  adjusted: [],
  ejected: true,
  report: '/Users/ann/PiKeep/Restores/2026-11-22/record.json',
};

export const pulled: Extract<JobState, { is: 'failed' }> = {
  is: 'failed',
  problem: {
    code: 'DEVICE_GONE',
    title: 'The card is gone',
    message: 'The card was taken out, or its reader lost it.',
    next: 'Put it back in and start again.',
  },
  actions: ['retry'],
  card: 'unfinished',
};
