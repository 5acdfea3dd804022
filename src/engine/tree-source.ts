/** What a file system has to offer so that `tree-of.ts` makes a tree of files of it. All may throw MalformedBytes. */

import type { FileFacts, FilePiece } from './file-tree.ts';

/** A file, folder or link that was found. `place` is whatever its file system needs to find its content. */
export interface FileNode<P> {
  readonly facts: FileFacts;
  readonly place: P;
  /** The same for two folders only when they are one and the same. */
  readonly key: number;
  /** Unreadable by design, not by damage. */
  readonly isEncrypted: boolean;
}

export type NoteProblem = (what: string) => void;

export interface TreeSource<P> {
  root(): Promise<FileNode<P>>;
  /** In the order of the disk, without "." and "..". Damaged parts are noted and left out. */
  entries(
    folder: FileNode<P>,
    note: NoteProblem,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<FileNode<P>, void, void>;
  /** Null where there is nothing of that name. */
  find(
    folder: FileNode<P>,
    name: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<FileNode<P> | null>;
  content(
    file: FileNode<P>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<FilePiece, void, void>;
  /** Where a link leads, as its bytes. */
  target(link: FileNode<P>): Promise<Uint8Array>;
  /** Bytes of folders that one walk may read; more than there can be without folders that share their blocks. */
  readonly folderBytes: number;
}
