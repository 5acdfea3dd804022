/** The files of a library, as deep as somebody may have moved them. Links are not followed, and nothing is opened. */

import type { Dirent, Stats } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { say } from '../language/say.ts';
import { NoAnswer, type Patience, patiently } from './patience.ts';

/** What tells whether a file is still the one that was looked at. */
export interface FileStamp {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  /** Changed by every change of the file or its name; nobody can set it. */
  readonly ctimeMs: number;
}

export interface FoundFile {
  readonly path: string;
  readonly stamp: FileStamp;
  /** Bytes it takes on the disk. */
  readonly storedBytes: number;
}

/** Something in the library that could not be looked at, or makes no sense. The sentence goes with the path before it. */
export interface LibraryProblem {
  readonly path: string;
  readonly problem: string;
}

export interface LibraryFiles {
  readonly files: readonly FoundFile[];
  readonly problems: readonly LibraryProblem[];
}

export interface WalkOptions extends Patience {
  /** Names of files that matter; the others are not asked for. */
  readonly wants: (name: string) => boolean;
  /** How many folders below folders are looked into, without a word about those below; left out: as deep as anybody files. */
  readonly depth?: number;
}

/** Deeper, wider and fuller than anybody files backups; what lies beyond is named as not looked at. */
const MAX_DEPTH = 8;
const MAX_FOLDERS = 2000;
const MAX_ENTRIES = 50_000;
const MAX_FILES = 20_000;
/** Each question without an answer occupies one of the few threads that ask (four, unless the user set another number). */
const MAX_SILENT = 2;

/**
 * Never throws for what a folder is or does: it is named in `problems`. Names that begin with a dot are left out, such as the
 * folders of the Trash and the notes that macOS leaves on disks of other systems. Throws INTERRUPTED.
 */
export async function walkLibrary(library: string, options: WalkOptions): Promise<LibraryFiles> {
  const walk = new Walk(options);
  await walk.from(library);
  return { files: walk.files, problems: walk.problems };
}

class Walk {
  readonly files: FoundFile[] = [];
  readonly problems: LibraryProblem[] = [];
  readonly #options: WalkOptions;
  #entries = 0;
  #silent = 0;

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  async from(library: string): Promise<void> {
    if (await this.#isYetToCome(library)) return;
    const folders = [{ folder: library, depth: 0 }];
    for (let at = 0; at < folders.length; at++) {
      const next = folders[at];
      if (!next || this.#isFull(next.folder, at)) return;
      const { folder, depth } = next;
      for (const entry of await this.#list(folder)) {
        if (entry.name.startsWith('.')) continue;
        const file = path.join(folder, entry.name);
        if (entry.isDirectory()) {
          if (depth >= (this.#options.depth ?? Number.POSITIVE_INFINITY)) continue;
          if (depth < MAX_DEPTH) folders.push({ folder: file, depth: depth + 1 });
          else this.#say(file, say`it lies too deep to be looked at`);
        } else if (entry.isFile() && this.#options.wants(entry.name)) {
          await this.#add(file);
        }
        if (this.#silent >= MAX_SILENT || this.files.length >= MAX_FILES) break;
      }
    }
  }

  /** The first backup makes the folder. Where its parent is missing too, a disk or a server is not there. */
  async #isYetToCome(library: string): Promise<boolean> {
    const isThere = (folder: string): Promise<boolean> =>
      patiently(() => fs.lstat(folder), this.#options).then(
        () => true,
        (error: unknown) => errnoOf(error) !== 'ENOENT',
      );
    return !(await isThere(library)) && (await isThere(path.dirname(library)));
  }

  #isFull(folder: string, folders: number): boolean {
    const why =
      this.#silent >= MAX_SILENT
        ? say`it was not looked at, because the volume does not answer`
        : folders >= MAX_FOLDERS || this.#entries >= MAX_ENTRIES || this.files.length >= MAX_FILES
          ? say`it and what follows were not looked at: there is too much in this library`
          : null;
    if (why !== null) this.#say(folder, why);
    return why !== null;
  }

  async #list(folder: string): Promise<readonly Dirent[]> {
    try {
      const left = MAX_ENTRIES - this.#entries;
      const entries = await patiently(() => firstEntries(folder, left), this.#options);
      this.#entries += entries.length;
      return entries;
    } catch (error) {
      this.#note(folder, error);
      return [];
    }
  }

  async #add(file: string): Promise<void> {
    try {
      const stats = await patiently(() => fs.lstat(file), this.#options);
      if (!stats.isFile()) return;
      this.files.push({
        path: file,
        stamp: stampOf(stats),
        storedBytes: stats.blocks * 512,
      });
    } catch (error) {
      // Gone since its folder was listed: somebody is tidying up.
      if (errnoOf(error) !== 'ENOENT') this.#note(file, error);
    }
  }

  #note(where: string, error: unknown): void {
    if (error instanceof NoAnswer) this.#silent++;
    this.#say(where, problemWords(error));
  }

  #say(where: string, problem: string): void {
    this.problems.push({ path: where, problem });
  }
}

export function stampOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): FileStamp {
  return { dev, ino, size, mtimeMs, ctimeMs };
}

/** Why a file or folder could not be looked at. Anything that is no answer of the system is thrown on. */
export function problemWords(error: unknown): string {
  if (error instanceof PiKeepError) throw error;
  if (error instanceof NoAnswer) return say`it does not answer; is its disk or server still there?`;
  switch (errnoOf(error)) {
    case null:
      throw error;
    case 'ENOENT':
    case 'ENOTDIR':
      return say`it is not there`;
    case 'EACCES':
    case 'EPERM':
      return say`it may not be read by this user`;
    default:
      return say`it could not be read (${errnoOf(error) ?? ''})`;
  }
}

/** Sorted, so that the same library always reads the same. */
async function firstEntries(folder: string, most: number): Promise<Dirent[]> {
  const entries: Dirent[] = [];
  // Leaving the loop closes the folder.
  for await (const entry of await fs.opendir(folder, { bufferSize: 512 })) {
    if (entries.length >= most) break;
    entries.push(entry);
  }
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
}
