/** Which Pi, backup or image a page means. Pure; refusals are thrown. */

import { PiKeepError } from '../engine/errors.ts';
import { say } from '../language/say.ts';
import { type CheckRecord, checkKey } from '../library/check-records.ts';
import type { LibraryBackup, PlainImage } from '../library/library.ts';
import type { Pi } from '../library/pi-groups.ts';
import { backupKey } from './backup-view.ts';
import type { KnownPi, ShelfState } from './shelf-state.ts';

export interface ChosenImage {
  readonly path: string;
  /** Null for an image without a manifest. */
  readonly backup: LibraryBackup | null;
  readonly plain: PlainImage | null;
}

/** Throws USAGE when it is not in the library any more. */
export function chooseImage({ library }: ShelfState, key: string): ChosenImage {
  const backup = library?.backups.find(({ path }) => backupKey(path) === key) ?? null;
  if (backup) return { path: backup.path, backup, plain: null };
  const plain = library?.images.find(({ path }) => backupKey(path) === key) ?? null;
  if (plain) return { path: plain.path, backup: null, plain };
  throw new PiKeepError('USAGE', { detail: say`That image is not in the library any more.` });
}

/** Names a Pi in a query or command, whatever its identifiers are made of. */
export function piId({ key }: Pick<Pi, 'key'>): string {
  return /^[ -~]{1,200}$/.test(key) ? key : `named ${backupKey(key)}`;
}

/** Throws USAGE when it is not in the library any more. */
export function choosePi({ pis }: ShelfState, key: string): KnownPi {
  const known = pis.find(({ pi }) => piId(pi) === key);
  if (known) return known;
  throw new PiKeepError('USAGE', { detail: say`That Pi is not in the library any more.` });
}

/** The Pi that a backup is of; null for an image without a manifest. */
export function piOf({ pis }: ShelfState, path: string): KnownPi | null {
  return pis.find(({ pi }) => pi.backups.some((backup) => backup.path === path)) ?? null;
}

/** What its last check came to; null when the file was never checked as it is now. */
export function checkOf(
  { checks }: ShelfState,
  { backup, plain, path }: ChosenImage,
): CheckRecord | null {
  const record = checks.get(
    checkKey(backup ?? { path, at: '', contentSha256: null, copyOf: null }),
  );
  if (!record) return null;
  const bytes = backup?.fileBytes ?? plain?.fileBytes;
  const modified = backup ? Math.trunc(backup.stamp.mtimeMs) : Date.parse(plain?.modified ?? '');
  return record.image.bytes === bytes && record.image.modified === modified ? record : null;
}
