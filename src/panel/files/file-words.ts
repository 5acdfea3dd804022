/** What a list of files says about one of them. */

import type { FileView } from '../../contract/panel.ts';
import { type Phrase, sayPhrase, toSay } from '../../language/say.ts';
import { size, when } from '../parts/words.ts';

const kinds: Readonly<Record<FileView['kind'], Phrase>> = {
  file: toSay('File'),
  folder: toSay('Folder'),
  link: toSay('Link'),
  'character-device': toSay('Device'),
  'block-device': toSay('Device'),
  pipe: toSay('Pipe'),
  socket: toSay('Socket'),
  unknown: toSay('Damaged'),
};

export function kindWords(kind: FileView['kind']): string {
  return sayPhrase(kinds[kind]);
}

/** What a comparison of two files found to be different. */
const parts: Readonly<Record<string, Phrase>> = {
  kind: toSay('kind'),
  content: toSay('content'),
  mode: toSay('mode'),
  owner: toSay('owner'),
  target: toSay('target'),
  unreadable: toSay('unreadable'),
};

export function partWords(part: string): string {
  const known = Object.hasOwn(parts, part) ? parts[part] : undefined;
  return known === undefined ? part : sayPhrase(known);
}

/** "3 Nov 2026, 09:12"; empty where the file has no time. */
export function fileTime(modified: number | null): string {
  const date = new Date(modified ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? '' : when(date.toISOString());
}

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
