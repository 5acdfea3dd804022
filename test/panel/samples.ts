/** What the panel's states are made of: cards, jobs, failures. */

import { emptySnapshot } from '../../src/contract/empty-snapshot.ts';
import type { DiskView, JobState, JobView, Snapshot } from '../../src/contract/panel.ts';

export const nothing: Snapshot = {
  ...emptySnapshot,
  revision: 1,
  tool: {
    ...emptySnapshot.tool,
    version: '0.1.0',
    source: 'Watching this computer’s card readers',
  },
  library: '~/PiKeep',
};

export const octopi: DiskView = {
  disk: 'disk4',
  card: '1-a',
  title: 'Raspberry Pi card',
  subtitle: '31.9 GB · Built In SDXC Reader',
  bytes: 31_914_983_424,
  kind: 'pi',
  partitions: [
    { kind: 'FAT', label: 'bootfs', bytes: 536_870_912, offset: 4_194_304 },
    { kind: 'Linux', label: null, bytes: 31_369_199_616, offset: 541_065_216 },
  ],
  canProtect: true,
  history: null,
  warnings: [],
};

export const stick: DiskView = {
  disk: 'disk5',
  card: '2-b',
  title: 'HOLIDAY',
  subtitle: '15.7 GB · Ultra Fit',
  bytes: 15_682_240_512,
  kind: 'removable',
  partitions: [{ kind: 'FAT', label: 'HOLIDAY', bytes: 15_681_191_936, offset: 1_048_576 }],
  canProtect: true,
  history: null,
  warnings: [],
};

export function jobOn(disk: DiskView, state: JobState, change: Partial<JobView> = {}): JobView {
  return {
    job: `job-${disk.card}`,
    kind: 'backup',
    disk: disk.disk,
    card: disk.card,
    title: 'octopi',
    image: null,
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
  backup: 'b-octopi',
  place: '~/PiKeep/octopi',
  bytes: octopi.bytes,
  storedBytes: 4_123_456_789,
  readBytes: octopi.bytes,
  seconds: 372,
  verified: 'read-back',
  damage: null,
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
  card: 'untouched',
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
  card: 'untouched',
};
