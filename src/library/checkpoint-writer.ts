/** Writes the checkpoint of a backup, line by line, each on the disk before the next. */

import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { isPiKeepError } from '../engine/errors.ts';
import type { MapEntry } from '../engine/image/map.ts';
import type { Settled } from '../engine/settled.ts';
import { batchOf, type CheckpointHeader } from './checkpoint.ts';
import { destinationError } from './destination-error.ts';
import { syncPath } from './names-on-disk.ts';

/** Entries in a line of those that an earlier process wrote. */
const ENTRIES_IN_LINE = 1000;

export interface CheckpointStart {
  /** What is done already: written anew, so that nothing is left in the file of what did not stay. */
  readonly entries: readonly MapEntry[];
  readonly blocks: readonly number[];
}

export class CheckpointWriter {
  readonly #file: string;
  readonly #header: CheckpointHeader;
  #handle: fs.FileHandle | null = null;
  /** The end of what is known to be on the disk. */
  #end = 0;
  #doneBytes = 0;
  /** Lines that found no room yet. */
  #waiting = '';

  constructor(file: string, header: CheckpointHeader) {
    this.#file = file;
    this.#header = header;
  }

  /** Something can be continued from it. */
  get hasLines(): boolean {
    return this.#end > 0 && this.#doneBytes > 0;
  }

  /** Puts a checkpoint of what is done in the place of the one that was continued. Throws as `add`. */
  async restart({ entries, blocks }: CheckpointStart, now: Date): Promise<void> {
    const fresh = this.#file + NEW_SUFFIX;
    try {
      await fs.rm(fresh, { force: true });
      const handle = await fs.open(fresh, 'wx', 0o600);
      this.#handle = handle;
      await handle.appendFile(this.#headerLine());
      let done = 0;
      const lines = Math.max(entries.length, blocks.length) / ENTRIES_IN_LINE;
      for (let line = 0; line < lines; line++) {
        const from = line * ENTRIES_IN_LINE;
        const part = entries.slice(from, from + ENTRIES_IN_LINE);
        for (const { bytes } of part) done += bytes;
        const packed = blocks.slice(from, from + ENTRIES_IN_LINE);
        const batch = batchOf({ entries: part, blocks: packed }, done, now);
        await handle.appendFile(`${JSON.stringify(batch)}\n`);
      }
      await handle.sync();
      this.#end = (await handle.stat()).size;
      this.#doneBytes = done;
      await fs.rename(fresh, this.#file);
      await syncPath(path.dirname(this.#file));
    } catch (error) {
      throw destinationError(error, path.dirname(this.#file));
    }
  }

  /**
   * Resolves when it is on the disk. Where there is no room for it, it is written together with the next. Throws
   * DESTINATION_NOT_WRITABLE, DESTINATION_MISSING, DESTINATION_FAILED.
   */
  async add(settled: Settled, now: Date): Promise<void> {
    for (const { bytes } of settled.entries) this.#doneBytes += bytes;
    this.#waiting += `${JSON.stringify(batchOf(settled, this.#doneBytes, now))}\n`;
    try {
      await this.#write();
    } catch (error) {
      const failure = destinationError(error, path.dirname(this.#file));
      if (!isPiKeepError(failure, 'DESTINATION_FULL')) throw failure;
    }
  }

  /** May be called twice. */
  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }

  async #write(): Promise<void> {
    const isNew = this.#end === 0;
    this.#handle ??= await fs.open(this.#file, 'wx', 0o600);
    const handle = this.#handle;
    const text = isNew ? this.#headerLine() + this.#waiting : this.#waiting;
    const bytes = Buffer.from(text);
    // A line that was cut off by a full disk goes first.
    await handle.truncate(this.#end);
    for (let done = 0; done < bytes.length; ) {
      const left = bytes.length - done;
      done += (await handle.write(bytes, done, left, this.#end + done)).bytesWritten;
    }
    await handle.sync();
    this.#end += bytes.length;
    this.#waiting = '';
    if (isNew) await syncPath(path.dirname(this.#file));
  }

  #headerLine(): string {
    return `${JSON.stringify(this.#header)}\n`;
  }
}

/** While a checkpoint is written anew. */
const NEW_SUFFIX = '.new';
/** While somebody takes it over. */
export const TAKEN_SUFFIX = '.taken';

/** Removes a checkpoint in whatever state; the folder is not synced. */
export async function removeCheckpoint(file: string): Promise<void> {
  for (const suffix of ['', NEW_SUFFIX, TAKEN_SUFFIX]) await fs.rm(file + suffix, { force: true });
}
