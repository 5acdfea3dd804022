/** What the desk asks a worker to do, from what the user chose and set. Pure. */

import { type Disk, weakIdentity } from '../engine/disk.ts';
import type { Continuable } from '../library/leftovers.ts';
import { recordsFolder } from '../library/records-folder.ts';
import type { DoorName } from '../platform/ports.ts';
import type { Settings } from '../platform/settings.ts';
import type { BackupTask, RestoreTask, SurveyTask, UndoTask } from '../worker/tasks.ts';

/** How cards are reached, for as long as the desk lives. */
export interface CardAccess {
  /** The folder that stands in for the card reader; null for the machine's own disks. */
  readonly slot: string | null;
  readonly allowDiskImage?: boolean;
  /** One way of opening only. */
  readonly door?: DoorName | null;
  /** Where restores keep what they overwrite, and their reports; this user's own place, if left out. */
  readonly recordsFolder?: string;
  /** Where unpacked images are kept; this user's own place, if left out. */
  readonly cacheFolder?: string;
}

export interface TaskTarget {
  readonly disk: Disk;
  readonly settings: Settings;
  readonly access: CardAccess;
  readonly forceUnmount: boolean;
  /** Whatever the settings say. */
  readonly eject?: boolean;
  /** A backup of this card that did not finish, to go on with. */
  readonly continues?: Continuable | null;
}

export type JobTask = BackupTask | RestoreTask | UndoTask;

export function backupTask(target: TaskTarget): BackupTask {
  const { disk, settings, access, forceUnmount, continues } = target;
  const { eject = settings.ejectWhenDone } = target;
  return {
    task: 'backup',
    disk: disk.id,
    expected: expectedOf(disk),
    source: sourceOf(settings, access),
    destination: { kind: 'library', folder: settings.library },
    format: settings.format,
    wholeCard: false,
    fullHash: false,
    verify: settings.verify,
    forceUnmount,
    ejectWhenDone: eject,
    ...(continues ? continuing(continues) : {}),
  };
}

/** As it was begun, by whomever. */
function continuing({ file, unfinished }: Continuable) {
  const { format, wholeCard, fullHash, verify } = unfinished;
  return { continueFrom: file, format, wholeCard, fullHash, verify };
}

export function surveyTask(
  image: string,
  { disk, settings, access }: Omit<TaskTarget, 'forceUnmount'>,
): SurveyTask {
  const source = sourceOf(settings, access);
  const { library } = settings;
  return {
    task: 'survey',
    image,
    disk: disk.id,
    source,
    library,
    recordsFolder: recordsOf(access),
  };
}

export function restoreTask(
  { image, grow }: { image: string; grow: RestoreTask['grow'] },
  target: TaskTarget,
): RestoreTask {
  const { ejectWhenDone } = target.settings;
  return { task: 'restore', image, mode: 'auto', grow, ejectWhenDone, ...writtenTo(target) };
}

export function undoTask(target: TaskTarget): UndoTask {
  return { task: 'undo', ...writtenTo(target) };
}

function writtenTo({ disk, settings, access, forceUnmount }: TaskTarget) {
  return {
    disk: disk.id,
    expected: expectedOf(disk),
    source: sourceOf(settings, access),
    library: settings.library,
    forceUnmount,
    recordsFolder: recordsOf(access),
  };
}

function recordsOf(access: CardAccess): string {
  return access.recordsFolder ?? recordsFolder();
}

function expectedOf(disk: Disk) {
  const identity = weakIdentity(disk);
  return { ...identity, partitions: [...identity.partitions] };
}

export function sourceOf(settings: Settings, { slot, allowDiskImage, door }: CardAccess) {
  return {
    slot,
    allowDiskImage: allowDiskImage ?? false,
    allowOtherExternal: settings.showOtherExternal,
    neverTouch: settings.neverTouch.map(({ key }) => key),
    door: door ?? null,
  };
}
