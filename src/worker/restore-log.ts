/** Writes down how a restore goes, at the moments at which that has to be on the disk. */

import * as path from 'node:path';
import type { Card } from '../engine/card.ts';
import { type Disk, type WeakIdentity, weakIdentity } from '../engine/disk.ts';
import { asPiKeepError, PiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import type { RestoreSource } from '../engine/image/restore-source.ts';
import { type Marker, readUnfinished, type SavedBlock } from '../engine/unfinished.ts';
import type { WritableDevice } from '../engine/writable-device.ts';
import { inEnglish } from '../language/english.ts';
import type { RestoreRecord } from '../library/restore-record.ts';
import { createRecord, type OpenRecord, type RecordChange } from '../library/restore-records.ts';
import { VERSION } from '../version.ts';
import type { RestoreResult } from './restore-results.ts';
import type { TaskContext } from './task-context.ts';

const summaries = {
  marked:
    'What was on the card is saved here as far as it had to be. Nothing but the mark of an unfinished restore may be on the card; as long as it says so here, the old content can be brought back.',
  writing:
    'The card is being overwritten. If nothing goes on any more, the restore did not finish: the old content is gone, and the card has to be restored again.',
  proving:
    'Everything is written, and is being read back. If nothing goes on any more, nobody knows whether the card is right: restore it again, which writes only what differs.',
  done: 'The restore is done and was proven by reading the card again.',
  failed:
    'The restore did not finish. The old content is gone, and the card has to be restored again.',
  unproven:
    'Everything was written, but it was not found to be right. The old content is gone, and the card has to be restored again.',
  'put-back': 'Nothing of the image was written: the card holds what it held before.',
} as const;

/** A record that is too long would not be found again. */
const MAX_WARNINGS = 100;
const MAX_TEXT = 4096;

/** Begins with the first thing that is saved; before that there is nothing to tell. */
export class RestoreLog {
  readonly #folder: string;
  readonly #context: TaskContext;
  readonly #started: string;
  readonly #warnings: string[] = [];
  #record: OpenRecord | null = null;

  constructor(recordsFolder: string, context: TaskContext) {
    this.#folder = recordsFolder;
    this.#context = context;
    this.#started = this.#now();
  }

  /** Tells the owner, and notes it for the record. */
  warn(code: string, text: string): void {
    if (this.#warnings.length < MAX_WARNINGS) this.#warnings.push(text.slice(0, MAX_TEXT));
    this.#context.warn(code, text);
  }

  /**
   * Keeps what the marker will overwrite. A second attempt of the same restore keeps the record of the first: what it finds
   * on the card is not the old content any more.
   */
  async saved(facts: SavedFacts, blocks: readonly SavedBlock[]): Promise<void> {
    if (this.#record) return this.#again(this.#record);
    const { marker, source, disk, card, content } = facts;
    this.#record = await createRecord(
      this.#folder,
      {
        id: marker.id,
        state: 'marked',
        image: { path: source.path, title: path.basename(source.path), bytes: source.bytes },
        disk: {
          id: disk.id,
          path: disk.path,
          mediaName: disk.mediaName,
          bytes: disk.bytes,
          sectorBytes: disk.sectorBytes,
        },
        weak: mutable(weakIdentity(disk)),
        after: null,
        old: oldContent(card, content),
        times: { started: this.#started, writing: null, ended: null },
        summary: summaries.marked,
        error: null,
        warnings: [...this.#warnings],
        result: null,
        tool: { name: 'PiKeep', version: VERSION },
      },
      blocks,
    );
  }

  async #again(record: OpenRecord): Promise<void> {
    const times = { ...record.record.times, ended: null };
    const state = times.writing === null ? 'marked' : 'writing';
    await record.update({ state, times, after: null, summary: summaries[state], error: null });
  }

  /** On the disk when it resolves; only then may data be written. */
  async writing(): Promise<void> {
    const record = this.#require();
    if (record.record.state === 'writing') return;
    const times = { ...record.record.times, writing: this.#now() };
    await record.update({ state: 'writing', times, summary: summaries.writing });
  }

  /** Notes what the card looks like from now on. It is on the disk when it resolves, or there was a warning. */
  async proving(after: readonly WeakIdentity[]): Promise<void> {
    const seen = after.map(mutable);
    await this.#note({ state: 'proving', after: seen, summary: summaries.proving });
  }

  /** Where the report is. */
  get file(): string {
    return this.#require().file;
  }

  /** The card is proven by now, so a report that cannot be written any more is a warning. */
  async done(result: Omit<RestoreResult, 'ejected'>): Promise<void> {
    await this.#end({ state: 'done', summary: summaries.done, result });
  }

  /** Looks at the card once more: only it can tell whether the old content is back. */
  async failed(error: unknown, device: WritableDevice): Promise<void> {
    if (!this.#record) return;
    const problem = asPiKeepError(error);
    // The record is read by other programs, too.
    const { title, message } = inEnglish(() => explain(problem));
    const noted = {
      error: { code: problem.code, message: `${title}. ${message}`.slice(0, MAX_TEXT) },
    };
    const { state } = this.#record.record;
    if (state === 'writing' || state === 'proving') {
      const summary = state === 'writing' ? summaries.failed : summaries.unproven;
      return this.#end({ state: 'failed', summary, ...noted });
    }
    const isBack = (await markOn(device)) === 'none';
    await this.#end(
      isBack
        ? { state: 'put-back', summary: summaries['put-back'], ...noted }
        : { state: 'marked', summary: summaries.marked, ...noted },
    );
  }

  async #end(
    change: Pick<RestoreRecord, 'state' | 'summary'> & Partial<RestoreRecord>,
  ): Promise<void> {
    const times = { ...this.#require().record.times, ended: this.#now() };
    await this.#note({ ...change, times, warnings: [...this.#warnings] });
  }

  /** What is on the card already counts more than the report of it. */
  async #note(change: RecordChange): Promise<void> {
    try {
      await this.#require().update(change);
    } catch (error) {
      const { title, message } = explain(asPiKeepError(error));
      this.#context.warn('RECORD_NOT_WRITTEN', `The report of this restore: ${title}. ${message}`);
    }
  }

  #require(): OpenRecord {
    if (this.#record) return this.#record;
    throw new PiKeepError('INTERNAL', { detail: 'nothing was saved of the card' });
  }

  #now(): string {
    return new Date(this.#context.now()).toISOString();
  }
}

export interface SavedFacts {
  readonly marker: Marker;
  readonly source: Pick<RestoreSource, 'path' | 'bytes'>;
  readonly disk: Disk;
  readonly card: Card;
  /** What was on the card, in words. */
  readonly content: string;
}

/** "unknown": the card cannot be read any more. */
async function markOn(device: WritableDevice): Promise<'none' | 'marked' | 'unknown'> {
  try {
    return (await readUnfinished(device)) === null ? 'none' : 'marked';
  } catch (error) {
    if (error instanceof PiKeepError) return 'unknown';
    throw error;
  }
}

function mutable(weak: WeakIdentity): RestoreRecord['weak'] {
  return { ...weak, partitions: [...weak.partitions] };
}

function oldContent(card: Card, content: string): RestoreRecord['old'] {
  return {
    title: card.title,
    content,
    scheme: card.table.scheme,
    tableId: card.table.tableId,
    partitions: card.partitions
      .filter(isSomething)
      .map(({ index, offset, bytes, typeName, fileSystem, label, uuid }) => ({
        index,
        offset,
        bytes,
        type: typeName,
        fileSystem,
        label,
        uuid,
      })),
  };
}

/** Without a table there is one file system on the whole card, or none. */
function isSomething({ index, fileSystem }: Card['partitions'][number]): boolean {
  return index > 0 || fileSystem !== null;
}
