/** Files as lines for people, in the manner of ls. */

import { formatBytes } from '../engine/format.ts';
import type { ListedFile, ListedPartition } from '../worker/file-results.ts';

const letters: { readonly [K in ListedFile['kind']]: string } = {
  file: '-',
  folder: 'd',
  link: 'l',
  'character-device': 'c',
  'block-device': 'b',
  pipe: 'p',
  socket: 's',
  unknown: '?',
};

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
    `${letters[kind]}${mode === null ? '---------' : permissions(mode)}`,
    uid === null ? '-' : String(uid),
    gid === null ? '-' : String(gid),
    String(bytes).padStart(12),
    modified === null ? '-' : dateOf(modified),
    `${shortLine(file, isPath)}${arrow}${trouble}`,
  ];
}

/** "rwxr-sr-t": the three letters of owner, group and others, with the set-id and sticky bits in them (POSIX ls). */
export function permissions(mode: number): string {
  const part = (shift: number, special: boolean, letter: string): string => {
    const bits = (mode >> shift) & 7;
    const runs = (bits & 1) !== 0;
    const last = special ? (runs ? letter : letter.toUpperCase()) : runs ? 'x' : '-';
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`;
  };
  const user = part(6, (mode & 0o4000) !== 0, 's');
  const group = part(3, (mode & 0o2000) !== 0, 's');
  return `${user}${group}${part(0, (mode & 0o1000) !== 0, 't')}`;
}

/** "2026-11-22 16:40", in the time of this computer; what no calendar holds is "-". */
export function dateOf(modified: number): string {
  const date = new Date(modified);
  if (Number.isNaN(date.getTime())) return '-';
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
