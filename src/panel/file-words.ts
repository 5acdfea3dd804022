/** What a list of files says about one of them. */

import type { FileView } from '../contract/panel.ts';
import { size } from './words.ts';

const kinds: Readonly<Record<FileView['kind'], string>> = {
  file: 'File',
  folder: 'Folder',
  link: 'Link',
  'character-device': 'Device',
  'block-device': 'Device',
  pipe: 'Pipe',
  socket: 'Socket',
  unknown: 'Damaged',
};

export function kindWords(kind: FileView['kind']): string {
  return kinds[kind];
}

/** "3 Nov 2026, 09:12"; empty where the file has no time. */
export function fileTime(modified: number | null): string {
  if (modified === null) return '';
  const date = new Date(modified);
  return Number.isNaN(date.getTime()) ? '' : moment.format(date);
}

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** The size of a file; what else it is, where a size says nothing. */
export function measure({ kind, bytes }: Pick<FileView, 'kind' | 'bytes'>): string {
  return kind === 'file' ? size(bytes) : kindWords(kind);
}

/** A path with its partition: "2:/etc/hosts" is `{ prefix: "2:", names: ["etc", "hosts"] }`. */
export function splitPath(path: string): {
  readonly prefix: string;
  readonly names: readonly string[];
} {
  const slash = path.indexOf('/');
  const prefix = slash < 0 ? path : path.slice(0, slash);
  const names = path.slice(prefix.length).split('/').filter(Boolean);
  return { prefix, names };
}
