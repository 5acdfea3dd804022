/** A library as the pages are shown it: Pis, backups, a report. */

import type { AnswerTo, ListedBackup, PiView, Preferences } from '../../src/contract/panel.ts';
import { octopi } from './samples.ts';

const HOUR = 3_600_000;

/** A time in words that stays the same whenever the pictures are taken. */
export function hoursAgo(hours: number): string {
  return new Date(Date.now() - hours * HOUR).toISOString();
}

export const octopiPi: PiView = {
  pi: 'pi-1',
  title: 'Printer in the cellar',
  hostname: 'octopi',
  note: 'Prusa, next to the freezer.',
  colour: 'orange',
  backups: 12,
  storedBytes: 49_123_456_789,
  last: '2026-10-06T16:40:00Z',
  lastGood: 'last backed up 47 days ago',
  damaged: 0,
  isDue: true,
  handsFree: false,
  card: octopi.card,
  ambiguous: null,
};

export const pihole: PiView = {
  ...octopiPi,
  pi: 'pi-2',
  title: 'pihole',
  hostname: null,
  note: '',
  colour: 'green',
  backups: 31,
  storedBytes: 61_000_000_000,
  lastGood: 'last backed up yesterday',
  isDue: false,
  handsFree: true,
  card: null,
};

export const camera: PiView = {
  ...pihole,
  pi: 'pi-3',
  title: 'birdcam',
  colour: 'blue',
  backups: 4,
  storedBytes: 7_900_000_000,
  lastGood: 'last backed up today',
  damaged: 1,
  handsFree: false,
  ambiguous:
    '“birdcam” and “birdcam (2)” have the same disk signature: their cards cannot be told apart without reading them.',
};

export const unnamed: PiView = {
  ...pihole,
  pi: 'pi-4',
  title: 'raspberrypi',
  colour: null,
  backups: 1,
  storedBytes: 2_300_000_000,
  lastGood: 'last backed up 3 days ago; never proven',
  handsFree: false,
};

export const library: AnswerTo<'library'> = {
  ask: 'library',
  folder: '~/PiKeep',
  state: 'ready',
  problem: null,
  pis: [octopiPi, pihole, camera, unnamed],
  total: 4,
  loose: 3,
  problems: [
    '“octopi 2026-01-02 10.00.img.pikeep.json” is no manifest: it ends in the middle.',
    '“pihole 2025-12-24 20.15.img” is not as large as its manifest says.',
  ],
  moreProblems: 0,
};

/** `amount` Pis with names of all sorts. */
export function manyPis(amount: number): PiView[] {
  const kinds = [octopiPi, pihole, camera, unnamed];
  return Array.from({ length: amount }, (_, index) => ({
    ...(kinds[index % kinds.length] ?? octopiPi),
    pi: `pi-${index}`,
    title: `pi number ${index}`,
    card: null,
  }));
}

export const backup: ListedBackup = {
  backup: 'b-1',
  title: 'Printer in the cellar',
  name: 'octopi 2026-10-06 18.40.img',
  at: '2026-10-06T16:40:00Z',
  bytes: octopi.bytes,
  format: 'img',
  verified: true,
  incomplete: false,
  storedBytes: 4_123_456_789,
  state: 'proven',
  verdict: null,
  checkedAt: null,
  oddities: [],
};

export const history: ListedBackup[] = [
  { ...backup, verdict: 'good', checkedAt: hoursAgo(50) },
  {
    ...backup,
    backup: 'b-2',
    at: '2026-09-01T09:12:00Z',
    name: 'octopi 2026-09-01 11.12.img.zst',
    format: 'img.zst',
    storedBytes: 1_823_456_789,
  },
  {
    ...backup,
    backup: 'b-3',
    at: '2026-08-02T21:03:00Z',
    state: 'incomplete',
    incomplete: true,
    oddities: ['its image was renamed by hand'],
  },
  {
    ...backup,
    backup: 'b-4',
    at: '2026-07-02T21:03:00Z',
    verdict: 'damaged',
    checkedAt: hoursAgo(20),
    state: 'damaged',
  },
  { ...backup, backup: 'b-5', at: '2026-06-01T21:03:00Z', state: 'unverified', verified: false },
  { ...backup, backup: 'b-6', at: '2026-05-01T21:03:00Z', verdict: 'remarks' },
];

export const preferences: Preferences = {
  name: 'Printer in the cellar',
  note: 'Prusa, next to the freezer.\nPassword is on the sticker.',
  colour: 'orange',
  remindDays: 30,
  handsFree: false,
  verifyEveryDays: null,
  keep: { last: 3, daily: 7, monthly: 12 },
};

export const pi: AnswerTo<'pi'> = {
  ask: 'pi',
  pi: octopiPi,
  preferences,
  identity: [
    'Disk signature 5e3da3da',
    'rootfs 56f80fa2-e005-4cca-86e6-19da1069914d',
    'Hostname octopi',
  ],
  hints: [],
  handsFreeWords:
    'macOS lets no program read a card unasked: its dialog comes when the card is put in. Left unanswered it becomes a reminder, and nothing is asked again by itself.',
  checkWaits: null,
  backups: history,
  total: 6,
};

export const forget: AnswerTo<'forget'> = {
  ask: 'forget',
  token: 'forget-1',
  goes: history.slice(3).map((one) => ({ ...one, why: 'no rule keeps it' })),
  stays: history.slice(0, 3).map((one, index) => ({
    ...one,
    why: ['last; daily', 'last; monthly', 'the newest good one of its card'][index] ?? '',
  })),
  moreStay: 0,
  freedBytes: 12_370_370_367,
  where: 'the Trash',
};

export const loose: AnswerTo<'loose'> = {
  ask: 'loose',
  images: [
    {
      backup: 'l-1',
      name: '2024-11-19-raspios-bookworm-arm64-lite.img.xz',
      place: '~/PiKeep',
      storedBytes: 459_000_000,
      modified: '2026-02-03T10:00:00Z',
      why: 'It has no manifest: another program made it.',
    },
    {
      backup: 'l-2',
      name: 'old card of the greenhouse.img',
      place: '~/PiKeep/greenhouse',
      storedBytes: 15_931_539_456,
      modified: '2023-02-03T10:00:00Z',
      why: 'Its manifest is damaged: it ends in the middle.',
    },
    {
      backup: 'l-3',
      name: 'a‮gmi.exe \\x0A<b>bold</b> and a name that goes on for longer than any window is wide.img',
      place: '~/PiKeep',
      storedBytes: 12,
      modified: null,
      why: 'It has no manifest.',
    },
  ],
  total: 3,
};
