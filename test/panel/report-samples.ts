/** Reports as the page of a backup is shown them. */

import type { AnswerTo } from '../../src/contract/panel.ts';
import { backup, hoursAgo } from './library-samples.ts';

export const report: AnswerTo<'report'> = {
  ask: 'report',
  backup: { ...backup, verdict: 'good', checkedAt: hoursAgo(50) },
  name: backup.name,
  place: '~/PiKeep/octopi',
  pi: 'pi-1',
  portrait: {
    hostname: 'octopi',
    system: 'Raspberry Pi OS 12 (bookworm) Lite',
    architecture: 'arm64',
    kernels: ['6.1.21-v8+', '6.6.31+rpt-rpi-v8'],
    boots: ['Pi 3', 'Pi 4', 'Pi 5'],
    lastModel: 'Raspberry Pi 4 Model B Rev 1.4',
    lastWritten: '2026-10-06T16:30:12Z',
    lastShutdown: '2026-10-06T16:30:12Z',
    shutdown: 'clean',
    usedBytes: 4_023_456_789,
    freeBytes: 26_812_345_678,
    ssh: 'on',
    wifi: 'configured',
    started: true,
    waiting: [],
    timeZone: 'Europe/Berlin',
    software: [
      { name: 'OctoPrint', version: '1.10.2' },
      { name: 'HAProxy', version: null },
    ],
    tableId: '5e3da3da',
    volumes: [
      {
        partition: 1,
        type: 'fat32',
        uuid: 'ABCD-1234',
        label: 'bootfs',
        bytes: 536_870_912,
        freeBytes: 453_870_912,
        clean: true,
      },
      {
        partition: 2,
        type: 'ext4',
        uuid: '56f80fa2-e005-4cca-86e6-19da1069914d',
        label: 'rootfs',
        bytes: 31_369_199_616,
        freeBytes: 26_369_199_616,
        clean: true,
      },
    ],
  },
  verdict: 'good',
  sentence: 'This backup is good: every byte is as it was written, and a Pi would start from it.',
  checkedAt: hoursAgo(50),
  findings: [
    {
      name: 'content',
      partition: null,
      state: 'ok',
      detail: 'All 4.1 GB were read again and are equal.',
      next: null,
    },
    {
      name: 'partition table',
      partition: null,
      state: 'ok',
      detail: 'MBR, 2 partitions',
      next: null,
    },
    {
      name: 'boot files',
      partition: 1,
      state: 'ok',
      detail: 'Everything is there that a Pi 3, Pi 4 and Pi 5 start from.',
      next: null,
    },
    { name: 'file system', partition: 2, state: 'ok', detail: 'ext4, clean', next: null },
    {
      name: 'root partition',
      partition: 2,
      state: 'ok',
      detail: 'root=PARTUUID=5e3da3da-02 is on the card',
      next: null,
    },
  ],
  moreFindings: 0,
  unreadable: [],
  moreUnreadable: 0,
  hashes: [
    { of: 'The image', sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' },
    {
      of: 'Its content',
      sha256: '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752',
    },
  ],
};

export const badReport: AnswerTo<'report'> = {
  ...report,
  backup: {
    ...backup,
    state: 'damaged',
    verdict: 'damaged',
    incomplete: true,
    checkedAt: hoursAgo(2),
  },
  verdict: 'damaged',
  sentence: 'This backup is damaged: 2 places differ from what was written.',
  checkedAt: hoursAgo(2),
  findings: [
    ...report.findings.slice(1, 3),
    {
      name: 'content',
      partition: null,
      state: 'fail',
      detail: '8.4 MB at 1.2 GB are not what was written; /var/lib/dpkg/status lies there.',
      next: 'Restore an older backup, or make a new one while the card still works.',
    },
    {
      name: 'file system',
      partition: 2,
      state: 'remark',
      detail: 'It was not unmounted; its journal was replayed for reading.',
      next: null,
    },
    {
      name: 'fstab',
      partition: 2,
      state: 'fail',
      detail: '/boot/firmware is on PARTUUID=0badcafe-01, which is not on this card.',
      next: 'Correct /etc/fstab on the Pi.',
    },
  ],
  unreadable: [
    { offset: 1_234_567_890, bytes: 4096, what: '/home/pi/.octoprint/logs/octoprint.log' },
    { offset: 22_234_567_890, bytes: 65_536, what: null },
  ],
};
