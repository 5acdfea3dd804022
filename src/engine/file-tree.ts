/**
 * The files of one partition of a card or an image, whatever its file system. Paths are texts: "/" between names, each name
 * written as in `file-name.ts`, so that two names never look the same. Everything behind these functions is read-only and
 * bounded; what a damaged or hostile file system claims never makes them hang or fill memory.
 */

export type FileKind =
  | 'file'
  | 'folder'
  | 'link'
  | 'character-device'
  | 'block-device'
  | 'pipe'
  | 'socket'
  /** Damaged, or of no kind that exists; `unreadable` says why. */
  | 'unknown';

export interface FileFacts {
  /** The name as text (`nameText`); "/" is the root's. */
  readonly name: string;
  /** As it is on the disk; on a FAT the letters as UTF-8. May hold "/" or be ".." on a hostile card: never a path by itself. */
  readonly nameBytes: Uint8Array;
  readonly kind: FileKind;
  /** What the file system claims, in bytes; holes count. */
  readonly bytes: number;
  /** The twelve permission bits. With uid and gid null on a FAT, and where they are not known. */
  readonly mode: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  /**
   * Milliseconds since 1970. A FAT keeps the clock on the wall without a zone: these are taken as local time of this
   * computer. Null where there is none.
   */
  readonly modified: number | null;
  /** Null on a FAT, which has none. The same number in two places of one partition is one file with two names. */
  readonly inode: number | null;
  readonly links: number | null;
  /** Of a device node. */
  readonly device: { readonly major: number; readonly minor: number } | null;
  /** Why its content cannot be had ("it is encrypted"); null as a rule. Completes "…, because …". */
  readonly unreadable: string | null;
}

/** A piece of a file's content, at most 1 MiB of data. `data` is null for a hole of `bytes` zeros, of any length. */
export interface FilePiece {
  readonly offset: number;
  readonly bytes: number;
  readonly data: Uint8Array | null;
}

export interface WalkedFile extends FileFacts {
  readonly path: string;
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface WalkOptions extends ReadOptions {
  /** Folders for which this answers false are yielded, but not entered. */
  readonly enter?: (folder: WalkedFile) => boolean;
}

/**
 * All functions follow links in the middle of a path, never out of the tree (".." at the root stays there, and an absolute
 * link starts at the root), and never one at its end: that is what `resolve` is for. All throw USAGE for what is no path,
 * UNSUPPORTED where `trouble` says why or the file is encrypted, FILE_DAMAGED where what they need makes no sense,
 * INTERRUPTED, and the device's own errors.
 */
export interface FileTree {
  /** Its number in the partition table; 0 for a card without one. */
  readonly partition: number;
  /** "fat32", "ext4", … */
  readonly fileSystem: string;
  readonly label: string | null;
  /** Why none of its files can be read; null as a rule. Completes "…, because …". */
  readonly trouble: string | null;
  /** What was found damaged or left out so far, in words, at most a hundred. Grows while the tree is read. */
  readonly problems: readonly string[];
  /** Of all problems, also those beyond the first hundred. */
  readonly problemCount: number;
  /** In the order of the disk, without "." and "..". Throws NO_SUCH_FILE when there is no such folder. */
  list(path: string, options?: ReadOptions): AsyncGenerator<FileFacts, void, void>;
  /** Null where there is nothing of that name. */
  facts(path: string, options?: ReadOptions): Promise<FileFacts | null>;
  /** Where a link leads, as text; null for anything else. What a name in it cannot say plainly is written as in names. */
  linkTarget(path: string, options?: ReadOptions): Promise<string | null>;
  /** The path without any links in it; null where it leads nowhere, out of patience (40 links), or nothing is there. */
  resolve(path: string, options?: ReadOptions): Promise<string | null>;
  /**
   * The content from beginning to end without gaps; exactly `bytes` of it. Throws NO_SUCH_FILE when there is no such file,
   * FILE_DAMAGED in the middle when it turns out shorter or tangled.
   */
  read(path: string, options?: ReadOptions): AsyncGenerator<FilePiece, void, void>;
  /**
   * Everything below a folder (not itself), each folder before what is in it. A folder that was entered already, by a loop or
   * a second name, is yielded, but not entered again; `problems` says so.
   */
  walk(path: string, options?: WalkOptions): AsyncGenerator<WalkedFile, void, void>;
}
