/** The names under which panel messages travel between the preload script and the app in Electron. */

export const panelChannels = {
  /** Page to app, answered: one Command, one Reply. */
  command: 'panel:command',
  /** Page to app: send the present snapshot, and then every new one. */
  subscribe: 'panel:subscribe',
  /** App to page: one Snapshot. */
  snapshot: 'panel:snapshot',
  /** Page to app, answered: one Ask and its number, one Answered. */
  ask: 'panel:ask',
  /** Page to app: the answer to the Ask of this number is not waited for any more. */
  drop: 'panel:drop',
  /** App to page: one Told. */
  told: 'panel:told',
  /** Page to app: opens a place in a window of its own. */
  openOut: 'panel:open-out',
} as const;
