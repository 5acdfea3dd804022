/**
 * A process on the stand-in for Electron that is the app without its page: a whole desk over a slot, tray, notices, quitting,
 * and updates as on a Mac. Started by `update-rig.ts`.
 */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { app, dialog, Notification, powerMonitor } from 'electron';
import { createDoer } from '../../../src/app/deed.ts';
import { openUpdates } from '../../../src/app/open-updates.ts';
import { askBeforeQuitting } from '../../../src/app/quit.ts';
import { createStartUtilityWorker } from '../../../src/app/start-utility-worker.ts';
import { addTrayMenu, createTray } from '../../../src/app/tray-icon.ts';
import { createDesk } from '../../../src/desk/desk.ts';
import { createPlatform } from '../../../src/platform/index.ts';
import { createElectronNotifier } from '../../../src/platform/notify/electron-notifier.ts';
import { openProgramLog } from '../../../src/platform/program-log.ts';
import { openSettings } from '../../../src/platform/settings.ts';
import { runTask } from '../../../src/worker/run-task.ts';
import { onDeed } from './world.ts';

const [folder = '', system = 'darwin', program = ''] = process.argv.slice(2);
const resources = join(folder, 'resources');
// Where electron-updater looks for the name of its folder.
Object.defineProperty(process, 'resourcesPath', { value: resources });
await app.whenReady();
const home = join(folder, 'home');
const slot = join(folder, 'slot');
const settings = await openSettings({ file: join(folder, 'settings.json'), home });
const log = openProgramLog(
  { program: 'app', version: app.getVersion() },
  { folder: join(home, 'state/log') },
);
const desk = createDesk({
  platform: await createPlatform({ slot }),
  runTask,
  startWorker: createStartUtilityWorker(join(import.meta.dirname, '../../../src/worker/entry.ts')),
  authorizer: null,
  settings,
  where: 'electron',
  version: app.getVersion(),
  home,
  slot,
  recordsFolder: join(folder, 'records'),
  cacheFolder: join(folder, 'cache'),
  chooseFolder: async () => null,
});
const notifier = createElectronNotifier(Notification);
const quitting = askBeforeQuitting({
  ...{ app, dialog, powerMonitor, desk },
  close: () => notifier.close(),
});
const updates = await openUpdates({
  ...{ app, dialog, powerMonitor, notifier, settings, desk, log, program, resources },
  leave: quitting.leave,
  system: system === 'darwin' ? 'darwin' : 'linux',
});
const perform = createDoer({
  ...{ app, dialog, desk, updates },
  shell: { openPath: async () => '', showItemInFolder: () => undefined },
  front: { show: () => undefined, openOut: () => undefined, refuse: () => undefined },
  panel: { stay: () => () => undefined },
  library: () => settings.current.library,
  makeFolder: async () => undefined,
});
addTrayMenu(createTray(), desk, perform, true, updates);

const { cache } = createRequire(import.meta.url);
onDeed('tell of updates', () => ({
  is: updates?.state.is ?? null,
  looks: settings.current.looksForUpdates,
  isLoaded: Object.keys(cache).some((path) => path.includes('/node_modules/electron-updater/')),
  jobs: desk.snapshot.jobs.map(({ state }) => state.is),
}));
onDeed('back up', async (name: string) => {
  await desk.rescan();
  const found = desk.snapshot.disks.find(({ disk }) => disk === name);
  if (!found) throw new Error(`${name} is not offered`);
  return desk.command({ command: 'backup', disk: found.disk, card: found.card });
});
