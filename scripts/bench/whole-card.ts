/** The whole card through a slow reader, hashed, proven and filed, against `dd` of the same card; and the memory it takes. */

import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type SlowReader, slowReader, slowReaderTrouble } from '../../test/support/slow-reader.ts';
import { dropPageCache } from './page-cache.ts';
import { type BenchContext, limit, type Result, type Row, ratio } from './row.ts';
import { type TimedRun, timedRun } from './timed-run.ts';

const REACH = 1.05;
const REACH_MEGABYTES = 250;

const pikeep = resolve(import.meta.dirname, '../pikeep');

export const wholeCard: Row = { name: 'whole-card', measure };

async function measure({ card, folder, runs, say }: BenchContext): Promise<Result[]> {
  const trouble = await slowReaderTrouble();
  if (trouble) throw new Error(`No slow reader here: ${trouble}`);
  const reader = await slowReader(card.image, { readOnly: true });
  const ours: TimedRun[] = [];
  const theirs: TimedRun[] = [];
  try {
    // In turns, so that whatever else the machine does falls on both.
    for (let run = 1; run <= runs; run++) {
      theirs.push(await copyWithDd(reader, folder));
      ours.push(await backUp(reader, folder));
      say(`  run ${run}: dd ${seconds(theirs.at(-1))}, PiKeep ${seconds(ours.at(-1))}`);
    }
  } finally {
    await reader.detach();
  }
  return [
    ratio(
      'whole-card backup, slow reader, hashed and proven',
      'dd bs=16M',
      REACH,
      ours.map((run) => run.seconds),
      theirs.map((run) => run.seconds),
    ),
    limit(
      'peak memory of that backup, all processes',
      REACH_MEGABYTES,
      ours.map((run) => run.peakBytes / 1e6),
    ),
  ];
}

/** What people do by hand. It is let off the hook before its data has reached the disk. */
async function copyWithDd(reader: SlowReader, folder: string): Promise<TimedRun> {
  const file = join(folder, 'dd.img');
  dropPageCache();
  const run = await timedRun(
    reader.limited(['dd', `if=${reader.path}`, `of=${file}`, 'bs=16M', 'status=none']),
  );
  await rm(file);
  return run;
}

async function backUp(reader: SlowReader, folder: string): Promise<TimedRun> {
  const image = join(folder, 'pikeep.img');
  dropPageCache();
  const options = ['--allow-disk-image', '--whole-card', '--json', '--to', image];
  const run = await timedRun(reader.limited([pikeep, 'backup', reader.path, ...options]));
  requireProof(run.stdout);
  await rm(image);
  await rm(`${image}.pikeep.json`);
  return run;
}

/** A backup that took a short cut is no figure. */
function requireProof(output: string): void {
  const last: { event?: string; verified?: string } = JSON.parse(
    output.trim().split('\n').at(-1) ?? '{}',
  );
  if (last.event !== 'done' || last.verified !== 'read-back') {
    throw new Error(`this backup was not proven by reading back from the disk: ${output}`);
  }
}

function seconds(run: TimedRun | undefined): string {
  return `${run?.seconds.toFixed(1)} s`;
}
