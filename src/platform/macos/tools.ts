/** Where the system's own programs and device nodes are. The one place that knows, and the one seam to replace them. */

import { join } from 'node:path';

export interface MacTools {
  readonly diskutil: string;
  readonly authopen: string;
  readonly caffeinate: string;
  readonly open: string;
  readonly mount: string;
  readonly osascript: string;
  readonly pmset: string;
  readonly tmutil: string;
}

/** What the adapter takes from the computer it runs on. */
export interface MacPlaces {
  readonly tools: MacTools;
  /** The folder of device nodes: "/dev". */
  readonly devices: string;
  /** /Users and other folders lie on this volume through firmlinks, although their paths do not say so (man firmlinks). */
  readonly dataVolume: string;
}

/** The programs of macOS (paths: `man` pages of each; all are on the sealed system volume). */
export const systemPlaces: MacPlaces = {
  tools: {
    diskutil: '/usr/sbin/diskutil',
    authopen: '/usr/libexec/authopen',
    caffeinate: '/usr/bin/caffeinate',
    open: '/usr/bin/open',
    mount: '/sbin/mount',
    osascript: '/usr/bin/osascript',
    pmset: '/usr/bin/pmset',
    tmutil: '/usr/bin/tmutil',
  },
  devices: '/dev',
  dataVolume: '/System/Volumes/Data',
};

/** Programs of the same names from one folder, and device nodes from another. */
export function placesIn(toolFolder: string, devices: string): MacPlaces {
  return {
    tools: {
      diskutil: join(toolFolder, 'diskutil'),
      authopen: join(toolFolder, 'authopen'),
      caffeinate: join(toolFolder, 'caffeinate'),
      open: join(toolFolder, 'open'),
      mount: join(toolFolder, 'mount'),
      osascript: join(toolFolder, 'osascript'),
      pmset: join(toolFolder, 'pmset'),
      tmutil: join(toolFolder, 'tmutil'),
    },
    devices,
    dataVolume: systemPlaces.dataVolume,
  };
}
