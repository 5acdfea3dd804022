/** What a card uses, through a slow reader: against the limit (as many bytes by `dd`), and against `dd` of the whole card. */

import { slowReader, slowReaderTrouble } from '../../test/support/slow-reader.ts';
import { type BackupRun, backUp, copyWithDd, readWithDd, seconds } from './contenders.ts';
import { type BenchContext, limit, type Result, type Row, ratio } from './row.ts';
import type { TimedRun } from './timed-run.ts';

const REACH_LIMIT = 1.1;
const REACH_WHOLE = 0.22;
const REACH_MEGABYTES = 250;

export const usedBlocks: Row = { name: 'used-blocks', measure };

async function measure({ card, folder, runs, say }: BenchContext): Promise<Result[]> {
  const trouble = await slowReaderTrouble();
  if (trouble) throw new Error(`No slow reader here: ${trouble}`);
  const reader = await slowReader(card.image, { readOnly: true });
  const ours: BackupRun[] = [];
  const least: TimedRun[] = [];
  const whole: TimedRun[] = [];
  try {
    for (let run = 1; run <= runs; run++) {
      const backup = await backUp(reader.path, folder, [], reader.limited);
      ours.push(backup);
      least.push(await readWithDd(reader, backup.readBytes));
      whole.push(await copyWithDd(reader, folder));
      say(
        `  run ${run}: PiKeep ${seconds(backup)}, limit ${seconds(least.at(-1))}, dd ${seconds(whole.at(-1))}`,
      );
    }
  } finally {
    await reader.detach();
  }
  const times = ours.map((run) => run.seconds);
  const what = 'used-block backup, proven, slow reader';
  return [
    ratio(
      what,
      'the limit: dd iflag=direct of as many bytes',
      REACH_LIMIT,
      times,
      least.map((run) => run.seconds),
    ),
    ratio(
      what,
      'dd bs=16M of the whole card',
      REACH_WHOLE,
      times,
      whole.map((run) => run.seconds),
    ),
    limit(
      'peak memory of that backup, all processes',
      REACH_MEGABYTES,
      ours.map((run) => run.peakBytes / 1e6),
    ),
  ];
}
