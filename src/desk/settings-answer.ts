/** The answer to the question of the page of the settings. */

import type { AnswerTo } from '../contract/panel.ts';
import { formatBytes } from '../engine/format.ts';
import { pickLanguage } from '../language/languages.ts';
import { say } from '../language/say.ts';
import type { FolderLook, Platform } from '../platform/ports.ts';
import type { Settings } from '../platform/settings.ts';
import { piId } from './library-choice.ts';
import { plainText } from './plain-text.ts';
import type { SettingsPorts } from './settings-clerk.ts';
import type { DeskState, SeenDisk } from './state.ts';
import { tilde } from './view.ts';

const MAX_PATH = 1024;
const MAX_NAME = 160;
const MAX_HANDS_FREE = 50;
const GIB = 1024 ** 3;

/** The used part of a usual card; less than that, and the next backup may not fit. */
const SMALL_ROOM_BYTES = 10_000_000_000;

export interface SettingsAsked {
  readonly state: DeskState;
  /** As they are saved. */
  readonly saved: Settings;
  readonly ports: SettingsPorts;
  readonly platform: Pick<Platform, 'timeMachine'>;
  readonly home: string;
}

export async function settingsAnswer(asked: SettingsAsked): Promise<AnswerTo<'settings'>> {
  const { state, saved, ports, platform, home } = asked;
  const found = (await ports.folders?.look(saved.library)) ?? null;
  const pis = state.shelf.pis.filter(({ preferences }) => preferences.handsFree);
  const inUse = state.settings.library;
  return {
    ask: 'settings',
    format: saved.format,
    verify: saved.verify,
    ejectWhenDone: saved.ejectWhenDone,
    remindDays: saved.remindDays,
    showOtherExternal: saved.showOtherExternal,
    excludeFromTimeMachine: saved.excludeFromTimeMachine,
    language: saved.language,
    library: {
      folder: plainText(tilde(saved.library, home), MAX_PATH),
      instead: inUse === saved.library ? null : plainText(tilde(inUse, home), MAX_PATH),
      free: found?.volume ? say`${formatBytes(found.volume.freeBytes)} free` : '',
      warnings: found ? folderWarnings(found, state.disks) : [],
      canChoose: ports.chooseLibrary !== undefined,
    },
    hasTimeMachine: platform.timeMachine !== undefined,
    loginItem: ports.loginItem?.get() ?? null,
    neverTouch: saved.neverTouch.map(({ key, name }) => ({
      key,
      name: plainText(name, MAX_NAME),
      by: markWords(key),
    })),
    handsFree: pis.slice(0, MAX_HANDS_FREE).map(({ pi, name }) => ({
      pi: piId(pi),
      title: plainText(name, MAX_NAME),
    })),
    moreHandsFree: Math.max(0, pis.length - MAX_HANDS_FREE),
    systemLanguage: pickLanguage(ports.wishes?.() ?? []).language,
  };
}

/** What speaks against a folder for backups, the gravest first. */
export function folderWarnings(found: FolderLook, disks: readonly SeenDisk[]): string[] {
  const { is, isWritable, volume, syncedBy } = found;
  if (is === 'silent') return [say`Nothing is heard of this folder: is its disk or server there?`];
  if (is === 'no folder') return [say`This is no folder, so nothing can be kept in it.`];
  const warnings: string[] = [];
  if (!isWritable) {
    warnings.push(
      is === 'missing'
        ? say`The folder is not there and cannot be made: is its disk connected?`
        : say`You may not write here, so nothing can be backed up to this folder.`,
    );
  }
  if (volume && volume.maxFileBytes < 16 * GIB) {
    warnings.push(
      say`Its disk is formatted as FAT, which holds no file larger than 4 GiB: a backup that grows larger fails. A disk formatted as APFS holds any.`,
    );
  } else if (volume && !volume.keepsHoles) {
    warnings.push(
      say`Its disk stores empty space, too: a plain image there takes as much room as its card is large.`,
    );
  }
  if (syncedBy !== null) {
    warnings.push(
      say`${syncedBy} keeps this folder the same on a server: every backup would be uploaded, and may be taken off this computer to save room.`,
    );
  }
  if (volume && volume.freeBytes < SMALL_ROOM_BYTES) {
    warnings.push(say`It is almost full: the next backup may not fit.`);
  }
  if (volume && isRemovable(volume, disks)) {
    warnings.push(say`It is on a disk that can be unplugged: backups need it to be there.`);
  }
  return warnings;
}

/** By what the system lists; of a disk that is not listed, by where volumes of such disks are mounted. */
function isRemovable(volume: NonNullable<FolderLook['volume']>, disks: readonly SeenDisk[]) {
  if (volume.network) return false;
  const below = disks.map(({ disk }) => disk).filter(({ id }) => volume.disks.includes(id));
  if (below.length > 0) {
    return below.some(
      ({ internal, removable, ejectable }) => internal === false || removable || ejectable,
    );
  }
  return /^\/(?:Volumes|media|run\/media)\//.test(volume.mountPoint);
}

/** By what a disk is recognised: the beginnings of `engine/disk-key.ts`. */
function markWords(key: string): string {
  const [, kind, value = ''] = /^(disk|table|file system) (.*)$/s.exec(key) ?? [];
  const shown = plainText(value, 40);
  if (kind === 'disk') return say`Disk ${shown}`;
  if (kind === 'table') return say`Partition table ${shown}`;
  return kind === 'file system' ? say`File system ${shown}` : plainText(key, 60);
}
