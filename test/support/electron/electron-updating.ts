/** The module that stands in for "electron" where updates are tried: the usual stand-in, and a network. */

import * as usual from './electron.ts';
import { strict } from './strict.ts';
import { autoUpdater, fromPartition, net } from './updating.ts';

export * from './electron.ts';

const session = strict('session', {
  defaultSession: usual.session.defaultSession,
  fromPartition,
});
const { 'module.exports': _, ...rest } = usual;
const electron = strict('electron', { ...rest, autoUpdater, net, session });

export { autoUpdater, electron as 'module.exports', net, session };
