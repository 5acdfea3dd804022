/** One fault in the middle of one command: what came of it. */

export const columns = ['img', 'img.gz', 'img.zst', 'verify', 'restore', 'extract'] as const;
export type Column = (typeof columns)[number];

export const isBackup = (column: Column): column is 'img' | 'img.gz' | 'img.zst' =>
  column.startsWith('img');

/** It was really done. */
export interface Trial {
  readonly row: string;
  readonly column: Column;
  /** Null when the command itself was killed. */
  readonly exit: number | null;
  /** The code of an error or warning; null for none. */
  readonly code: string | null;
  /** The first sentence of what the user reads. */
  readonly says: string;
  /** What is on the disk, or on the card, afterwards. */
  readonly left: string;
  readonly seconds: number;
  readonly limitSeconds: number;
  /** Rules that were broken: sentences. None is how it has to be. */
  readonly broken: readonly string[];
}

/** It makes no sense here. */
export interface Blank {
  readonly row: string;
  readonly column: Column;
  readonly why: string;
}

export type Cell = Trial | Blank;
