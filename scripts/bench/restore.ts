/**
 * Restoring to a card that reads 90 and writes 20 MB/s: against `dd` of as many bytes, against `bmaptool copy` of the same image,
 * with and without reading the mapped bytes once, and to a card that already holds most of it.
 */

import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseManifest } from '../../src/engine/image/manifest.ts';
import type { MapEntry } from '../../src/engine/image/map.ts';
import { attachLoop } from '../../test/support/loop.ts';
import { type SlowReader, slowReader, slowReaderTrouble } from '../../test/support/slow-reader.ts';
import { findTool } from '../../test/support/tools.ts';
import { readWithDd, seconds } from './contenders.ts';
import { dropPageCache } from './page-cache.ts';
import { type BenchContext, limit, type Result, type Row, ratio } from './row.ts';
import { type TimedRun, timedRun } from './timed-run.ts';

const REACH_WRITING = 1.05;
const REACH_PROVEN = 1.05;
const REACH_HELD = 0.3;
const BLOCK_BYTES = 4 * 1024 * 1024;
const REACH_MEGABYTES = 250;
/** One entry of the map in so many differs on a card that holds 95 %. */
const ONE_IN = 20;

export const restore: Row = { name: 'restore', measure };

interface RestoreRun extends TimedRun {
  readonly writeSeconds: number;
  readonly mode: string;
}

interface Backup {
  readonly image: string;
  readonly map: readonly MapEntry[];
  readonly mappedBytes: number;
  /** Folder for what restores write down. */
  readonly records: string;
}

async function measure({ card, folder, runs, say }: BenchContext): Promise<Result[]> {
  const trouble = await slowReaderTrouble();
  if (trouble) throw new Error(`No slow reader here: ${trouble}`);
  if (!findTool('bmaptool')) throw new Error('bmaptool is not installed');
  const backup = await backUpOnce(card.image, folder);
  const target = join(folder, 'target.img');
  await writeFile(target, '');
  await truncate(target, card.bytes);
  const full: RestoreRun[] = [];
  const held: RestoreRun[] = [];
  const bmaptool: TimedRun[] = [];
  const reading: TimedRun[] = [];
  const writing: TimedRun[] = [];
  const reader = await slowReader(target);
  try {
    for (let run = 1; run <= runs; run++) {
      await spoil(target, backup.map, 1);
      full.push(await restoreTo(reader, backup, 'full'));
      await spoil(target, backup.map, ONE_IN);
      held.push(await restoreTo(reader, backup, 'differential'));
      await spoil(target, backup.map, 1);
      bmaptool.push(await copyWithBmaptool(reader, backup));
      reading.push(await readWithDd(reader, backup.mappedBytes));
      writing.push(await writeWithDd(reader, backup));
      say(
        `  run ${run}: PiKeep ${seconds(full.at(-1))} (writing ${full.at(-1)?.writeSeconds.toFixed(1)} s), ` +
          `bmaptool ${seconds(bmaptool.at(-1))}, reading ${seconds(reading.at(-1))}, dd ${seconds(writing.at(-1))}, 95 % held ${seconds(held.at(-1))}`,
      );
    }
  } finally {
    await reader.detach();
  }
  const total = full.map((run) => run.seconds);
  const copied = bmaptool.map((run) => run.seconds);
  return [
    ratio(
      'restore, writing phase, 90 / 20 MB/s card',
      'dd of as many bytes to that card',
      REACH_WRITING,
      full.map((run) => run.writeSeconds),
      writing.map((run) => run.seconds),
    ),
    ratio(
      'restore, writing phase, 90 / 20 MB/s card',
      'bmaptool copy of the same image',
      REACH_WRITING,
      full.map((run) => run.writeSeconds),
      copied,
    ),
    ratio(
      'restore, proven, 90 / 20 MB/s card',
      'bmaptool copy + reading the mapped bytes once',
      REACH_PROVEN,
      total,
      copied.map((time, run) => time + (reading[run]?.seconds ?? 0)),
    ),
    ratio(
      'restore to a card that holds 95 % of it, proven',
      'full proven restore on the same card',
      REACH_HELD,
      held.map((run) => run.seconds),
      total,
    ),
    limit(
      'peak memory of a restore, all processes',
      REACH_MEGABYTES,
      full.map((run) => run.peakBytes / 1e6),
    ),
  ];
}

/** The card's backup, made once, with its map. */
async function backUpOnce(card: string, folder: string): Promise<Backup> {
  const image = join(folder, 'backup.img');
  const loop = await attachLoop(card, { readOnly: true });
  try {
    const fixed = ['--allow-disk-image', '--json', '--to', image];
    await timedRun([pikeep, 'backup', loop.path, ...fixed]);
  } finally {
    await loop.detach();
  }
  const file = `${image}.pikeep.json`;
  const { map } = parseManifest(await readFile(file, 'utf8'), file);
  return {
    image,
    map,
    mappedBytes: map.reduce((sum, { bytes }) => sum + bytes, 0),
    records: join(folder, 'records'),
  };
}

const pikeep = resolve(import.meta.dirname, '../pikeep');

/** Makes every `oneIn`-th entry of the map hold something else, past the throttle. */
async function spoil(target: string, map: readonly MapEntry[], oneIn: number): Promise<void> {
  const old = Buffer.alloc(8 * 1024 * 1024, 0xa5);
  const file = await open(target, 'r+');
  try {
    for (const [index, { offset, bytes }] of map.entries()) {
      if (index % oneIn === 0) await file.write(old, 0, bytes, offset);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** One restore with nothing chosen by hand; which way it went is part of what is measured. */
async function restoreTo(reader: SlowReader, backup: Backup, wanted: string): Promise<RestoreRun> {
  dropPageCache();
  const fixed = ['--allow-disk-image', '--yes', '--json', '--no-eject'];
  const run = await timedRun(
    // The records of these restores belong to nobody.
    [
      'env',
      `XDG_STATE_HOME=${backup.records}`,
      ...reader.limited([pikeep, 'restore', backup.image, reader.path, ...fixed]),
    ],
  );
  const done: { event?: string; mode?: string; verified?: string; writeSeconds?: number } =
    JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '{}');
  const { event, mode, verified, writeSeconds } = done;
  if (
    event !== 'done' ||
    verified !== 'read-back' ||
    mode !== wanted ||
    writeSeconds === undefined
  ) {
    throw new Error(`not the restore that was to be measured: ${run.stdout.slice(-2000)}`);
  }
  return { ...run, writeSeconds, mode };
}

/** It takes the block map beside the image by itself, checks its hashes, and syncs at the end. */
async function copyWithBmaptool(reader: SlowReader, backup: Backup): Promise<TimedRun> {
  dropPageCache();
  return timedRun(reader.limited(['bmaptool', '--quiet', 'copy', backup.image, reader.path]));
}

/** As many bytes as the image uses, from its beginning, in one go and synced: what the card takes at the least. */
async function writeWithDd(reader: SlowReader, { image, mappedBytes }: Backup): Promise<TimedRun> {
  dropPageCache();
  const how = [`bs=${BLOCK_BYTES}`, `count=${Math.round(mappedBytes / BLOCK_BYTES)}`];
  const to = [`of=${reader.path}`, 'oflag=direct', 'conv=fsync,notrunc', 'status=none'];
  return timedRun(reader.limited(['dd', `if=${image}`, ...how, ...to]));
}
