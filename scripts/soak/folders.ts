/** The folders of a soak, and what lies in them that should not. */

import { globSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKS_FILE } from '../../src/library/check-records.ts';
import { PIS_FILE } from '../../src/library/pi-store.ts';
import type { DeskFolders } from './desk-process.ts';

export interface SoakFolders extends DeskFolders {
  readonly cards: string;
  readonly ejected: string;
  readonly trash: string;
}

export function makeFolders(root: string): SoakFolders {
  const folders = {
    root,
    slot: join(root, 'slot'),
    library: join(root, 'library'),
    cards: join(root, 'cards'),
    ejected: join(root, 'slot', 'ejected'),
    trash: join(root, 'data', 'Trash'),
  };
  const others = ['temp', 'home', 'state', 'cache', 'config', 'data'];
  for (const name of ['slot', 'library', 'cards', ...others]) mkdirSync(join(root, name));
  return folders;
}

/** Between two cards nothing lies about but images with their two companions: files by place. */
export function strays({ root, library, slot }: SoakFolders): Record<string, number> {
  const images = new Set(filesIn(library).filter((path) => path.endsWith('.img')));
  const own = [PIS_FILE, CHECKS_FILE].map((name) => join(library, name));
  const foreign = filesIn(library).filter((path) => {
    if (own.includes(path)) return false;
    const image = path.replace(/\.pikeep\.json$/, '').replace(/\.bmap$/, '.img');
    return !images.has(image);
  });
  return {
    library: foreign.length,
    // The one that leads a browser in is removed as soon as it was used.
    temp: filesIn(join(root, 'temp')).length,
    slot: filesIn(slot).length,
  };
}

/** Bytes of what is kept beside the library: records, settings, caches. */
export function keptBytes(root: string): number {
  return ['state', 'config', 'cache', 'home']
    .flatMap((name) => filesIn(join(root, name)))
    .reduce((sum, path) => sum + statSync(path).size, 0);
}

function filesIn(folder: string): string[] {
  return globSync('**/{*,.*}', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}
