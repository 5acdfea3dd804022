/** The desk of the sample card: like the real one, with a reader, a library, settings and records of its own. */

import { join } from 'node:path';
import type { SampleWorld } from '../platform/ports.ts';
import { createDesk } from './desk.ts';
import type { DeskOptions } from './desk-options.ts';
import { settingsInMemory } from './settings-in-memory.ts';
import type { SampleDesk } from './with-sample.ts';

/** No desk comes so far: what a page says of one that is gone meets nothing here, and the other way round. */
const FIRST_NUMBER = 1_000_000;

/** `real`: of the desk that goes on meanwhile. */
export async function openSampleDesk(real: DeskOptions, world: SampleWorld): Promise<SampleDesk> {
  const { folder, slot, library, platform } = world;
  const { watchFolder, chooseFolder } = real;
  const desk = createDesk({
    // What is shown or opened is shown by the same desktop.
    platform: { ...platform, desktop: real.platform.desktop },
    runTask: real.runTask,
    startWorker: real.startWorker,
    authorizer: null,
    settings: settingsInMemory({ ...real.settings.current, library, ejectWhenDone: false }),
    where: real.where,
    version: real.version,
    home: real.home,
    slot,
    library,
    firstNumber: FIRST_NUMBER,
    recordsFolder: join(folder, 'records'),
    cacheFolder: join(folder, 'cache'),
    ...(watchFolder ? { watchFolder } : {}),
    ...(chooseFolder ? { chooseFolder } : {}),
  });
  await desk.rescan();
  return { desk, remove: () => world.remove() };
}
