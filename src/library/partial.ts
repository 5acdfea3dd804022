/**
 * A backup in the making: `NAME.img.partial` (or .img.gz.partial, .img.zst.partial) beside a note of who makes it, until
 * everything is proven and the final name appears.
 */

import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { BMAP_SUFFIX, bmapText } from '../engine/image/bmap.ts';
import type { ImageFiles, NewImageFile } from '../engine/image/image-file.ts';
import { type ImageFormat, imageFormats } from '../engine/image/image-format.ts';
import { MANIFEST_SUFFIX, type Manifest } from '../engine/image/manifest.ts';
import { CHECKPOINT_SUFFIX, type CheckpointHeader } from './checkpoint.ts';
import { CheckpointWriter, removeCheckpoint } from './checkpoint-writer.ts';
import { destinationError } from './destination-error.ts';
import { exists, moveWithoutReplacing, syncPath } from './names-on-disk.ts';
import { ENDED_NOTE, OWNER_SUFFIX, ownerNote, writeNote } from './owner.ts';

export const PARTIAL_SUFFIX = '.partial';

export interface Partial {
  /** Where the image will be when it is done. */
  readonly finalPath: string;
  /**
   * Moves it to a name that says that the image is not all of the card: "STEM (incomplete).img", or "STEM (incomplete) (2).img"
   * where that is taken, also when it was to be one very file. To be called before the manifest is made. Throws
   * DESTINATION_EXISTS and what filing throws.
   */
  markIncomplete(): Promise<void>;
  readonly image: NewImageFile;
  /** Where the backup can be continued from; null until `startCheckpoint`. */
  readonly checkpoint: CheckpointWriter | null;
  /** To be called once, before anything is known of the image. */
  startCheckpoint(header: CheckpointHeader): CheckpointWriter;
  /**
   * Files the backup: manifest and bmap under their final names and synced, the image read-only under its final name, the
   * folder synced. Nothing that exists is ever replaced. Returns the path of the manifest.
   */
  promote(manifest: Manifest): Promise<string>;
  /** Removes everything that was made; also after a failed `promote`. May be called twice. */
  discard(): Promise<void>;
  /**
   * Lets go of it as it is, so that it can be continued: by anybody, at once. Also after a failed `promote`; where nothing can
   * be continued from it, it is what `discard` removes. May be called twice.
   */
  keep(): Promise<void>;
}

/** More backups of one Pi in one minute than anyone makes. */
const MAX_SAME_NAME = 1000;

export interface CreateOptions {
  imageFiles: ImageFiles;
  folder: string;
  /** File name without the ending. */
  stem: string;
  /** The same for an image that turns out not to be all of the card. */
  incompleteStem: string;
  format: ImageFormat;
  /** Size of the plain image in bytes. */
  bytes: number;
  exact: boolean;
}

/**
 * Starts an image in `folder` as "STEM.img" (or with the ending of its format), or "STEM (2).img" and so on where that is
 * taken; with `exact` only as that very file. Throws DESTINATION_EXISTS, DESTINATION_MISSING, DESTINATION_NOT_WRITABLE,
 * DESTINATION_FULL, DESTINATION_FAILED.
 */
export async function createPartial(options: CreateOptions): Promise<Partial> {
  const { folder, stem, format } = options;
  for (let count = 1; count <= (options.exact ? 1 : MAX_SAME_NAME); count++) {
    const base = path.join(folder, count === 1 ? stem : `${stem} (${count})`);
    const partial = await tryCreate(options, base);
    if (partial) return partial;
  }
  throw new PiKeepError('DESTINATION_EXISTS', { path: path.join(folder, `${stem}.${format}`) });
}

/** Null when the name is taken: by an image of any format (they would share a bmap), or by another backup in the making. */
async function tryCreate(
  { imageFiles, format, bytes, incompleteStem }: CreateOptions,
  base: string,
): Promise<Partial | null> {
  const names = namesOf(base, format);
  if (!(await reserve(names))) return null;
  try {
    const image = await imageFiles.create(names.partialPath, format === 'img' ? bytes : null);
    return new PartialFiles(image, names, incompleteStem, format);
  } catch (error) {
    await fs.rm(names.ownerPath, { force: true });
    if (error instanceof PiKeepError && error.code === 'DESTINATION_EXISTS') return null;
    throw error;
  }
}

/** The files of one backup, all with the same base. */
export interface Names {
  readonly base: string;
  readonly finalPath: string;
  readonly partialPath: string;
  readonly ownerPath: string;
  readonly checkpointPath: string;
}

export function namesOf(base: string, format: ImageFormat): Names {
  const finalPath = `${base}.${format}`;
  const partialPath = finalPath + PARTIAL_SUFFIX;
  const [ownerPath, checkpointPath] = [partialPath + OWNER_SUFFIX, partialPath + CHECKPOINT_SUFFIX];
  return { base, finalPath, partialPath, ownerPath, checkpointPath };
}

