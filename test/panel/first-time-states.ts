/** The states of the panel for whoever is new to PiKeep, by the name of the picture. */

import type { FirstTime, Snapshot } from '../../src/contract/panel.ts';
import { copying, jobOn, nothing, octopi } from './samples.ts';

export const onMac: FirstTime = { welcome: false, willAsk: true, system: 'macos', app: 'PiKeep' };

export const firstTimeStates: Readonly<Record<string, Snapshot>> = {
  welcome: { ...nothing, firstTime: { ...onMac, welcome: true } },
  'empty on a mac': { ...nothing, sample: { is: 'offered', waits: false } },
  'first card': { ...nothing, disks: [octopi], firstTime: onMac },
  'first card asking': {
    ...nothing,
    disks: [octopi],
    jobs: [
      jobOn(octopi, { ...copying, phase: 'opening', bytesPerSecond: null, secondsLeft: null }),
    ],
    firstTime: onMac,
  },
  sample: { ...nothing, disks: [octopi], sample: { is: 'shown', waits: false } },
  'sample, and a real card waits': {
    ...nothing,
    disks: [octopi],
    sample: { is: 'shown', waits: true },
  },
  'sample is out': { ...nothing, sample: { is: 'shown', waits: false } },
};
