/** Compressed images from a fast device, proven, against the pipes that people use: time and size. */

import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { attachLoop } from '../../test/support/loop.ts';
import { type BackupRun, backUp, seconds } from './contenders.ts';
import { dropPageCache } from './page-cache.ts';
import { type BenchContext, type Result, type Row, ratio } from './row.ts';
import { type TimedRun, timedRun } from './timed-run.ts';

interface Contest {
  readonly format: 'img.zst' | 'img.gz';
  /** A shell command that compresses its standard input to standard output. */
  readonly compressor: string;
  readonly reach: number;
  readonly reachSize: number;
}

export const zstd = row({
  format: 'img.zst',
  compressor: 'zstd -T0 -3 -q -c',
  reach: 0.25,
  reachSize: 1.1,
});

export const gzip = row({ format: 'img.gz', compressor: 'pigz -c', reach: 0.35, reachSize: 1.08 });

function row(contest: Contest): Row {
  return { name: contest.format, measure: (context) => measure(context, contest) };
}

async function measure(
  { card, folder, runs, say }: BenchContext,
  { format, compressor, reach, reachSize }: Contest,
): Promise<Result[]> {
  const loop = await attachLoop(card.image, { readOnly: true });
  const ours: BackupRun[] = [];
  const theirs: (TimedRun & { bytes: number })[] = [];
  try {
    for (let run = 1; run <= runs; run++) {
      ours.push(await backUp(loop.path, folder, ['--format', format]));
      theirs.push(await pipe(loop.path, join(folder, 'pipe.out'), compressor));
      say(`  run ${run}: PiKeep ${seconds(ours.at(-1))}, pipe ${seconds(theirs.at(-1))}`);
    }
  } finally {
    await loop.detach();
  }
  const against = `dd | ${compressor.replace(/ -q| -c/g, '')}`;
  const megabytes = (bytes: number): number => bytes / 1e6;
  return [
    ratio(
      `.${format}, proven, fast device`,
      against,
      reach,
      ours.map((run) => run.seconds),
      theirs.map((run) => run.seconds),
    ),
    {
      ...ratio(
        `size of that .${format}`,
        against,
        reachSize,
        ours.map((run) => megabytes(run.storedBytes)),
        theirs.map((run) => megabytes(run.bytes)),
      ),
      unit: 'MB',
    },
  ];
}

/** The whole device through a compressor into a file that has reached the disk, as ours has. */
async function pipe(
  device: string,
  file: string,
  compressor: string,
): Promise<TimedRun & { bytes: number }> {
  dropPageCache();
  const script = `dd if="$1" bs=16M status=none | ${compressor} > "$2" && sync "$2"`;
  const run = await timedRun(['sh', '-c', script, 'sh', device, file]);
  const { size } = await stat(file);
  await rm(file);
  return { ...run, bytes: size };
}