/** Writes the note of who makes it; false when the name is taken. */
async function reserve({ base, finalPath, ownerPath }: Names): Promise<boolean> {
  if (await isTaken(base, finalPath)) return false;
  try {
    await fs.writeFile(ownerPath, JSON.stringify(ownerNote()), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw destinationError(error, path.dirname(finalPath));
  }
}

async function isTaken(base: string, finalPath: string): Promise<boolean> {
  const names = [
    ...imageFormats.flatMap((format) => {
      const image = `${base}.${format}`;
      // Two backups in the making would meet at the bmap in the end.
      return image === finalPath ? [image] : [image, image + PARTIAL_SUFFIX];
    }),
    finalPath + MANIFEST_SUFFIX,
    `${base}${BMAP_SUFFIX}`,
  ];
  for (const name of names) if (await exists(name)) return true;
  return false;
}

export class PartialFiles implements Partial {
  readonly image: NewImageFile;
  checkpoint: CheckpointWriter | null = null;
  readonly #incompleteStem: string;
  readonly #format: ImageFormat;
  #names: Names;
  /** Files beside the image that were made under their final names. */
  readonly #beside: string[] = [];
  #promoted = false;
  /** Nothing is left to see to. */
  #isOver = false;

  constructor(image: NewImageFile, names: Names, incompleteStem: string, format: ImageFormat) {
    this.image = image;
    this.#names = names;
    this.#incompleteStem = incompleteStem;
    this.#format = format;
  }

  get finalPath(): string {
    return this.#names.finalPath;
  }

  startCheckpoint(header: CheckpointHeader): CheckpointWriter {
    this.checkpoint = new CheckpointWriter(this.#names.checkpointPath, header);
    return this.checkpoint;
  }

  async markIncomplete(): Promise<void> {
    const folder = path.dirname(this.finalPath);
    // Everything has been copied. Whoever continued it under its new name could make a whole backup of that name.
    await this.#endCheckpoint();
    for (let count = 1; count <= MAX_SAME_NAME; count++) {
      const stem = count === 1 ? this.#incompleteStem : `${this.#incompleteStem} (${count})`;
      const names = namesOf(path.join(folder, stem), this.#format);
      if ((await exists(names.partialPath)) || !(await reserve(names))) continue;
      try {
        await fs.rename(this.#names.partialPath, names.partialPath);
      } catch (error) {
        await fs.rm(names.ownerPath, { force: true });
        throw destinationError(error, folder);
      }
      await fs.rm(this.#names.ownerPath, { force: true });
      this.#names = names;
      return;
    }
    const taken = path.join(folder, `${this.#incompleteStem}.${this.#format}`);
    throw new PiKeepError('DESTINATION_EXISTS', { path: taken });
  }

  async promote(manifest: Manifest): Promise<string> {
    const { base, finalPath, partialPath, ownerPath } = this.#names;
    const folder = path.dirname(finalPath);
    const manifestPath = finalPath + MANIFEST_SUFFIX;
    try {
      await this.image.settle();
      await this.image.close();
      await this.#writeBeside(manifestPath, `${JSON.stringify(manifest)}\n`);
      await this.#writeBeside(base + BMAP_SUFFIX, bmapText(manifest.map, manifest.source.bytes));
      await syncPath(folder);
      await makeReadOnly(partialPath);
      await moveWithoutReplacing(partialPath, finalPath);
      this.#promoted = true;
      await this.#endCheckpoint();
      await fs.rm(ownerPath, { force: true });
      await syncPath(folder);
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') {
        throw new PiKeepError('DESTINATION_EXISTS', { path: finalPath }, { cause: error });
      }
      throw destinationError(error, folder);
    }
    return manifestPath;
  }

  async discard(): Promise<void> {
    await this.image.close();
    if (this.#promoted || this.#isOver) return;
    this.#isOver = true;
    for (const file of this.#beside) await fs.rm(file, { force: true });
    await fs.rm(this.#names.partialPath, { force: true });
    await this.#endCheckpoint();
    await fs.rm(this.#names.ownerPath, { force: true });
  }

  async keep(): Promise<void> {
    await this.image.close();
    await this.checkpoint?.close();
    if (this.#promoted || this.#isOver) return;
    if (this.checkpoint && !this.checkpoint.hasLines) return this.discard();
    this.#isOver = true;
    for (const file of this.#beside) await fs.rm(file, { force: true });
    try {
      await writeNote(this.#names.ownerPath, ENDED_NOTE);
    } catch (error) {
      // Where the destination is gone, the end of this process says the same.
      if (errnoOf(error) === null) throw error;
    }
  }

  async #endCheckpoint(): Promise<void> {
    await this.checkpoint?.close();
    await removeCheckpoint(this.#names.checkpointPath);
  }

  async #writeBeside(file: string, text: string): Promise<void> {
    const handle = await fs.open(file, 'wx', 0o444);
    this.#beside.push(file);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

/** On the file itself: in a folder that others may write to, the name could lead elsewhere by now. */
async function makeReadOnly(file: string): Promise<void> {
  const handle = await fs.open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await handle.chmod(0o444);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
