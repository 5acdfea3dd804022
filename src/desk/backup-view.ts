/** The backups of the library as the panel lists them. Pure. */

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { BackupView } from '../contract/panel.ts';
import { diskTitle } from '../engine/words/disk-title.ts';
import type { Backup } from '../library/backups.ts';
import { plainText } from './plain-text.ts';

const MAX_TITLE = 80;
const MAX_NAME = 160;
const MAX_TIME = 64;

/** Names a backup in a command, whatever its path is made of. */
export function backupKey(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 32);
}

export function backupView(backup: Backup): BackupView {
  const { path, title, at, bytes, format, verified, unreadable } = backup;
  return {
    backup: backupKey(path),
    title: plainText(diskTitle(title), MAX_TITLE),
    name: plainText(basename(path), MAX_NAME),
    at: at.slice(0, MAX_TIME),
    bytes,
    format,
    verified,
    incomplete: unreadable > 0,
  };
}
