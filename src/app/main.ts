/** Start of the app: puts its parts together. Everything that decides something lies in the files imported here. */

import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  app,
  dialog,
  ipcMain,
  Notification,
  powerMonitor,
  protocol,
  session,
  shell,
  systemPreferences,
} from 'electron';
import { createDesk, type DeskOptions } from '../desk/desk.ts';
import { announce } from '../desk/notices.ts';
import { openSampleDesk } from '../desk/open-sample.ts';
import { withSample } from '../desk/with-sample.ts';
import { asPiKeepError } from '../engine/errors.ts';
import { speak } from '../language/use-language.ts';
import { openAuthorizer } from '../platform/authorizer.ts';
import { writeReport } from '../platform/diagnose.ts';
import { createPlatform } from '../platform/index.ts';
import { createLibraryFolders } from '../platform/library-folder.ts';
import { logFolder } from '../platform/log-place.ts';
import { createElectronNotifier } from '../platform/notify/electron-notifier.ts';
import { createFallbackNotifier } from '../platform/notify/fallback-notifier.ts';
import { createNodeNotifier } from '../platform/notify/node-notifier.ts';
import { openProgramLog, type ProgramLog } from '../platform/program-log.ts';
import { responsibleApp } from '../platform/responsible-app.ts';
import { openSampleWorld } from '../platform/sample-world.ts';
import { openSettings } from '../platform/settings.ts';
import { watchFolder } from '../platform/watch-folder.ts';
import { recordedRun } from '../worker/recorded-run.ts';
import { runTask } from '../worker/run-task.ts';
import { parseAppOptions } from './app-options.ts';
import { askForFolder, askForLibrary } from './ask-for-folder.ts';
import { createElectronDesktop } from './electron-desktop.ts';
import { createLoginItem } from './login-item.ts';
import { offerMove } from './move-to-applications.ts';
import { wearAccent } from './native-look.ts';
import { openFront } from './open-front.ts';
import { openUpdates } from './open-updates.ts';
import { followOpening, whileStaying } from './opening.ts';
import { openPanelWindow } from './panel-window.ts';
import { places } from './places.ts';
import { askBeforeQuitting } from './quit.ts';
import { report } from './report.ts';
import { registerPanelScheme, servePanel } from './scheme.ts';
import { createStartUtilityWorker } from './start-utility-worker.ts';
import { trayLook } from './tray.ts';
import { createTray, followDesk } from './tray-icon.ts';
import { denyPermissions, lockNavigation } from './window-security.ts';

async function start(log: ProgramLog): Promise<void> {
  const { library, ...options } = parseAppOptions(process.argv.slice(1));
  const settings = await openSettings();
  const wishes = (): readonly string[] => app.getPreferredSystemLanguages();
  await speak(settings.current.language, wishes());
  const { platform: system, execPath: program } = process;
  if (await offerMove({ app, dialog, settings, system, program })) return;
  denyPermissions(session.defaultSession);
  wearAccent(app, () => systemPreferences.getAccentColor(), system);
  servePanel(protocol, places.panel);
  const platform = { ...(await createPlatform(options)), desktop: createElectronDesktop() };
  const authorizer = await openAuthorizer(platform);
  const loginItem = createLoginItem(app, process.platform);
  const folders = createLibraryFolders(platform, homedir());
  const own: DeskOptions = {
    platform,
    runTask: recordedRun(runTask, log),
    startWorker: createStartUtilityWorker(places.worker),
    authorizer,
    settings,
    where: 'electron',
    version: app.getVersion(),
    home: homedir(),
    responsibleApp: responsibleApp(process.env, 'PiKeep'),
    diagnose: () =>
      writeReport({
        platform,
        settings: () => ({ ...settings.current, ...(library === null ? {} : { library }) }),
        ...{ version: app.getVersion(), program: 'app', folder: logFolder(), mark: log.mark },
        allowDiskImage: options.allowDiskImage,
      }),
    watchFolder,
    chooseFolder: (title) => whileStaying(panel, () => askForFolder(dialog, title)),
    settingsPorts: {
      folders,
      chooseLibrary: (present) => whileStaying(panel, () => askForLibrary(dialog, present)),
      ...(loginItem ? { loginItem } : {}),
      wishes,
    },
    ...options,
    ...(library === null ? {} : { library }),
  };
  const desk = createDesk(own);
  // Pages may be about the sample card; tray, notices and hands-free work never are.
  const shown = withSample(desk, async () =>
    openSampleDesk({ ...own, runTask }, await openSampleWorld(places.sampleCard)),
  );
  const second = createNodeNotifier({ icon: places.noticeIcon });
  const notifier = createFallbackNotifier(createElectronNotifier(Notification), second);
  const quitting = askBeforeQuitting({
    app,
    dialog,
    powerMonitor,
    desk: {
      get snapshot() {
        return desk.snapshot;
      },
      close: (how) => shown.close(how),
    },
    close: () => notifier.close().finally(() => log.stop({})),
  });

  const updates = await openUpdates({
    ...{ app, dialog, powerMonitor, notifier, settings, desk, log, system, program },
    leave: quitting.leave,
    resources: process.resourcesPath,
  });

  const tray = createTray();
  const { tooltip } = trayLook(desk.snapshot);
  const panel = openPanelWindow({ tray, preload: places.preload, tooltip });
  const front = openFront({
    ...{ app, dialog, ipcMain, shell, desk, shown, panel, tray, preload: places.preload },
    file: join(app.getPath('userData'), 'window.json'),
    library: () => library ?? settings.current.library,
    makeFolder: folders.make,
    onMac: process.platform === 'darwin',
    updates,
  });
  followDesk(tray, desk);
  followOpening(desk, panel);
  announce(desk, notifier, front);
  app.on('second-instance', () => front.show());
  app.on('activate', () => front.show());
  // Whoever comes back from System Settings may have found the switch.
  app.on('did-become-active', () => void desk.command({ command: 'look-again' }));
  powerMonitor.on('resume', () => void desk.rescan());
}

if (app.requestSingleInstanceLock()) {
  registerPanelScheme(protocol);
  lockNavigation(app);
  // A tray app lives on without windows.
  app.on('window-all-closed', () => {});
  const log = openProgramLog(
    { program: 'app', version: app.getVersion() },
    { folder: logFolder() },
  );
  app
    .whenReady()
    .then(() => start(log))
    .catch((error: unknown) => {
      const { code, facts } = asPiKeepError(error);
      log.write('error', { code, facts });
      report(error);
      app.exit(1);
    });
} else {
  app.quit(); // The first one shows its panel now.
}
