/** Images on a Mac: written past the cache, and read back from the disk with proof that memory had no part in it. */

import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, PiKeepError } from '../../engine/errors.ts';
import type {
  ImageFiles,
  NewImageFile,
  OpenedImage,
  ReadBackMethod,
} from '../../engine/image/image-file.ts';
import { openError } from '../device-errors.ts';
import { createError, openRest } from '../image-files.ts';
import { DirectImageFile, destinationError, destinationFault } from '../new-image-file.ts';
import type { Volumes } from '../ports.ts';
import { pageCache } from './page-cache.ts';
import { UncachedFile } from './uncached-file.ts';

/** Local file systems of macOS, whose data comes from a disk of this Mac. */
const ON_DISK = new Set(['apfs', 'hfs', 'msdos', 'exfat']);

export function createMacImageFiles(volumes: Volumes): ImageFiles {
  const mayBypass = async (path: string) => {
    const { fileSystem, network } = await volumes.volumeOf(path);
    return !network && ON_DISK.has(fileSystem);
  };

  return {
    async create(path, size) {
      const file = await createEmpty(path);
      try {
        const bypass = await mayBypass(dirname(path));
        // Before the first byte: data that has once entered the cache is found there again.
        if (bypass) pageCache().bypass(file.fd);
        if (size !== null) await file.truncate(size);
        const writer = new DirectImageFile({
          path,
          size,
          file,
          direct: null,
          readBackMethod: 'read-back-cached',
        });
        return new MacImageFile(writer, await UncachedFile.open(path, bypass), size === null);
      } catch (error) {
        await file.close();
        await unlink(path);
        throw destinationError(error, path);
      }
    },

    async reopen(path, size) {
      const { file, bytes } = await openRest(path);
      try {
        const bypass = await mayBypass(dirname(path));
        if (bypass) pageCache().bypass(file.fd);
        const writer = new DirectImageFile({
          path,
          size,
          file,
          direct: null,
          readBackMethod: 'read-back-cached',
          end: bytes,
        });
        return new MacImageFile(writer, await UncachedFile.open(path, bypass), size === null);
      } catch (error) {
        await file.close();
        throw destinationError(error, path);
      }
    },

    async open(path): Promise<OpenedImage> {
      try {
        const device = await UncachedFile.open(path, await mayBypass(path));
        return {
          device,
          get readBackMethod() {
            return device.method;
          },
        };
      } catch (error) {
        throw imageError(error, path);
      }
    },
  };
}

async function createEmpty(path: string): Promise<FileHandle> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  try {
    return await open(path, flags, 0o600);
  } catch (error) {
    throw createError(error, path);
  }
}

/** Writes through one descriptor and reads back through another. `readBackMethod` is final when the last range was read. */
class MacImageFile implements NewImageFile {
  readonly path: string;
  readonly #writer: DirectImageFile;
  readonly #grows: boolean;
  #reader: UncachedFile;
  /** A reader that was replaced could not keep a range out of memory. */
  #fromMemory = false;

  constructor(writer: DirectImageFile, reader: UncachedFile, grows: boolean) {
    this.path = writer.path;
    this.#writer = writer;
    this.#reader = reader;
    this.#grows = grows;
  }

  get size(): number {
    return this.#writer.size;
  }

  get readBackMethod(): ReadBackMethod {
    return this.#fromMemory ? 'read-back-cached' : this.#reader.method;
  }

  write(data: Uint8Array, offset: number): Promise<void> {
    return this.#writer.write(data, offset);
  }

  /** Node's `datasync` is F_FULLFSYNC on macOS, which also empties the disk's own cache (libuv, uv__fs_fsync). */
  async settle(): Promise<void> {
    await this.#writer.settle();
    if (this.#grows) await this.#reopen();
  }

  async readBack(into: Uint8Array, offset: number): Promise<void> {
    try {
      await this.#reader.read(into, offset);
    } catch (error) {
      throw destinationFault(error, this.path);
    }
  }

  async cut(bytes: number): Promise<void> {
    await this.#writer.cut(bytes);
    await this.#reopen();
  }

  storedBytes(): Promise<number> {
    return this.#writer.storedBytes();
  }

  async close(): Promise<void> {
    await this.#reader.close();
    await this.#writer.close();
  }

  /** A reader knows the size that the file had when it was opened. */
  async #reopen(): Promise<void> {
    let fresh: UncachedFile;
    try {
      fresh = await UncachedFile.open(this.path, this.readBackMethod === 'read-back');
    } catch (error) {
      throw destinationFault(error, this.path);
    }
    const before = this.#reader;
    this.#reader = fresh;
    await before.close();
    this.#fromMemory ||= before.method === 'read-back-cached';
  }
}

function imageError(error: unknown, path: string): PiKeepError {
  const options = { cause: error };
  if (error instanceof PiKeepError) {
    if (error.code !== 'DESTINATION_MISSING') return error;
    return new PiKeepError('NO_SUCH_IMAGE', { path }, options);
  }
  switch (errnoOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ELOOP':
    case 'EISDIR':
      return new PiKeepError('NO_SUCH_IMAGE', { path }, options);
    // EPERM is macOS keeping a folder (Desktop, Documents, a removable volume) private; for a file both mean "not yours".
    case 'EACCES':
    case 'EPERM':
      return new PiKeepError('ACCESS_DENIED', { path }, options);
    default:
      return openError(error, path);
  }
}
