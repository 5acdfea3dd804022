/** Files as lines for people, in the manner of ls. */

import { formatBytes } from '../engine/format.ts';
import { formatMode } from '../engine/format-mode.ts';
import type { ListedFile, ListedPartition } from '../worker/file-results.ts';

/** "bootfs (fat32)" and so on, with what a path has to begin with. */
export function partitionRow(part: ListedPartition): string[] {
  const { partition, fileSystem, label, bytes, role, trouble } = part;
  const what = `${label ?? 'no label'} (${fileSystem ?? 'unknown content'})`;
  const paths = trouble === null ? pathsOf(part) : `not listed, because ${trouble}`;
  const name = role === null ? '' : ` ${role}`;
  return [`${partition}:${name}`, what, formatBytes(bytes), paths];
}

function pathsOf({ partition, role }: ListedPartition): string {
  if (role === 'system') return `paths begin with "/" or "${partition}:/"`;
  return role === 'boot'
    ? `paths begin with "boot:/" or "${partition}:/"`
    : `paths begin with "${partition}:/"`;
}

/** `shown`: its name, or its path where several folders are listed. A folder ends in "/". */
export function shortLine({ kind, path, name }: ListedFile, isPath: boolean): string {
  return `${isPath ? path : name}${kind === 'folder' ? '/' : ''}`;
}

/** Mode, owner, group, size, date and name, as columns of a table. */
export function longRow(file: ListedFile, isPath: boolean): string[] {
  const { kind, mode, uid, gid, bytes, modified, target, unreadable } = file;
  const arrow = target === null ? '' : ` -> ${target}`;
  const trouble = unreadable === null ? '' : ` (unreadable: ${unreadable})`;
  return [
    formatMode(kind, mode),
    uid === null ? '-' : String(uid),
    gid === null ? '-' : String(gid),
    String(bytes).padStart(12),
    modified === null ? '-' : dateOf(modified),
    `${shortLine(file, isPath)}${arrow}${trouble}`,
  ];
}

/** "2026-11-22 16:40", in the time of this computer; what no calendar holds is "-". */
export function dateOf(modified: number): string {
  const date = new Date(modified);
  if (Number.isNaN(date.getTime())) return '-';
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
