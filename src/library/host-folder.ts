/**
 * A folder of the user's that is held open while something is made in it. Nothing is overwritten, no link is followed, and
 * nothing is made anywhere else, even if somebody renames or replaces the folder meanwhile.
 *
 * Linux reaches the very folder behind a descriptor by the path /proc/self/fd/N (man 5 proc). Elsewhere the path is used, and
 * before and after each step it is looked whether it still leads to the folder that is held.
 */

import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { errnoOf } from '../engine/errors.ts';
import { destinationError } from './destination-error.ts';

const SEPARATOR = Buffer.from('/');
const FOLDER_FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Milliseconds since 1970, and permission bits; null leaves what a new file gets. */
export interface Attributes {
  readonly mode: number | null;
  readonly modified: number | null;
}

export class HostFolder {
  /** As the user knows it. */
  readonly path: Buffer;
  readonly #handle: fs.FileHandle;
  readonly #base: Buffer;
  readonly #isHeld: boolean;
  readonly #id: { readonly dev: bigint; readonly ino: bigint };

  private constructor(
    path: Buffer,
    handle: fs.FileHandle,
    base: Buffer,
    id: { readonly dev: bigint; readonly ino: bigint },
  ) {
    this.path = path;
    this.#handle = handle;
    this.#base = base;
    this.#isHeld = base !== path;
    this.#id = id;
  }

  /**
   * `path` must be a folder, not a link to one; `canHold`: the system has a path to what a descriptor holds. Throws DESTINATION_MISSING, DESTINATION_NOT_WRITABLE, DESTINATION_FAILED.
   */
  static async open(path: Buffer, canHold = process.platform === 'linux'): Promise<HostFolder> {
    try {
      return await HostFolder.#open(path, path, canHold);
    } catch (error) {
      throw destinationError(error, path.toString());
    }
  }

  /** `reached` is the path it is opened by. */
  static async #open(path: Buffer, reached: Buffer, canHold: boolean): Promise<HostFolder> {
    const handle = await fs.open(reached, FOLDER_FLAGS);
    try {
      const id = await handle.stat({ bigint: true });
      const base = (canHold && (await heldPath(handle, id))) || path;
      return new HostFolder(path, handle, base, id);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Throws the system's error: EEXIST where there is anything of that name. */
  async makeFolder(name: Buffer): Promise<HostFolder> {
    return this.#inside(async () => {
      await fs.mkdir(this.#at(name), { mode: 0o700 });
      const path = Buffer.concat([this.path, SEPARATOR, name]);
      return HostFolder.#open(path, this.#at(name), this.#isHeld);
    });
  }

  /** A new, empty file open for writing. Throws the system's error. */
  async makeFile(name: Buffer): Promise<fs.FileHandle> {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    return this.#inside(() => fs.open(this.#at(name), flags, 0o600));
  }

  /** Throws the system's error. */
  async makeLink(name: Buffer, target: Buffer, { modified }: Attributes): Promise<void> {
    await this.#inside(() => fs.symlink(target, this.#at(name)));
    const date = dateOf(modified);
    if (date) await unlessUnsupported(() => fs.lutimes(this.#at(name), date, date));
  }

  /** Whether there is anything of that name, also a link to nothing. */
  async has(name: Buffer): Promise<boolean> {
    try {
      await fs.lstat(this.#at(name));
      return true;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return false;
      throw error;
    }
  }

  /**
   * Gives what was made its final name. A file that came there meanwhile is not replaced: throws EEXIST, and for a folder
   * ENOTEMPTY or ENOTDIR.
   */
  async rename(from: Buffer, to: Buffer, kind: 'file' | 'folder'): Promise<void> {
    await this.#inside(async () => {
      if (kind === 'file') {
        try {
          await fs.link(this.#at(from), this.#at(to));
          await fs.unlink(this.#at(from));
          return;
        } catch (error) {
          // A file system without second names (FAT, exFAT, some network shares).
          const none = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];
          if (!none.includes(errnoOf(error) ?? '')) throw error;
        }
      }
      if (await this.has(to)) throw Object.assign(new Error('it exists'), { code: 'EEXIST' });
      await fs.rename(this.#at(from), this.#at(to));
    });
  }

  /** Removes what was made here, with everything in it; links are removed, not followed. */
  async remove(name: Buffer): Promise<void> {
    await this.#inside(() => removeAll(this.#at(name)));
  }

  /** Sets what was held back while the folder was being filled. */
  async finish({ mode, modified }: Attributes): Promise<void> {
    await setAttributes(this.#handle, { mode: mode ?? 0o777 & ~process.umask(), modified });
    await this.sync();
  }

  /** Makes the names in it survive a power cut. Some file systems refuse to sync a folder; they have no more to give. */
  async sync(): Promise<void> {
    await unlessUnsupported(() => this.#handle.sync());
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #at(name: Buffer): Buffer {
    return Buffer.concat([this.#base, SEPARATOR, name]);
  }

  async #inside<T>(step: () => Promise<T>): Promise<T> {
    if (this.#isHeld) return step();
    await this.#requireSame();
    const result = await step();
    await this.#requireSame();
    return result;
  }

  async #requireSame(): Promise<void> {
    const { dev, ino } = await fs.lstat(this.path, { bigint: true });
    if (dev === this.#id.dev && ino === this.#id.ino) return;
    throw Object.assign(new Error('the folder was replaced'), { code: 'ESTALE' });
  }
}

/** Of an open file or folder. What the file system has no place for is left. */
export async function setAttributes(
  handle: fs.FileHandle,
  { mode, modified }: Attributes,
): Promise<void> {
  const date = dateOf(modified);
  if (date) await unlessUnsupported(() => handle.utimes(date, date));
  if (mode !== null) await unlessUnsupported(() => handle.chmod(mode & 0o777));
}

/** A date, because Node takes a negative number (before 1970) for "now". Null for what no calendar holds. */
function dateOf(modified: number | null): Date | null {
  const date = modified === null ? null : new Date(modified);
  return date && !Number.isNaN(date.getTime()) ? date : null;
}

async function unlessUnsupported(step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    const none = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EOVERFLOW', 'EBADF'];
    if (!none.includes(errnoOf(error) ?? '')) throw error;
  }
}

/** Null where the system has no path to what a descriptor holds. */
async function heldPath(
  handle: fs.FileHandle,
  { dev, ino }: { readonly dev: bigint; readonly ino: bigint },
): Promise<Buffer | null> {
  const path = `/proc/self/fd/${handle.fd}`;
  try {
    const found = await fs.stat(path, { bigint: true });
    return found.dev === dev && found.ino === ino ? Buffer.from(path) : null;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EACCES') return null;
    throw error;
  }
}

/** As `fs.rm` does it, which takes no names that are not UTF-8. Folders are made enterable first: they are ours. */
async function removeAll(path: Buffer): Promise<void> {
  let stats: Awaited<ReturnType<typeof fs.lstat>>;
  try {
    stats = await fs.lstat(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  if (!stats.isDirectory()) return fs.unlink(path);
  await fs.chmod(path, 0o700);
  for (const name of await fs.readdir(path, { encoding: 'buffer' })) {
    await removeAll(Buffer.concat([path, SEPARATOR, name]));
  }
  await fs.rmdir(path);
}
