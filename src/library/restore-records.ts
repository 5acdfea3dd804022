/**
 * The records of restores: a folder for each, with what was saved of the old content and `record.json`. Every step is on the
 * disk before the next thing happens on the card, so that after a power cut the record never claims less than was written.
 */

import { createHash, randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as v from 'valibot';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import type { SavedBlock } from '../engine/unfinished.ts';
import { english } from '../language/english.ts';
import { destinationError } from './destination-error.ts';
import { safeTitle } from './image-name.ts';
import { syncPath } from './names-on-disk.ts';
import { readOrdinaryFile } from './ordinary-file.ts';
import { MAX_RECORD_BYTES, type RestoreRecord, recordSchema } from './restore-record.ts';

/** Records kept below the folder, the newest; bytes of a block at most, whatever a record says. */
const KEPT = 20;
const MAX_BLOCK_BYTES = 8 * 1024 * 1024;
const RECORD_FILE = 'record.json';
/** A restore of this age is not under way any more (milliseconds). */
const MAX_RUN_MS = 7 * 24 * 3600_000;

/** What may change while a restore goes on. */
export type RecordChange = Partial<
  Pick<RestoreRecord, 'state' | 'after' | 'times' | 'summary' | 'error' | 'warnings' | 'result'>
>;

export interface OpenRecord {
  /** `record.json`. */
  readonly file: string;
  readonly record: RestoreRecord;
  /** Resolves when the change is on the disk. Throws DESTINATION_FULL, DESTINATION_FAILED and the like. */
  update(change: RecordChange): Promise<void>;
  /** The saved blocks, each compared with its hash. Throws UNDO_IMPOSSIBLE when one is gone or changed. */
  readBlocks(): Promise<SavedBlock[]>;
}

/**
 * Saves the blocks and the record, synced, and clears old ones. Throws DESTINATION_MISSING, DESTINATION_NOT_WRITABLE,
 * DESTINATION_FULL, DESTINATION_FAILED.
 */
export async function createRecord(
  recordsFolder: string,
  facts: Omit<RestoreRecord, 'blocks' | 'schema'>,
  blocks: readonly SavedBlock[],
): Promise<OpenRecord> {
  const parent = restoresFolder(recordsFolder);
  try {
    await fs.mkdir(parent, { recursive: true, mode: 0o700 });
    const folder = await newFolder(
      parent,
      `${stamp(facts.times.started)} ${safeTitle(facts.old.title)}`,
    );
    const saved: RestoreRecord['blocks'] = [];
    for (const { offset, data } of blocks) {
      const file = `block-${offset}.bin`;
      await writeSynced(path.join(folder, file), data);
      const sha256 = createHash('sha256').update(data).digest('hex');
      saved.push({ file, offset, bytes: data.byteLength, sha256 });
    }
    const record = new FileRecord(folder, { schema: 1, ...facts, blocks: saved });
    await record.update({});
    await syncPath(parent);
    await clearOld(parent);
    return record;
  } catch (error) {
    throw destinationError(error, parent);
  }
}

/** The record of the restore whose marker is on a card; null when there is none that can be read. */
export async function findRecord(recordsFolder: string, id: string): Promise<OpenRecord | null> {
  const parent = restoresFolder(recordsFolder);
  for (const name of (await folderNames(parent)).toReversed()) {
    const record = await readRecord(path.join(parent, name));
    if (record?.id === id) return new FileRecord(path.join(parent, name), record);
  }
  return null;
}

/** The newest records, oldest first, as many as are kept; those that cannot be read are left out. */
export async function readRecords(recordsFolder: string): Promise<readonly RestoreRecord[]> {
  const parent = restoresFolder(recordsFolder);
  const records: RestoreRecord[] = [];
  for (const name of (await folderNames(parent)).slice(-KEPT)) {
    const record = await readRecord(path.join(parent, name));
    if (record) records.push(record);
  }
  return records;
}

function restoresFolder(recordsFolder: string): string {
  return path.join(recordsFolder, 'restores');
}

class FileRecord implements OpenRecord {
  readonly file: string;
  readonly #folder: string;
  #record: RestoreRecord;

  constructor(folder: string, record: RestoreRecord) {
    this.#folder = folder;
    this.file = path.join(folder, RECORD_FILE);
    this.#record = record;
  }

  get record(): RestoreRecord {
    return this.#record;
  }

  async update(change: RecordChange): Promise<void> {
    const next = { ...this.#record, ...change };
    const temporary = path.join(this.#folder, `.record-${randomUUID()}.json`);
    try {
      await writeSynced(temporary, Buffer.from(`${JSON.stringify(next, null, 2)}\n`));
      await fs.rename(temporary, this.file);
      await syncPath(this.#folder);
    } catch (error) {
      await fs.rm(temporary, { force: true });
      throw destinationError(error, this.#folder);
    }
    this.#record = next;
  }

  async readBlocks(): Promise<SavedBlock[]> {
    const read: SavedBlock[] = [];
    for (const { file, offset, bytes, sha256 } of this.#record.blocks) {
      const found = await readOrdinaryFile(path.join(this.#folder, file), MAX_BLOCK_BYTES);
      const data = found?.content;
      const isWhole =
        data?.byteLength === bytes && createHash('sha256').update(data).digest('hex') === sha256;
      if (!data || !isWhole) {
        const detail = english`what was saved of it (${file}) is missing or was changed`;
        throw new PiKeepError('UNDO_IMPOSSIBLE', { disk: this.#record.disk.id, detail });
      }
      read.push({ offset, data });
    }
    return read;
  }
}

/** Null for whatever is no record of ours. */
async function readRecord(folder: string): Promise<RestoreRecord | null> {
  const found = await readOrdinaryFile(path.join(folder, RECORD_FILE), MAX_RECORD_BYTES);
  if (!found) return null;
  let data: unknown;
  try {
    data = JSON.parse(found.content.toString('utf8'));
  } catch {
    return null;
  }
  const result = v.safeParse(recordSchema, data);
  return result.success ? result.output : null;
}

/** Keeps the newest; one that may still be under way stays whatever its age is among the others. */
async function clearOld(parent: string): Promise<void> {
  const names = await folderNames(parent);
  for (const name of names.slice(0, Math.max(0, names.length - KEPT))) {
    const folder = path.join(parent, name);
    const record = await readRecord(folder);
    const isOpen = record !== null && ['marked', 'writing', 'proving'].includes(record.state);
    if (isOpen && Date.now() - Date.parse(record.times.started) < MAX_RUN_MS) continue;
    await fs.rm(folder, { recursive: true, force: true });
  }
}

/** Sorted, so the oldest come first: their names begin with the time. Anything else in the folder is left alone. */
async function folderNames(parent: string): Promise<string[]> {
  let entries: Dirent[];
  try {
    entries = await fs.readdir(parent, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(errnoOf(error) ?? '')) return [];
    throw error;
  }
  const own = /^\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d /;
  return entries
    .filter((entry) => entry.isDirectory() && own.test(entry.name))
    .map(({ name }) => name)
    .sort();
}

async function newFolder(parent: string, name: string): Promise<string> {
  for (let count = 1; ; count++) {
    const folder = path.join(parent, count === 1 ? name : `${name} (${count})`);
    try {
      await fs.mkdir(folder, { mode: 0o700 });
      return folder;
    } catch (error) {
      // Several cards can be restored within one second.
      if (errnoOf(error) !== 'EEXIST' || count > KEPT * KEPT) throw error;
    }
  }
}

/** Universal time, so that the order of names is that of the restores when clocks change. */
function stamp(at: string): string {
  return at.slice(0, 19).replace('T', ' ').replaceAll(':', '.');
}

async function writeSynced(file: string, data: Uint8Array): Promise<void> {
  const handle = await fs.open(file, 'wx', 0o600);
  try {
    await handle.writeFile(data);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
