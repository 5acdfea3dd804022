/** Kind and permissions of a file as `ls -l` writes them. */

import type { FileKind } from './file-tree.ts';

const letters: Readonly<Record<FileKind, string>> = {
  file: '-',
  folder: 'd',
  link: 'l',
  'character-device': 'c',
  'block-device': 'b',
  pipe: 'p',
  socket: 's',
  unknown: '?',
};

/** "-rwxr-sr-t": a letter for the kind, then three of owner, group and others, with set-id and sticky bits (POSIX ls). Null: nobody keeps them. */
export function formatMode(kind: FileKind, mode: number | null): string {
  if (mode === null) return `${letters[kind]}---------`;
  const part = (shift: number, special: boolean, letter: string): string => {
    const bits = (mode >> shift) & 7;
    const runs = (bits & 1) !== 0;
    const last = special ? (runs ? letter : letter.toUpperCase()) : runs ? 'x' : '-';
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`;
  };
  const user = part(6, (mode & 0o4000) !== 0, 's');
  const group = part(3, (mode & 0o2000) !== 0, 's');
  return `${letters[kind]}${user}${group}${part(0, (mode & 0o1000) !== 0, 't')}`;
}
