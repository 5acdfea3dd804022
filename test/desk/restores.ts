/** Backups, looks at cards and outcomes of restores as the desk may be handed them. */

import { emptyShelf } from '../../src/desk/shelf-state.ts';
import type { DeskInput } from '../../src/desk/state.ts';
import { type Disk, weakIdentity } from '../../src/engine/disk.ts';
import type { Library, LibraryBackup } from '../../src/library/library.ts';
import { groupByPi } from '../../src/library/pi-groups.ts';
import { noPreferences, type PiPreferences } from '../../src/library/pi-preferences.ts';
import type { RestoreResult, SurveyResult } from '../../src/worker/restore-results.ts';

const MADE_MS = Date.parse('2026-11-22T16:41:00.000Z');

export const IMAGE = '/home/ann/PiKeep/octopi/octopi 2026-11-22 16.40.img';

/** A backup that was made of this disk. */
export function backupOf(disk: Disk, change: Partial<LibraryBackup> = {}): LibraryBackup {
  const path = change.path ?? IMAGE;
  return {
    path,
    state: 'proven',
    manifest: `${path}.json`,
    bmap: null,
    fileBytes: disk.bytes,
    storedBytes: 4096,
    stamp: {
      dev: 1,
      ino: 1,
      size: disk.bytes,
      mtimeMs: MADE_MS,
      ctimeMs: MADE_MS,
    },
    oddities: [],
    copyOf: null,
    hostname: 'octopi',
    os: null,
    model: null,
    finishedAt: change.at ?? '2026-11-22T16:41:00.000Z',
    contentSha256: 'c'.repeat(64),
    failedChecks: 0,
    title: 'octopi',
    at: '2026-11-22T16:40:00.000Z',
    format: 'img',
    bytes: disk.bytes,
    weak: weakIdentity(disk),
    strong: { tableId: disk.tableId, fileSystems: [], hostname: 'octopi' },
    verified: true,
    unreadable: 0,
    ...change,
  };
}

/** A look at a library of these backups, with the same wishes for each Pi. */
export function libraryOf(
  backups: readonly LibraryBackup[],
  change: Partial<PiPreferences> = {},
  rest: Partial<Library> = {},
): Extract<DeskInput, { input: 'library' }> {
  const library = { folder: '/h/PiKeep', backups, images: [], lost: [], problems: [], ...rest };
  const preferences = { ...noPreferences, ...change };
  const pis = groupByPi(backups).map((pi) => ({
    pi,
    preferences,
    name: preferences.name ?? pi.title,
  }));
  return { input: 'library', look: { ...emptyShelf, is: 'ready', library, pis } };
}

export function surveyOf(
  disk: Disk,
  target: Partial<SurveyResult['target']> = {},
  change: Partial<SurveyResult> = {},
): SurveyResult {
  return {
    task: 'survey',
    image: {
      path: IMAGE,
      title: 'octopi',
      bytes: disk.bytes,
      mappedBytes: 4096,
      mapOrigin: 'manifest',
      at: '2026-11-22T16:40:00.000Z',
      verified: true,
      unreadable: 0,
      warnings: [],
    },
    target: {
      disk: disk.id,
      title: 'HOLIDAY',
      content: 'camera card, 214 photos',
      bytes: disk.bytes,
      mediaName: disk.mediaName,
      partitions: [{ kind: 'FAT', label: 'HOLIDAY', bytes: disk.bytes }],
      lastBackup: null,
      isOrigin: false,
      unfinished: null,
      canUndo: false,
      mustTypeName: false,
      ...target,
    },
    fits: true,
    fit: 'It fits.',
    growth: null,
    ...change,
  };
}

export const restored: RestoreResult = {
  task: 'restore',
  image: IMAGE,
  disk: 'sdb',
  title: 'octopi',
  bytes: 8 * 1024 * 1024,
  mappedBytes: 4096,
  writtenBytes: 4096,
  skippedBytes: 0,
  mode: 'full',
  mapOrigin: 'manifest',
  provenBytes: 4096,
  verified: 'read-back',
  seconds: 9,
  writeSeconds: 6,
  growth: null,
  willGrow: false,
  adjusted: [],
  ejected: false,
  report: '/home/ann/PiKeep/Restores/2026/record.json',
};
