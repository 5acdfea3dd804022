/** The module that stands in for "electron" (see register.ts): what PiKeep and `menubar` use, and nothing else. */

import {
  app,
  dialog,
  powerMonitor,
  powerSaveBlocker,
  screen,
  shell,
  systemPreferences,
} from './app.ts';
import { protocol } from './scheme.ts';
import { strict } from './strict.ts';
import { Menu, Notification, Tray } from './tray.ts';
import { BrowserWindow, ipcMain } from './window.ts';
import { session, utilityProcess } from './worker.ts';

const electron = strict('electron', {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
  systemPreferences,
  Tray,
  utilityProcess,
});

export {
  app,
  BrowserWindow,
  dialog,
  // What `require('electron')` returns (Node: the export of this name replaces the namespace).
  electron as 'module.exports',
  ipcMain,
  Menu,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
  systemPreferences,
  Tray,
  utilityProcess,
};
