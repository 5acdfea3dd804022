/** Every page that leads to a missing permission, in the desk's own words. */

import type { JobState, Snapshot } from '../../src/contract/panel.ts';
import { coachView } from '../../src/desk/coach-view.ts';
import { problemOf } from '../../src/desk/problem.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import type { CoachPlace } from '../../src/engine/words/coach.ts';
import { jobOn, nothing, octopi } from './samples.ts';

type Failed = Extract<JobState, { is: 'failed' }>;

const app: CoachPlace = { system: 'macos', app: 'PiKeep', isApp: true };
const terminal: CoachPlace = { system: 'macos', app: 'iTerm', isApp: false };
const unknown: CoachPlace = { system: 'macos', app: null, isApp: false };
const linux: CoachPlace = { system: 'linux', app: null, isApp: false };

function refused(error: PiKeepError, place: CoachPlace, change: Partial<Failed> = {}): Failed {
  const actions: Failed['actions'] =
    error.code === 'UNMOUNT_REFUSED' ? ['retry', 'force-unmount'] : ['retry'];
  const problem = problemOf(error);
  return {
    ...{ is: 'failed', problem, actions, card: 'untouched' },
    ...coachView(error, place),
    ...change,
  };
}

function shown(state: Failed): Snapshot {
  return { ...nothing, disks: [octopi], jobs: [jobOn(octopi, state)] };
}

const privacy = new PiKeepError('PRIVACY_REFUSED', { path: '/dev/rdisk4' });
const held = { disk: 'disk4', holder: { pid: 321, name: 'mds_stores' } };
const inApp = refused(privacy, app);

export const privacyInApp: Snapshot = shown(inApp);
export const worksNow: Snapshot = shown({
  ...inApp,
  ...(inApp.coach ? { coach: { ...inApp.coach, worksNow: true } } : {}),
});
export const busy: Snapshot = shown(refused(new PiKeepError('UNMOUNT_REFUSED', held), app));
export const cancelled: Snapshot = shown(
  refused(new PiKeepError('DIALOG_CANCELLED', { door: 'authopen' }), app),
);

/** By the name of the picture. */
export const coachStates: Readonly<Record<string, Snapshot>> = {
  'coach privacy': privacyInApp,
  'coach privacy in a terminal': shown(refused(privacy, terminal)),
  'coach privacy in an unknown terminal': shown(refused(privacy, unknown)),
  'coach works now': worksNow,
  'coach access': shown(refused(new PiKeepError('ACCESS_DENIED', { path: '/dev/rdisk4' }), app)),
  'coach mounted': busy,
  'coach busy': shown(refused(new PiKeepError('DEVICE_BUSY', { path: '/dev/rdisk4' }), app)),
  'coach cancelled': cancelled,
  'coach not authorized': shown(
    refused(new PiKeepError('NOT_AUTHORIZED', { door: 'authopen', detail: '-60005' }), app),
  ),
  'coach access on linux': shown(
    refused(new PiKeepError('NO_DOOR', { path: '/dev/sdb', tried: 'direct: no' }), linux),
  ),
  'coach not authorized on linux': shown(
    refused(new PiKeepError('NOT_AUTHORIZED', { door: 'helper', detail: 'Not authorized' }), linux),
  ),
  'coach privacy on linux': shown(
    refused(new PiKeepError('PRIVACY_REFUSED', { path: '/dev/sdb' }), linux),
  ),
};
