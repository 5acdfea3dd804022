/** Whether this copy of PiKeep updates itself at all, and if so, by which parts. */

import type { App, Dialog, PowerMonitor } from 'electron';
import type { Desk } from '../desk/desk.ts';
import { asPiKeepError } from '../engine/errors.ts';
import type { Notifier } from '../platform/ports.ts';
import type { ProgramLog } from '../platform/program-log.ts';
import type { SettingsStore } from '../platform/settings.ts';
import { passingPlaceOf } from './move-to-applications.ts';
import { report } from './report.ts';
import { createUpdateTalk } from './update-talk.ts';
import { createUpdates, type Updates } from './updates.ts';
import { readFeed } from './updates-feed.ts';

export interface UpdatesOptions {
  readonly app: Pick<App, 'isPackaged' | 'getVersion'>;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  readonly powerMonitor: Pick<PowerMonitor, 'on'>;
  readonly notifier: Pick<Notifier, 'notify'>;
  readonly settings: Pick<SettingsStore, 'current' | 'update'>;
  readonly desk: Pick<Desk, 'snapshot' | 'onSnapshot'>;
  readonly log: Pick<ProgramLog, 'write'>;
  readonly leave: (then: () => void) => Promise<boolean>;
  readonly system: NodeJS.Platform;
  /** The running program's own file. */
  readonly program: string;
  /** Where the package keeps what lies beside its archive. */
  readonly resources: string;
}

/** Milliseconds. A timer stands still while the computer sleeps, so the clock is looked at often. */
const LOOK_AT_CLOCK_MS = 60 * 60 * 1000;

/**
 * Null, and nothing of the updater is loaded and nothing asked of the network, unless this is a package for macOS that was
 * made with a feed, and lies where it can be replaced: not on its disk image, nor where macOS runs it for this once.
 */
export async function openUpdates(options: UpdatesOptions): Promise<Updates | null> {
  const { app, system, program, resources, settings, log } = options;
  if (system !== 'darwin' || !app.isPackaged || passingPlaceOf(program) !== null) return null;

  const failed = (what: string, error: unknown): void => {
    const { code, facts } = asPiKeepError(error);
    log.write('error', { code, facts, phase: `update ${what}` });
  };
  let updates: Updates;
  try {
    const feed = await readFeed(resources);
    if (feed === null) return null;
    const { openMacUpdater } = await import('./mac-updater.ts');
    updates = createUpdates({
      updater: await openMacUpdater(feed),
      desk: options.desk,
      talk: createUpdateTalk({
        dialog: options.dialog,
        notifier: options.notifier,
        version: app.getVersion(),
        download: () => void updates.download().catch(report),
        install: () => void updates.install().catch(report),
      }),
      wish: wishIn(settings),
      leave: options.leave,
      failed,
      now: Date.now,
    });
  } catch (error) {
    // A package without updates is worth more than one that does not start.
    failed('start', error);
    return null;
  }
  const look = (): void => void updates.look().catch((error: unknown) => failed('check', error));
  look();
  setInterval(look, LOOK_AT_CLOCK_MS).unref();
  options.powerMonitor.on('resume', look);
  return updates;
}

/** Nobody is asked before the pages of the first start are done with. An answer that cannot be kept holds until the end. */
function wishIn(settings: UpdatesOptions['settings']) {
  let said: boolean | null = null;
  return {
    get(): boolean | null {
      const { looksForUpdates, welcomed } = settings.current;
      return said ?? looksForUpdates ?? (welcomed ? null : false);
    },
    async set(looks: boolean): Promise<void> {
      said = looks;
      await settings.update({ looksForUpdates: looks });
    },
  };
}
