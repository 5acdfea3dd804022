/** The desk as the command line composes it: workers are forked Node processes, the panel is a browser page. */

import { homedir } from 'node:os';
import { createDesk, type Desk, type DeskOptions } from '../desk/desk.ts';
import { openSampleDesk } from '../desk/open-sample.ts';
import { withSample } from '../desk/with-sample.ts';
import { speak } from '../language/use-language.ts';
import { openAuthorizer } from '../platform/authorizer.ts';
import { writeReport } from '../platform/diagnose.ts';
import { newDownloadFolder } from '../platform/download-folder.ts';
import { createLibraryFolders } from '../platform/library-folder.ts';
import { logFolder } from '../platform/log-place.ts';
import { responsibleApp } from '../platform/responsible-app.ts';
import { openSampleWorld } from '../platform/sample-world.ts';
import { watchFolder } from '../platform/watch-folder.ts';
import { VERSION } from '../version.ts';
import { recordedRun } from '../worker/recorded-run.ts';
import { runTask } from '../worker/run-task.ts';
import { startNodeWorker } from '../worker/start-node-worker.ts';
import { sampleCard } from './place.ts';
import type { Session } from './session.ts';
import { terminalLanguages } from './terminal-languages.ts';

export async function openDesk({
  platform,
  settings,
  options,
  library,
  recordsFolder,
  log,
}: Session): Promise<Desk> {
  const wishes = (): readonly string[] => terminalLanguages(process.env);
  await speak(settings.current.language, wishes());
  const own: DeskOptions = {
    platform,
    runTask: recordedRun(runTask, log),
    startWorker: startNodeWorker,
    authorizer: await openAuthorizer(platform),
    settings,
    where: 'browser',
    version: VERSION,
    home: homedir(),
    responsibleApp: responsibleApp(process.env, null),
    diagnose: () =>
      writeReport({
        platform,
        settings: () => ({ ...settings.current, library }),
        ...{ version: VERSION, program: 'panel', folder: logFolder(), mark: log.mark },
        allowDiskImage: options.allowDiskImage,
      }),
    watchFolder,
    chooseFolder: (title) => newDownloadFolder(homedir(), title),
    settingsPorts: { folders: createLibraryFolders(platform, homedir()), wishes },
    slot: options.slot,
    recordsFolder,
    allowDiskImage: options.allowDiskImage,
    door: options.door,
    ...(options.library === null ? {} : { library }),
  };
  const desk = createDesk(own);
  const sample = sampleCard();
  if (sample === null) return desk;
  return withSample(desk, async () =>
    openSampleDesk({ ...own, runTask }, await openSampleWorld(sample)),
  );
}
