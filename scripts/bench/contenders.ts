/** The programs that are timed: PiKeep from this checkout, and what people use instead. */

import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { SlowReader } from '../../test/support/slow-reader.ts';
import { dropPageCache } from './page-cache.ts';
import { type TimedRun, timedRun } from './timed-run.ts';

const pikeep = resolve(import.meta.dirname, '../pikeep');

export interface BackupRun extends TimedRun {
  /** Bytes read from the card. */
  readonly readBytes: number;
  /** Bytes that the image occupies. */
  readonly storedBytes: number;
}

/** One proven backup with an empty page cache; the image is removed again. `through` puts it behind a slow reader. */
export async function backUp(
  device: string,
  folder: string,
  options: readonly string[],
  through: SlowReader['limited'] = (command) => command,
): Promise<BackupRun> {
  const at = options.indexOf('--format');
  const ending = at < 0 ? 'img' : (options[at + 1] ?? 'img');
  const image = join(folder, `pikeep.${ending}`);
  const fixed = ['--allow-disk-image', '--json', '--to', image];
  dropPageCache();
  const run = await timedRun(through([pikeep, 'backup', device, ...fixed, ...options]));
  const done = requireProof(run.stdout);
  for (const file of [image, `${image}.pikeep.json`, join(folder, 'pikeep.bmap')]) {
    await rm(file, { force: true });
  }
  return { ...run, ...done };
}

/** What people do by hand. It is let off the hook before its data has reached the disk. */
export async function copyWithDd(reader: SlowReader, folder: string): Promise<TimedRun> {
  const file = join(folder, 'dd.img');
  dropPageCache();
  const run = await timedRun(
    reader.limited(['dd', `if=${reader.path}`, `of=${file}`, 'bs=16M', 'status=none']),
  );
  await rm(file);
  return run;
}

/** The limit: as many bytes from the very device, past the cache, to nowhere. */
export async function readWithDd(reader: SlowReader, bytes: number): Promise<TimedRun> {
  dropPageCache();
  return timedRun(
    reader.limited([
      'dd',
      `if=${reader.path}`,
      'of=/dev/null',
      'bs=4M',
      'iflag=direct,count_bytes',
      `count=${bytes}`,
      'status=none',
    ]),
  );
}

/** A backup that took a short cut is no figure. */
function requireProof(output: string): { readBytes: number; storedBytes: number } {
  const last: { event?: string; verified?: string; readBytes?: number; storedBytes?: number } =
    JSON.parse(output.trim().split('\n').at(-1) ?? '{}');
  const { event, verified, readBytes, storedBytes } = last;
  if (event !== 'done' || verified !== 'read-back' || !readBytes || storedBytes === undefined) {
    throw new Error(`this backup was not proven by reading back from the disk: ${output}`);
  }
  return { readBytes, storedBytes };
}

/** "12.3 s", for the lines about what is going on. */
export function seconds(run: TimedRun | undefined): string {
  return `${run?.seconds.toFixed(1)} s`;
}
