/** The menu of the tray icon, as a function of the snapshot alone: what the panel offers, without opening it. */

import type { DiskView, JobView, Snapshot } from '../contract/panel.ts';
import { formatPercent } from '../language/format.ts';
import { say } from '../language/say.ts';
import type { Deed } from './deed.ts';
import { trayWords } from './tray.ts';
import { isBusy, type Updates } from './updates.ts';

type UpdatesLook = Pick<Updates, 'state' | 'looks'>;

/** A line that does something, one that only says something, or one between groups. */
export type MenuLine =
  | { readonly label: string; readonly deed: Deed; readonly accelerator?: string }
  | { readonly label: string }
  | 'separator';

/** A menu is no place for more; the panel has them all. */
const MOST_CARDS = 6;

/** `updates` is null for a copy of PiKeep that has no feed: nothing is said of new versions then. */
export function trayMenu(
  snapshot: Snapshot,
  onMac: boolean,
  updates: UpdatesLook | null = null,
): readonly MenuLine[] {
  const { jobs, disks } = snapshot;
  const working = jobs.filter(({ state }) => state.is === 'working');
  const free = disks.filter((disk) => !working.some((job) => job.card === disk.card));
  const groups: readonly (readonly MenuLine[])[] = [
    [{ label: trayWords(snapshot) }],
    working.slice(0, MOST_CARDS).flatMap(stopLine),
    ...free.slice(0, MOST_CARDS).map((disk) => cardLines(disk, snapshot)),
    backupLines(snapshot, onMac),
    [
      { label: say`Open PiKeep`, deed: { do: 'show' } },
      { label: say`Open in a window`, deed: { do: 'open-out', place: 'library' } },
      { label: say`Library`, deed: { do: 'show', place: 'library' } },
      { label: say`Show backup folder`, deed: { do: 'open-folder' } },
    ],
    [
      {
        label: say`Settings…`,
        deed: { do: 'show', place: 'settings' },
        accelerator: 'CommandOrControl+,',
      },
      { label: say`PiKeep Help`, deed: { do: 'show', place: 'diagnosis' } },
    ],
    updates ? updateLines(updates, isBusy(snapshot)) : [],
    [{ label: say`Quit PiKeep`, deed: { do: 'quit' }, accelerator: 'CommandOrControl+Q' }],
  ];
  return groups
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['separator' as const, ...lines]));
}

function stopLine({ job, kind, title, state }: JobView): readonly MenuLine[] {
  if (state.is !== 'working' || state.cancelling) return [];
  const label = kind === 'backup' ? say`Stop backing up ${title}…` : say`Stop restoring ${title}…`;
  return [{ label, deed: { do: 'stop', job } }];
}

/** What can be done with a card that nothing is done to. */
function cardLines(seen: DiskView, { backups }: Snapshot): readonly MenuLine[] {
  const { disk, card, title, unfinished } = seen;
  const backUp: MenuLine = unfinished
    ? {
        label: say`Continue the backup of ${title}`,
        deed: { do: 'command', command: { command: 'backup', disk, card, continue: true } },
      }
    : {
        label: say`Back up ${title}`,
        deed: { do: 'command', command: { command: 'backup', disk, card } },
      };
  const restore: MenuLine = {
    label: say`Restore a backup to ${title}…`,
    deed: {
      do: 'command-and-show',
      command: { command: 'restore-open', from: { with: 'card', disk, card } },
    },
  };
  const eject: MenuLine = {
    label: say`Eject ${title}`,
    deed: { do: 'command', command: { command: 'eject', disk, card } },
  };
  return backups.length > 0 ? [backUp, restore, eject] : [backUp, eject];
}

/** The newest backup: where it is, and whether it is still good. */
function backupLines({ backups }: Snapshot, onMac: boolean): readonly MenuLine[] {
  const [newest] = backups;
  if (!newest) return [];
  const { backup } = newest;
  return [
    {
      label: onMac ? say`Show last backup in Finder` : say`Show last backup in folder`,
      deed: { do: 'command', command: { command: 'backup-reveal', backup } },
    },
    {
      label: say`Check last backup now`,
      deed: { do: 'command', command: { command: 'check', backup } },
    },
  ];
}

/** While something runs, new versions wait. */
function updateLines({ state, looks }: UpdatesLook, busy: boolean): readonly MenuLine[] {
  const choice: MenuLine = looks
    ? {
        label: say`Stop looking for new versions`,
        deed: { do: 'look-for-updates', looks: false },
      }
    : {
        label: say`Look for new versions once a day`,
        deed: { do: 'look-for-updates', looks: true },
      };
  return state.is === 'none' ? [choice] : [updateLine(state, busy), choice];
}

function updateLine(state: Exclude<UpdatesLook['state'], { is: 'none' }>, busy: boolean): MenuLine {
  const { version } = state;
  switch (state.is) {
    case 'found':
      return busy
        ? { label: say`PiKeep ${version} is available` }
        : { label: say`Download PiKeep ${version}…`, deed: { do: 'download-update' } };
    case 'downloading':
      return { label: say`Downloading PiKeep ${version}: ${formatPercent(state.percent / 100)}` };
    case 'ready':
      return busy
        ? { label: say`PiKeep ${version} can be installed when nothing is running` }
        : {
            label: say`PiKeep ${version} is ready: restart to install`,
            deed: { do: 'install-update' },
          };
    case 'installing':
      return { label: say`PiKeep ${version} is being installed` };
  }
}
