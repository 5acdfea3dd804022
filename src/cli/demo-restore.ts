/** The second half of the demo: the backup goes onto another card, as `pikeep restore` would write it. */

import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes } from '../engine/format.ts';
import { findDisk, lookAtDisks, requireCard } from './cards.ts';
import { restoreReport } from './restore-report.ts';
import { restoreOne } from './restore-run.ts';
import { surveyTargets } from './restore-survey.ts';
import type { Session } from './session.ts';

const NAME = 'old card.img';
const PIECE_BYTES = 1024 * 1024;

/** Puts a card full of old bytes into the slot of `session` and restores `image` to it. Throws what that throws. */
export async function playRestore(
  session: Session,
  { image, bytes, slot, folder }: { image: string; bytes: number; slot: string; folder: string },
): Promise<void> {
  const { printer } = session;
  await insertOldCard(join(folder, 'old.img'), join(slot, NAME), bytes);
  const seen = await findDisk(await lookAtDisks(session, session.library), NAME);
  requireCard(seen);
  const { id } = seen.disk;
  printer.happened('card', {
    facts: { change: 'appeared', id, title: seen.glance.title, bytes },
    lines: [
      `Another card is in: ${id}, ${formatBytes(bytes)} of old data. Restoring the backup to it.`,
    ],
  });
  const how = { mode: 'auto', grow: 'leave', forceUnmount: false, ejectWhenDone: false } as const;
  for (const target of await surveyTargets(session, image, [seen])) {
    const result = await restoreOne(session, { image, target, decision: 'overwrite', how });
    printer.happened('restored', restoreReport(result));
  }
}

/** A card is there all at once, so it is made elsewhere and moved in. */
async function insertOldCard(made: string, place: string, bytes: number): Promise<void> {
  const handle = await open(made, 'wx');
  try {
    const piece = Buffer.alloc(PIECE_BYTES, 0xa5);
    for (let offset = 0; offset < bytes; offset += PIECE_BYTES) {
      await handle.write(piece, 0, Math.min(PIECE_BYTES, bytes - offset), offset);
    }
  } finally {
    await handle.close();
  }
  await rename(made, place);
}
