/**
 * A backup in the making: `NAME.img.partial` beside a note of who makes it, until everything is proven and the final name
 * appears (invariant 1).
 */

import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import type { ImageFiles, NewImageFile } from '../engine/image/image-file.ts';
import { MANIFEST_SUFFIX, type Manifest } from '../engine/image/manifest.ts';
import { destinationError } from './destination-error.ts';
import { OWNER_SUFFIX, ownerNote } from './owner.ts';

export const PARTIAL_SUFFIX = '.partial';

export interface Partial {
  /** Where the image will be when it is done. */
  readonly finalPath: string;
  readonly image: NewImageFile;
  /**
   * Files the backup: the manifest under its final name and synced, the image read-only under its final name, the folder
   * synced. Nothing that exists is ever replaced. Returns the path of the manifest.
   */
  promote(manifest: Manifest): Promise<string>;
  /** Removes everything that was made; also after a failed `promote`. May be called twice. */
  discard(): Promise<void>;
}

/** More backups of one Pi in one minute than anyone makes. */
const MAX_SAME_NAME = 1000;

/**
 * Starts an image in `folder` as "STEM.img", or "STEM (2).img" and so on where that is taken; with `exact` only as that
 * very file. Throws DESTINATION_EXISTS, DESTINATION_MISSING, DESTINATION_NOT_WRITABLE, DESTINATION_FULL, DESTINATION_FAILED.
 */
export async function createPartial(options: {
  imageFiles: ImageFiles;
  folder: string;
  stem: string;
  /** Size of the plain image in bytes. */
  bytes: number;
  exact: boolean;
}): Promise<Partial> {
  const { folder, stem } = options;
  for (let count = 1; count <= (options.exact ? 1 : MAX_SAME_NAME); count++) {
    const finalPath = path.join(folder, `${count === 1 ? stem : `${stem} (${count})`}.img`);
    const partial = await tryCreate(options.imageFiles, finalPath, options.bytes);
    if (partial) return partial;
  }
  throw new PiKeepError('DESTINATION_EXISTS', { path: path.join(folder, `${stem}.img`) });
}

/** Null when the name is taken by an image, a manifest or another backup in the making. */
async function tryCreate(
  imageFiles: ImageFiles,
  finalPath: string,
  bytes: number,
): Promise<Partial | null> {
  const partialPath = finalPath + PARTIAL_SUFFIX;
  const ownerPath = partialPath + OWNER_SUFFIX;
  if ((await exists(finalPath)) || (await exists(finalPath + MANIFEST_SUFFIX))) return null;
  try {
    await fs.writeFile(ownerPath, JSON.stringify(ownerNote()), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return null;
    throw destinationError(error, path.dirname(finalPath));
  }
  try {
    const image = await imageFiles.create(partialPath, bytes);
    return new PartialFiles(image, finalPath, ownerPath);
  } catch (error) {
    await fs.rm(ownerPath, { force: true });
    if (error instanceof PiKeepError && error.code === 'DESTINATION_EXISTS') return null;
    throw error;
  }
}

class PartialFiles implements Partial {
  readonly image: NewImageFile;
  readonly finalPath: string;
  readonly #ownerPath: string;
  readonly #manifestPath: string;
  #manifestWritten = false;
  #promoted = false;

  constructor(image: NewImageFile, finalPath: string, ownerPath: string) {
    this.image = image;
    this.finalPath = finalPath;
    this.#ownerPath = ownerPath;
    this.#manifestPath = finalPath + MANIFEST_SUFFIX;
  }

  async promote(manifest: Manifest): Promise<string> {
    const folder = path.dirname(this.finalPath);
    try {
      await this.image.settle();
      await this.image.close();
      await this.#writeManifest(manifest);
      await fs.chmod(this.image.path, 0o444);
      await syncPath(this.image.path);
      await moveWithoutReplacing(this.image.path, this.finalPath);
      this.#promoted = true;
      await fs.rm(this.#ownerPath, { force: true });
      await syncPath(folder);
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') {
        throw new PiKeepError('DESTINATION_EXISTS', { path: this.finalPath }, { cause: error });
      }
      throw destinationError(error, folder);
    }
    return this.#manifestPath;
  }

  async discard(): Promise<void> {
    await this.image.close();
    if (this.#promoted) return;
    if (this.#manifestWritten) await fs.rm(this.#manifestPath, { force: true });
    await fs.rm(this.image.path, { force: true });
    await fs.rm(this.#ownerPath, { force: true });
  }

  async #writeManifest(manifest: Manifest): Promise<void> {
    const handle = await fs.open(this.#manifestPath, 'wx', 0o444);
    this.#manifestWritten = true;
    try {
      await handle.writeFile(`${JSON.stringify(manifest)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncPath(path.dirname(this.#manifestPath));
  }
}

/** A hard link refuses to replace; where the file system has none (exFAT, many servers), a rename after a look. */
async function moveWithoutReplacing(from: string, to: string): Promise<void> {
  try {
    await fs.link(from, to);
  } catch (error) {
    const noLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];
    if (!noLinks.includes(errnoOf(error) ?? '')) throw error;
    if (await exists(to))
      throw new PiKeepError('DESTINATION_EXISTS', { path: to }, { cause: error });
    await fs.rename(from, to);
    return;
  }
  await fs.unlink(from);
}

/** Makes a file's or folder's entry survive a power cut. Some file systems refuse to sync a folder; they have no more to give. */
async function syncPath(target: string): Promise<void> {
  const handle = await fs.open(target, constants.O_RDONLY);
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EBADF'].includes(errnoOf(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

async function exists(target: string): Promise<boolean> {
  try {
    await fs.lstat(target);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw destinationError(error, path.dirname(target));
  }
}
