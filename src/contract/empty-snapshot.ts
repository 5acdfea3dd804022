import type { Snapshot } from './panel.ts';

/** Nothing is there and nothing has happened: for a page that knows of nothing yet, and to be built upon. */
export const emptySnapshot: Snapshot = {
  revision: 0,
  tool: { version: '', where: 'browser', source: '', language: 'en', locale: 'en-GB' },
  library: '',
  disks: [],
  refused: [],
  jobs: [],
  errands: [],
  backups: [],
  moreBackups: 0,
  libraryRevision: 0,
  restore: null,
  leftovers: [],
  settings: {
    ejectWhenDone: false,
    showOtherExternal: false,
    remindDays: null,
    revision: 0,
    warning: null,
  },
  trouble: null,
};
