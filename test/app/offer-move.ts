/** A process on the stand-in for Electron that offers to move to Applications and says what came of it; for the test beside it. */

import { app, dialog } from 'electron';
import { offerMove } from '../../src/app/move-to-applications.ts';
import { openSettings } from '../../src/platform/settings.ts';

const [file = '', system = 'darwin', program = ''] = process.argv.slice(2);
const settings = await openSettings({ file });
const moved = await offerMove({
  app,
  dialog,
  settings,
  program,
  system: system === 'darwin' ? 'darwin' : 'linux',
});
process.send?.({ moved, stayedBefore: settings.current.stayedBefore }, () => process.exit());
