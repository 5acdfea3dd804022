/** Where the app finds its parts. Sources (src/app) and builds (dist/app) lie equally deep below the root. */

import { join } from 'node:path';
import { readableOf } from '../platform/single-executable.ts';

const root = join(import.meta.dirname, '../..');

export const places = {
  /** The built page. */
  panel: join(root, 'dist/panel'),
  preload: join(root, 'dist/app/preload.cjs'),
  worker: join(root, 'dist/app/worker.js'),
  sampleCard: join(root, 'dist/app/sample-card.gz'),
  /** For a program of its own, which cannot look into a package's archive. */
  noticeIcon: join(readableOf(root), 'icons/app/icon-128.png'),
  /** `icon` as in TrayLook. macOS takes a file whose name ends in "Template" for black and alpha, and finds its @2x. */
  trayIcon: (icon: string) => join(root, 'icons/tray', `${icon}Template.png`),
};
