/** The whole card through a slow reader, hashed, proven and filed, against `dd` of the same card; and the memory it takes. */

import { slowReader, slowReaderTrouble } from '../../test/support/slow-reader.ts';
import { type BackupRun, backUp, copyWithDd, seconds } from './contenders.ts';
import { type BenchContext, limit, type Result, type Row, ratio } from './row.ts';
import type { TimedRun } from './timed-run.ts';

const REACH = 1.05;
const REACH_MEGABYTES = 250;

export const wholeCard: Row = { name: 'whole-card', measure };

async function measure({ card, folder, runs, say }: BenchContext): Promise<Result[]> {
  const trouble = await slowReaderTrouble();
  if (trouble) throw new Error(`No slow reader here: ${trouble}`);
  const reader = await slowReader(card.image, { readOnly: true });
  const ours: BackupRun[] = [];
  const theirs: TimedRun[] = [];
  try {
    // In turns, so that whatever else the machine does falls on both.
    for (let run = 1; run <= runs; run++) {
      theirs.push(await copyWithDd(reader, folder));
      ours.push(await backUp(reader.path, folder, ['--whole-card'], reader.limited));
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
