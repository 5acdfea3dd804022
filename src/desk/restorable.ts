/** What can be restored from the library: a backup, or an image that nothing says anything about. Pure. */

import { basename } from 'node:path';
import type { RestoreView } from '../contract/panel.ts';
import { PiKeepError } from '../engine/errors.ts';
import { diskTitle } from '../engine/words/disk-title.ts';
import { say } from '../language/say.ts';
import type { Backup } from '../library/backups.ts';
import type { PlainImage } from '../library/library.ts';
import { backupKey } from './backup-view.ts';
import { plainText } from './plain-text.ts';
import type { DeskState } from './state.ts';

export interface Restorable
  extends Pick<Backup, 'path' | 'title' | 'bytes' | 'weak' | 'strong' | 'unreadable'> {
  /** When the card was read; null where no manifest says so. */
  readonly at: string | null;
  /** Null: not a backup of PiKeep. */
  readonly verified: boolean | null;
}

const MAX_TITLE = 80;
const MAX_NAME = 160;
const MAX_TIME = 64;

/** Throws USAGE when the library has no such image now. */
export function chooseRestorable(state: DeskState, key: string): Restorable {
  const found = find(state, (path) => backupKey(path) === key);
  if (found) return found;
  throw new PiKeepError('USAGE', { detail: say`That backup is not in the library.` });
}

/** Throws NO_SUCH_IMAGE when it is not in the library now. */
export function restorableAt(state: DeskState, path: string): Restorable {
  const found = find(state, (one) => one === path);
  if (found) return found;
  throw new PiKeepError('NO_SUCH_IMAGE', { path });
}

function find(
  { backups, shelf }: DeskState,
  matches: (path: string) => boolean,
): Restorable | null {
  const backup = backups.find(({ path }) => matches(path));
  if (backup) return backup;
  // What an unreachable library had cannot be read now.
  const images = shelf.is === 'ready' ? (shelf.library?.images ?? []) : [];
  const image = images.find(({ path }) => matches(path));
  return image ? looseOf(image) : null;
}

/** Nobody knows which card it is of, so it is of none that is here. */
function looseOf({ path, fileBytes }: PlainImage): Restorable {
  return {
    ...{ path, title: basename(path), bytes: fileBytes, at: null, verified: null, unreadable: 0 },
    weak: null,
    strong: { tableId: null, fileSystems: [], hostname: null },
  };
}

export function restorableView(image: Restorable): RestoreView['backup'] {
  const { path, title, at, bytes, verified, unreadable } = image;
  return {
    backup: backupKey(path),
    title: plainText(diskTitle(title), MAX_TITLE),
    name: plainText(basename(path), MAX_NAME),
    at: at?.slice(0, MAX_TIME) ?? null,
    ...{ bytes, verified, incomplete: unreadable > 0 },
  };
}
