/** The second half of the demo: the backup goes onto another card, as `pikeep restore` would write it. */

import { formatBytes } from '../engine/format.ts';
import { findDisk, lookAtDisks, requireCard } from './cards.ts';
import { type DemoStage, insertOldCard, OLD_CARD } from './demo-stage.ts';
import { restoreReport } from './restore-report.ts';
import { restoreOne } from './restore-run.ts';
import { surveyTargets } from './restore-survey.ts';

/** Puts a card full of old bytes into the slot and restores `image` to it. Throws what that throws. */
export async function playRestore(
  stage: DemoStage,
  { image, bytes }: { image: string; bytes: number },
): Promise<void> {
  const { inside } = stage;
  const { printer } = inside;
  await insertOldCard(stage, bytes);
  const seen = await findDisk(await lookAtDisks(inside, inside.library), OLD_CARD);
  requireCard(seen);
  const { id } = seen.disk;
  printer.happened('card', {
    facts: { change: 'appeared', id, title: seen.glance.title, bytes },
    lines: [
      `Another card is in: ${id}, ${formatBytes(bytes)} of old data. Restoring the backup to it.`,
    ],
  });
  const how = { mode: 'auto', grow: 'leave', forceUnmount: false, ejectWhenDone: false } as const;
  for (const target of await surveyTargets(inside, image, [seen])) {
    const result = await restoreOne(inside, { image, target, decision: 'overwrite', how });
    printer.happened('restored', restoreReport(result));
  }
}
