/** Work on images, as the pages show it. */

import type { ErrandView } from '../../src/contract/panel.ts';

export const checking: ErrandView = {
  errand: 'e-1',
  kind: 'check',
  backup: 'b-1',
  title: 'Printer in the cellar',
  name: 'octopi 2026-10-06 18.40.img',
  isScheduled: false,
  state: {
    is: 'working',
    bytes: 1_234_567_890,
    total: 4_123_456_789,
    bytesPerSecond: 480_000_000,
    secondsLeft: 6,
    cancelling: false,
  },
};

export const saved: ErrandView = {
  ...checking,
  errand: 'e-2',
  kind: 'save',
  state: {
    is: 'saved',
    place: '~/Downloads/octopi 2026-10-06',
    files: 12,
    folders: 3,
    links: 1,
    bytes: 1_234_567,
    remarks: ['“/etc/shadow” became “shadow (2)”: there was one of this name.'],
    moreRemarks: 0,
  },
};
