/** Takes over the partial image of a backup that did not finish. Of two processes that try, one gets it. */

import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { errnoOf, isPiKeepError, PiKeepError } from '../engine/errors.ts';
import type { ImageFiles } from '../engine/image/image-file.ts';
import { english } from '../language/english.ts';
import { VERSION } from '../version.ts';
import { CHECKPOINT_SUFFIX } from './checkpoint.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint-file.ts';
import { TAKEN_SUFFIX } from './checkpoint-writer.ts';
import { destinationError } from './destination-error.ts';
import { splitImageName } from './image-name.ts';
import { clearBeside, isAbandoned } from './leftovers.ts';
import { exists, moveWithoutReplacing } from './names-on-disk.ts';
import { ENDED_NOTE, OWNER_SUFFIX, ownerNote, writeNote } from './owner.ts';
import { namesOf, PARTIAL_SUFFIX, type Partial, PartialFiles } from './partial.ts';

export interface TakenOver {
  readonly partial: Partial;
  readonly checkpoint: Checkpoint;
}

const INCOMPLETE = ' (incomplete)';
const UNVERIFIED = ' (unverified)';

/**
 * Opens `file`, "NAME.img.partial", to go on with it; nothing in it or its checkpoint has been judged then. Throws
 * NOTHING_TO_CONTINUE when it has no checkpoint that makes sense, when somebody else is at work on it, and when it is finished;
 * DESTINATION_NOT_WRITABLE and DESTINATION_FAILED.
 */
export async function takeOver(imageFiles: ImageFiles, file: string): Promise<TakenOver> {
  const { dir, base } = path.parse(file);
  const name = base.endsWith(PARTIAL_SUFFIX) ? base.slice(0, -PARTIAL_SUFFIX.length) : '';
  const split = splitImageName(name);
  if (!split) throw nothing(file, english`It is not called as the rest of an unfinished backup.`);
  const { stem, format } = split;
  const names = namesOf(path.join(dir, stem), format);
  if (names.partialPath !== path.join(dir, base)) {
    throw nothing(file, english`It is not called as the rest of an unfinished backup.`);
  }
  await claim(file);
  try {
    const checkpoint = await readCheckpoint(file + CHECKPOINT_SUFFIX);
    if (checkpoint?.header.format !== format || checkpoint.entries.length === 0) {
      throw nothing(file, english`Its checkpoint is damaged.`);
    }
    if (checkpoint.header.tool !== VERSION) {
      throw nothing(file, english`Another version of PiKeep made it.`);
    }
    if (await exists(names.finalPath))
      throw nothing(file, english`A backup of that name is there.`);
    await clearBeside(names.finalPath);
    await makeWritable(file);
    const size = format === 'img' ? checkpoint.header.card.bytes : null;
    const image = await imageFiles.reopen(file, size);
    return { partial: new PartialFiles(image, names, incompleteStem(stem), format), checkpoint };
  } catch (error) {
    await writeNote(file + OWNER_SUFFIX, ENDED_NOTE);
    if (!isPiKeepError(error, 'NO_SUCH_IMAGE')) throw destinationError(error, dir);
    throw nothing(file, english`It is no file of yours alone.`, error);
  }
}

/**
 * Writes the note of who makes it anew. The checkpoint has another name for that moment: only one process can have given it
 * that, and whoever comes later finds a note of somebody who is alive.
 */
async function claim(file: string): Promise<void> {
  const checkpoint = file + CHECKPOINT_SUFFIX;
  const taken = checkpoint + TAKEN_SUFFIX;
  try {
    await fs.rename(checkpoint, taken);
  } catch (error) {
    const isNone = ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '');
    if (!isNone) throw destinationError(error, path.dirname(file));
    throw nothing(file, english`There is no checkpoint beside it.`, error);
  }
  try {
    if (!(await isAbandoned(file)) || !(await exists(file))) {
      throw nothing(file, english`Somebody is at work on it, or has finished it.`);
    }
    await writeNote(file + OWNER_SUFFIX, JSON.stringify(ownerNote()));
  } finally {
    await giveBack(file, taken, checkpoint);
  }
}

/** Whoever was at work on it may have written a new checkpoint by now, or have finished. */
async function giveBack(file: string, taken: string, checkpoint: string): Promise<void> {
  try {
    await moveWithoutReplacing(taken, checkpoint);
  } catch (error) {
    const isReplaced = errnoOf(error) === 'EEXIST' || isPiKeepError(error, 'DESTINATION_EXISTS');
    if (!isReplaced && errnoOf(error) !== 'ENOENT') throw error;
    await fs.rm(taken, { force: true });
  }
  if (!(await exists(file))) await fs.rm(checkpoint, { force: true });
}

/** A process that was killed right before the end has made it read-only. */
async function makeWritable(file: string): Promise<void> {
  const handle = await fs.open(
    file,
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  try {
    const stats = await handle.stat();
    const isOurs = stats.uid === process.getuid?.() && stats.nlink === 1;
    if (!stats.isFile() || !isOurs) throw new PiKeepError('NO_SUCH_IMAGE', { path: file });
    await handle.chmod(0o600);
  } finally {
    await handle.close();
  }
}

/** As the worker names an image that is not all of the card. */
function incompleteStem(stem: string): string {
  const isUnverified = stem.endsWith(UNVERIFIED);
  if (isUnverified) return `${stem.slice(0, -UNVERIFIED.length)} (incomplete, unverified)`;
  return `${stem}${INCOMPLETE}`;
}

function nothing(file: string, detail: string, cause?: unknown): PiKeepError {
  return new PiKeepError('NOTHING_TO_CONTINUE', { path: file, detail }, { cause });
}
