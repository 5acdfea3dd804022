/** The names under which panel messages travel between the preload script and the app in Electron. */

export const panelChannels = {
  /** Page to app, answered: one Command, one Reply. */
  command: 'panel:command',
  /** Page to app: send the present snapshot, and then every new one. */
  subscribe: 'panel:subscribe',
  /** App to page: one Snapshot. */
  snapshot: 'panel:snapshot',
} as const;
