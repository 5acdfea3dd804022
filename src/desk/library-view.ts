/** The library as pages show it. Pure; every text is bounded, so that a full page fits into an answer. */

import { basename, dirname } from 'node:path';
import type { ListedBackup, LooseImage, PiView } from '../contract/panel.ts';
import { say } from '../language/say.ts';
import { lastBackupOf, lastBackupWords } from '../library/last-backup.ts';
import type { LibraryBackup, PlainImage } from '../library/library.ts';
import { backupKey, backupView } from './backup-view.ts';
import { checkOf, piId } from './library-choice.ts';
import { plainText } from './plain-text.ts';
import { onlyPi, recognitionOf } from './recognition.ts';
import { isDue } from './reminders.ts';
import type { KnownPi, ShelfState } from './shelf-state.ts';
import type { DeskState } from './state.ts';
import { tilde } from './view.ts';

const MAX_TITLE = 80;
const MAX_NAME = 160;
const MAX_LINE = 120;
const MAX_PLACE = 240;
const MAX_ODDITIES = 3;

export function piView(state: DeskState, known: KnownPi): PiView {
  const { pi, preferences, name } = known;
  const { hostname, backups } = pi;
  const now = new Date(state.now);
  const seen = state.disks.find((one) => one.verdict.offer && onlyPi(state, one) === pi);
  const stored = backups.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  return {
    pi: piId(pi),
    title: plainText(name, MAX_TITLE),
    hostname: hostname === null || hostname === name ? null : plainText(hostname, MAX_TITLE),
    note: plainText(preferences.note, MAX_LINE),
    colour: preferences.colour,
    backups: backups.length,
    storedBytes: stored,
    last: lastBackupOf(backups, now)?.backup.at.slice(0, 64) ?? null,
    lastGood: plainText(lastBackupWords(backups, now), MAX_LINE),
    damaged: backups.filter((backup) => isDamaged(state.shelf, backup)).length,
    isDue: isDue(known, state.now, state.settings.remindDays),
    handsFree: preferences.handsFree,
    card: seen?.key ?? null,
    ambiguous: ambiguity(state, known),
  };
}

function ambiguity(state: DeskState, { pi }: KnownPi): string | null {
  for (const seen of state.disks) {
    if (!seen.verdict.offer) continue;
    const found = recognitionOf(state, seen);
    if (!found?.candidates.some((one) => one.pi === pi)) continue;
    if (found.twins.length > 0) {
      return say`There are cards here that look the same: indistinguishable copies of one card.`;
    }
    if (found.candidates.length > 1) {
      return say`A card here looks like this one and like another; reading it tells which it is.`;
    }
    if (found.candidates[0]?.likeness === 'copy') {
      return say`A card here is a copy of this one, or was flashed with the same image.`;
    }
  }
  return null;
}

function isDamaged(shelf: ShelfState, backup: LibraryBackup): boolean {
  if (backup.state === 'damaged') return true;
  return checkOf(shelf, { path: backup.path, backup, plain: null })?.verdict === 'damaged';
}

export function listedBackup({ shelf }: DeskState, backup: LibraryBackup): ListedBackup {
  const check = checkOf(shelf, { path: backup.path, backup, plain: null });
  return {
    ...backupView(backup),
    storedBytes: backup.storedBytes,
    state: backup.state,
    verdict: check?.verdict ?? null,
    checkedAt: check?.at ?? null,
    oddities: backup.oddities.slice(0, MAX_ODDITIES).map(({ text }) => plainText(text, MAX_LINE)),
  };
}

export function looseImage(
  { path, fileBytes, modified, format }: PlainImage,
  home: string,
): LooseImage {
  return {
    backup: backupKey(path),
    ...placeOf(path, home),
    storedBytes: fileBytes,
    modified,
    why:
      format === null
        ? say`It was made or packed by another program.`
        : say`There is no manifest for it, so nobody knows whose it is.`,
  };
}

/** File name and folder of an image. */
export function placeOf(path: string, home: string): { name: string; place: string } {
  return {
    name: plainText(basename(path), MAX_NAME),
    place: plainText(tilde(dirname(path), home), MAX_PLACE),
  };
}
