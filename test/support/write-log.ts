/** What a busy file system wrote and when it flushed, so that the power can fail at any point of it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runWriter } from './busy-card.ts';
import { endProcess } from './end-process.ts';
import { emptyImage, tool } from './file-systems.ts';
import { nbdDevice } from './nbd-device.ts';

export type LogRecord = { readonly offset: number; readonly data: Buffer } | 'flush';

export interface WriteLog {
  readonly initial: Buffer;
  /** Up to the moment at which the writer stopped; the file system was still mounted. */
  readonly records: readonly LogRecord[];
}

export interface RecordOptions {
  readonly bytes: number;
  readonly make: readonly string[];
  readonly mount?: string;
  readonly seed: number;
  readonly turns: number;
}

/** Needs root, loop devices and nbdfuse. */
export async function recordBusyCard(options: RecordOptions): Promise<WriteLog> {
  const folder = mkdtempSync(join(tmpdir(), 'pikeep-busy-'));
  const undo: (() => Promise<void> | void)[] = [
    () => rmSync(folder, { recursive: true, force: true }),
  ];
  try {
    const image = emptyImage(join(folder, 'card.img'), options.bytes);
    tool('mke2fs', ['-q', '-F', ...options.make, image]);
    const recording = await recordWrites(image);
    undo.push(recording.close);
    const mounted = join(folder, 'mounted');
    mkdirSync(mounted);
    tool('mount', ['-t', 'ext4', '-o', options.mount ?? 'defaults', recording.device, mounted]);
    undo.push(() => void tool('umount', [mounted]));
    await runWriter(mounted, options.seed, options.turns);
    return recording.log();
  } finally {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  }
}

export interface Recording {
  /** The block device, "/dev/loop4". */
  readonly device: string;
  /** What was written so far. */
  log(): WriteLog;
  close(): Promise<void>;
}

/** A block device with the content of a file, which stays as it is. Needs root, loop devices and nbdfuse. */
export async function recordWrites(image: string): Promise<Recording> {
  const folder = mkdtempSync(join(tmpdir(), 'pikeep-recorder-'));
  const undo: (() => Promise<void> | void)[] = [
    () => rmSync(folder, { recursive: true, force: true }),
  ];
  const close = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    const initial = readFileSync(image);
    const socket = join(folder, 'nbd.sock');
    const log = join(folder, 'log');
    const program = resolve(import.meta.dirname, 'write-recorder.ts');
    const recorder = spawn(process.execPath, [program, image, socket, log], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    undo.push(() => endProcess(recorder));
    await once(recorder.stdout, 'data');
    const device = await nbdDevice({ socket, bytes: initial.length });
    undo.push(() => device.close());
    return {
      device: device.path,
      log: () => ({ initial, records: parse(readFileSync(log)) }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The card as it may be after a power failure behind record `at`: all writes before the last flush are there, and of the
 * later ones those pieces of `pieceBytes` that `survives` lets live.
 */
export function cutPower(
  { initial, records }: WriteLog,
  at: number,
  pieceBytes: number,
  survives: () => boolean,
): Buffer {
  const card = Buffer.from(initial);
  const flushed = records.lastIndexOf('flush', at);
  for (const [index, record] of records.slice(0, at + 1).entries()) {
    if (record === 'flush') continue;
    const { offset, data } = record;
    for (let from = 0; from < data.length; from += pieceBytes) {
      if (index < flushed || survives()) data.copy(card, offset + from, from, from + pieceBytes);
    }
  }
  return card;
}

function parse(log: Buffer): LogRecord[] {
  const records: LogRecord[] = [];
  // The last record may still have been on its way.
  for (let at = 0; at + 16 <= log.length; ) {
    const kind = log.readUInt32LE(at);
    const offset = log.readDoubleLE(at + 4);
    const length = log.readUInt32LE(at + 12);
    if (at + 16 + length > log.length) break;
    records.push(kind === 3 ? 'flush' : { offset, data: log.subarray(at + 16, at + 16 + length) });
    at += 16 + length;
  }
  return records;
}
