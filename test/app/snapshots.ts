/** Snapshots that the tray and its menu are tried with. */

import { emptySnapshot } from '../../src/contract/empty-snapshot.ts';
import type { DiskView, JobState, JobView, Snapshot } from '../../src/contract/panel.ts';

export const empty: Snapshot = {
  ...emptySnapshot,
  tool: { ...emptySnapshot.tool, version: '0.1.0', where: 'electron', source: 'test' },
  library: '~/PiKeep',
};
export const octopi: DiskView = {
  disk: 'disk4',
  card: 'disk4 1',
  title: 'octopi',
  subtitle: '32 GB',
  bytes: 32e9,
  kind: 'pi',
  partitions: [],
  canProtect: true,
  history: null,
  warnings: [],
};
export const stick: DiskView = {
  ...octopi,
  disk: 'disk5',
  card: 'disk5 1',
  title: 'USB',
  kind: 'removable',
};
export const problem = { code: 'DEVICE_GONE', title: 'The card is gone', message: 'm', next: 'n' };

export function job(state: JobState, of: DiskView = octopi): JobView {
  const { disk, card, title } = of;
  const rest = { image: null, plan: null, warnings: [] };
  return { job: `job ${title}`, kind: 'backup', disk, card, title, state, ...rest };
}

export function working(
  phase: 'opening' | 'copying' | 'proving' | 'filing',
  bytes: number,
  of = octopi,
) {
  const rest = { bytesPerSecond: null, secondsLeft: null, cancelling: false };
  return job({ is: 'working', phase, bytes, total: 100, ...rest }, of);
}

export const done = job({
  is: 'done',
  image: '/home/pi/PiKeep/octopi.img',
  backup: 'b-octopi',
  place: '~/PiKeep/octopi',
  bytes: 32e9,
  readBytes: 4e9,
  storedBytes: 4e9,
  seconds: 10,
  verified: 'read-back',
  damage: null,
  checks: [],
  ejected: false,
});
export const failed = job({ is: 'failed', problem, actions: ['retry'], card: 'untouched' });
