/** One snapshot for every state that a restore can be in. */

import type { Snapshot } from '../../src/contract/panel.ts';
import {
  backups,
  newest,
  octopiTarget,
  page,
  pulled,
  ready,
  readyStick,
  restored,
  restoreOn,
  stickTarget,
  writing,
} from './restore-samples.ts';
import { copying, jobOn, nothing, octopi, stick } from './samples.ts';

const confirm = { step: 'confirm' } as const;

/** By the name of the picture. */
export const restoreStates: Readonly<Record<string, Snapshot>> = {
  'restore offered': { ...nothing, disks: [octopi, stick], backups, moreBackups: 4 },
  'restore without a card': {
    ...page(null, undefined, { targets: [] }),
    disks: [],
  },
  'restore choosing': page(null),
  'restore looking': page(octopiTarget),
  'restore ready': page(octopiTarget, ready),
  'restore does not fit': page(stickTarget, {
    ...readyStick,
    token: null,
    fits: false,
    fit: 'Partition 2 ends 47.2 MB after the end of this card. Use a larger card, or make the system smaller on a Pi first.',
  }),
  'restore look failed': page(stickTarget, {
    is: 'failed',
    problem: {
      code: 'IMAGE_DAMAGED',
      title: 'The image is damaged',
      message: 'octopi 2026-11-22 16.40.img is cut off.',
      next: 'Choose another backup.',
    },
  }),
  'restore locked': page(stickTarget, readyStick, {
    targets: [octopiTarget, { ...stickTarget, locked: true }],
  }),
  'restore changed': page(null, undefined, { changed: true }),
  'restore backing up first': {
    ...page(
      stickTarget,
      { is: 'looking' },
      { targets: [octopiTarget, { ...stickTarget, job: 'job-2-b' }] },
    ),
    jobs: [jobOn(stick, copying, { title: 'HOLIDAY' })],
  },
  'restore unfinished card': page(
    stickTarget,
    {
      ...readyStick,
      lost: {
        ...readyStick.lost,
        title: 'Unfinished card',
        content: 'not finished, restore again',
        partitions: [],
        unfinished: newest.name,
        canUndo: true,
        backUpFirst: false,
      },
    },
    { targets: [octopiTarget, { ...stickTarget, unfinished: true }] },
  ),
  'restore confirm': page(octopiTarget, ready, confirm),
  'restore confirm without a backup': page(stickTarget, readyStick, confirm),
  'restore confirm by name': page(
    stickTarget,
    {
      ...readyStick,
      growth: null,
      typeName: 'Extreme Portable SSD',
      lost: {
        ...readyStick.lost,
        title: 'Extreme Portable SSD',
        content: '412 files, 301 GB used',
      },
    },
    confirm,
  ),
  'restore confirm a doubtful image': page(
    octopiTarget,
    {
      ...ready,
      written: {
        ...ready.written,
        mapOrigin: 'whole',
        mappedBytes: null,
        verified: false,
        unreadable: 2,
        warnings: ['The image was changed after it was made.'],
      },
    },
    { ...confirm, forceUnmount: true },
  ),
  'restore checking': restoreOn({ ...writing, phase: 'checking', secondsLeft: 60 }),
  'restore opening': restoreOn({
    ...writing,
    phase: 'opening',
    bytes: 0,
    bytesPerSecond: null,
    secondsLeft: null,
  }),
  'restore writing': restoreOn(writing),
  'restore proving': restoreOn({ ...writing, phase: 'proving', bytesPerSecond: 88_200_000 }),
  'restore stopping': restoreOn({ ...writing, cancelling: true }),
  'restore done': restoreOn(restored),
  'restore done in part': restoreOn({
    ...restored,
    writtenBytes: 301_234_567,
    skippedBytes: 5_822_222_222,
    verified: 'read-back-cached',
    ejected: false,
    adjusted: ['the backup of the partition table, moved to the end of the card'],
    growth: { spareBytes: 31_949_586_432, method: 'raspi-config', advice: '' },
    willGrow: true,
  }),
  'restore failed': restoreOn(pulled),
  'restore failed at once': restoreOn({ ...pulled, actions: ['retry', 'undo'] }),
  'restore in use': restoreOn({
    is: 'failed',
    problem: {
      code: 'UNMOUNT_REFUSED',
      title: 'The card is still in use',
      message: 'mds_stores (process 321) keeps a volume of disk4 open.',
      next: 'Close mds_stores and try again, or unmount by force.',
    },
    actions: ['retry', 'force-unmount'],
    card: 'untouched',
  }),
  'restore counterfeit': restoreOn({
    is: 'failed',
    problem: {
      code: 'FAKE_CAPACITY',
      title: 'This card is smaller than it claims',
      message:
        'disk4 says that it holds 31.9 GB, but keeps only the first 8 GB. It is a counterfeit.',
      next: 'Do not use this card for anything. Give it back where you bought it, and restore to another one.',
    },
    actions: [],
    card: 'unproven',
  }),
  'restore stopped': restoreOn({
    is: 'cancelled',
    card: 'unfinished',
    canUndo: false,
    kept: false,
  }),
  'restore stopped early': restoreOn({
    is: 'cancelled',
    card: 'untouched',
    canUndo: false,
    kept: false,
  }),
  undoing: restoreOn({ ...writing, bytes: 0 }, { kind: 'undo' }),
  undone: restoreOn({ is: 'undone' }, { kind: 'undo' }),
  'never touched': {
    ...nothing,
    refused: [
      {
        disk: 'disk5',
        title: 'HOLIDAY',
        bytes: stick.bytes,
        reason: 'You marked it “never touch”.',
        protectedBy: 'table 5e3da3da',
      },
    ],
    settings: { ...nothing.settings, showOtherExternal: true },
  },
};
