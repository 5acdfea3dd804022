/** Images on this computer's disks: written and read back past the page cache, where the file system has a way past it. */

import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { allocateAligned } from '../engine/aligned-memory.ts';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import type {
  ImageFiles,
  NewImageFile,
  OpenedImage,
  ReadBackMethod,
} from '../engine/image/image-file.ts';
import { openError } from './device-errors.ts';
import { openFile } from './file-device.ts';
import { DirectImageFile, destinationError } from './new-image-file.ts';
import { readsPastCache } from './past-cache.ts';

/** Enough that a file system that keeps small or compressible files in its own way does so with the trial too. */
const TRIAL_BYTES = 128 * 1024;

/** The `ImageFiles` of Linux; elsewhere it works without O_DIRECT and says 'read-back-cached'. */
export function createImageFiles(): ImageFiles {
  return { create, reopen, open: openImage } satisfies ImageFiles;
}

async function reopen(path: string, size: number | null): Promise<NewImageFile> {
  const { file, bytes } = await openRest(path);
  let direct: FileHandle | null = null;
  try {
    direct = await openDirect(path, file);
    const past = direct !== null && bytes > 0 && (await readsPastCache(direct.fd, path));
    const readBackMethod = past ? 'read-back' : 'read-back-cached';
    return new DirectImageFile({ path, size, file, direct, readBackMethod, end: bytes });
  } catch (error) {
    await direct?.close();
    await file.close();
    throw destinationError(error, path);
  }
}

/** For writing, and never another file than the one of that name: no link, no pipe, nothing that has a second name. */
export async function openRest(path: string): Promise<{ file: FileHandle; bytes: number }> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const none = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'ENXIO'];
    if (none.includes(errnoOf(error) ?? '')) {
      throw new PiKeepError('NO_SUCH_IMAGE', { path }, { cause: error });
    }
    throw createError(error, path);
  }
  try {
    const stats = await file.stat();
    const isOurs = stats.uid === process.getuid?.() && stats.nlink === 1;
    if (!stats.isFile() || !isOurs) throw new PiKeepError('NO_SUCH_IMAGE', { path });
    return { file, bytes: stats.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function create(path: string, size: number | null): Promise<NewImageFile> {
  let file: FileHandle;
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  try {
    file = await open(path, flags, 0o600);
  } catch (error) {
    throw createError(error, path);
  }
  let direct: FileHandle | null = null;
  try {
    direct = await openDirect(path, file);
    const readBackMethod = direct ? await tryOut(path, file, direct) : 'read-back-cached';
    if (size !== null) await file.truncate(size);
    return new DirectImageFile({ path, size, file, direct, readBackMethod });
  } catch (error) {
    await direct?.close();
    await file.close();
    await unlink(path);
    throw destinationError(error, path);
  }
}

async function openImage(path: string): Promise<OpenedImage> {
  try {
    const { device, fd, direct } = await openFile(path);
    try {
      const past = direct && device.size > 0 && (await readsPastCache(fd, path));
      return { device, readBackMethod: past ? 'read-back' : 'read-back-cached' };
    } catch (error) {
      await device.close();
      throw error;
    }
  } catch (error) {
    if (!(error instanceof PiKeepError)) throw openError(error, path);
    if (error.code === 'NO_SUCH_DISK' || error.code === 'UNSUPPORTED') {
      throw new PiKeepError('NO_SUCH_IMAGE', { path }, { cause: error });
    }
    // There is no privacy control over the files of this system; both mean that the file is somebody else's.
    if (error.code === 'PRIVACY_REFUSED') {
      throw new PiKeepError('ACCESS_DENIED', { path }, { cause: error });
    }
    throw error;
  }
}

/** A second descriptor of the very same file that bypasses the cache; null where there is none. */
async function openDirect(path: string, file: FileHandle): Promise<FileHandle | null> {
  if (constants.O_DIRECT === undefined) return null;
  let direct: FileHandle;
  try {
    direct = await open(path, constants.O_RDWR | constants.O_DIRECT | constants.O_NOFOLLOW);
  } catch (error) {
    if (errnoOf(error) === 'EINVAL') return null;
    throw error;
  }
  const [mine, again] = await Promise.all([file.stat(), direct.stat()]);
  if (mine.dev === again.dev && mine.ino === again.ino) return direct;
  await direct.close();
  throw new PiKeepError('DESTINATION_FAILED', { path, errno: 'ESTALE' });
}

/** Writes a little, finds out where reading it back comes from, and takes it away again. */
async function tryOut(path: string, file: FileHandle, direct: FileHandle): Promise<ReadBackMethod> {
  await direct.write(allocateAligned(TRIAL_BYTES).fill(0x50), 0, TRIAL_BYTES, 0);
  await file.datasync();
  const past = await readsPastCache(direct.fd, path);
  await file.truncate(0);
  return past ? 'read-back' : 'read-back-cached';
}

export function createError(error: unknown, path: string): PiKeepError {
  const errno = errnoOf(error);
  const options = { cause: error };
  switch (errno) {
    case 'EEXIST':
      return new PiKeepError('DESTINATION_EXISTS', { path }, options);
    case 'ENOENT':
    case 'ENOTDIR':
      return new PiKeepError('DESTINATION_MISSING', { path: dirname(path) }, options);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new PiKeepError('DESTINATION_NOT_WRITABLE', { path: dirname(path), errno }, options);
    default:
      return destinationError(error, path);
  }
}
