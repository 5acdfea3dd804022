/** Reads a checkpoint: all of it to continue, or only its first and last line to show how far it came. */

import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { errnoOf } from '../engine/errors.ts';
import type { MapEntry } from '../engine/image/map.ts';
import { VERSION } from '../version.ts';
import {
  type CheckpointBatch,
  type CheckpointHeader,
  MAX_LINE_BYTES,
  parseBatch,
  parseHeader,
  type Unfinished,
} from './checkpoint.ts';

/** Bounds on memory; a card of 2 TiB needs half a million entries and two million blocks. What lies behind is copied again. */
const MAX_ENTRIES = 2_000_000;
const MAX_BLOCKS = 4 * 1024 * 1024;
const MAX_FILE_BYTES = 512 * 1024 * 1024;

/** Lines looked at from the end; somebody else's may be millions, and empty. */
const MAX_LINES_BACK = 16;
const PIECE_BYTES = 256 * 1024;
const NEWLINE = 10;

export interface Checkpoint {
  readonly header: CheckpointHeader;
  /** Ascending and disjoint, inside the card. */
  readonly entries: readonly MapEntry[];
  /** Packed lengths of the blocks from the start of the card on; empty for a plain image. */
  readonly blocks: readonly number[];
}

/**
 * Null where there is none, where it is not of our making, and where its entries contradict each other. A last line that is
 * cut off does not count, nor does anything behind the first line that makes no sense.
 */
export async function readCheckpoint(file: string): Promise<Checkpoint | null> {
  return withFile(file, async (handle) => {
    let header: CheckpointHeader | null = null;
    const entries: MapEntry[] = [];
    const blocks: number[] = [];
    for await (const line of linesOf(handle)) {
      if (!header) {
        header = parseHeader(line);
        if (!header) return null;
        continue;
      }
      const batch = parseBatch(line);
      if (!batch || !addBlocks(batch, blocks)) break;
      if (entries.length + batch.entries.length > MAX_ENTRIES) break;
      for (const [offset, bytes, sha256] of batch.entries) entries.push({ offset, bytes, sha256 });
    }
    if (!header) return null;
    entries.sort((one, other) => one.offset - other.offset);
    return areDisjoint(entries, header.card.bytes) ? { header, entries, blocks } : null;
  });
}

/** Null where there is nothing to continue: no checkpoint of ours, or nothing proven in it. Reads a few lines only. */
export async function readUnfinished(file: string): Promise<Unfinished | null> {
  return withFile(file, async (handle) => {
    const first = await linesOf(handle).next();
    const header = first.done ? null : parseHeader(first.value);
    if (header?.tool !== VERSION) return null;
    const batch = await lastBatch(handle);
    if (!batch || batch.done === 0) return null;
    const { title, format, wholeCard, fullHash, verify, plan } = header;
    return {
      title,
      weak: header.card.weak,
      strong: header.card.strong,
      format,
      wholeCard,
      fullHash,
      verify,
      doneBytes: Math.min(batch.done, plan.totalBytes),
      totalBytes: plan.totalBytes,
      at: batch.at,
    };
  });
}

/** False when there would be more than any card has. */
function addBlocks(batch: CheckpointBatch, blocks: number[]): boolean {
  for (const [count, length] of batch.blocks ?? []) {
    if (blocks.length + count > MAX_BLOCKS) return false;
    for (let block = 0; block < count; block++) blocks.push(length);
  }
  return true;
}

function areDisjoint(entries: readonly MapEntry[], cardBytes: number): boolean {
  let end = 0;
  for (const { offset, bytes } of entries) {
    if (bytes === 0 || offset < end) return false;
    end = offset + bytes;
  }
  return end <= cardBytes;
}

/** The last batch that is whole; null when there is none. */
async function lastBatch(handle: fs.FileHandle): Promise<CheckpointBatch | null> {
  const { size } = await handle.stat();
  for (let length = PIECE_BYTES; ; length = Math.min(4 * length, 2 * MAX_LINE_BYTES)) {
    const from = Math.max(0, size - length);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    const text = buffer.toString('utf8', 0, bytesRead);
    // Behind the last end of a line is one that was cut off; what stands before the first may be a part of one, or the header.
    let end = text.lastIndexOf('\n');
    for (let tries = 0; tries < MAX_LINES_BACK && end > 0; tries++) {
      const start = text.lastIndexOf('\n', end - 1);
      if (start < 0) break;
      const batch = parseBatch(text.slice(start + 1, end));
      if (batch) return batch;
      end = start;
    }
    if (from === 0 || length >= 2 * MAX_LINE_BYTES) return null;
  }
}

/** Whole lines from the beginning; ends at the first that is too long. */
async function* linesOf(handle: fs.FileHandle): AsyncGenerator<string, void, void> {
  const piece = Buffer.alloc(PIECE_BYTES);
  let parts: Buffer[] = [];
  let held = 0;
  for (let at = 0; at < MAX_FILE_BYTES; ) {
    const { bytesRead } = await handle.read(piece, 0, PIECE_BYTES, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    let start = 0;
    for (;;) {
      const end = piece.indexOf(NEWLINE, start);
      if (end === -1 || end >= bytesRead) break;
      yield Buffer.concat([...parts, piece.subarray(start, end)]).toString('utf8');
      parts = [];
      held = 0;
      start = end + 1;
    }
    held += bytesRead - start;
    if (held > MAX_LINE_BYTES) return;
    if (bytesRead > start) parts.push(Buffer.from(piece.subarray(start, bytesRead)));
  }
}

/**
 * Null for what is not there, is no plain file of this user's, or may not be read; follows no link and waits for no pipe. In a
 * library that several people write to, nobody continues what another one says is done.
 */
async function withFile<T>(
  file: string,
  use: (handle: fs.FileHandle) => Promise<T | null>,
): Promise<T | null> {
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const none = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENXIO'];
    if (none.includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
  try {
    const stats = await handle.stat();
    return stats.isFile() && stats.uid === process.getuid?.() ? await use(handle) : null;
  } finally {
    await handle.close();
  }
}
