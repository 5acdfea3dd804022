/** `pikeep restore --undo`: the old content back, while nothing but the marker of a restore has been written. */

import { PiKeepError } from '../engine/errors.ts';
import { formatBytes } from '../engine/format.ts';
import { askYesNo, canAsk } from './ask.ts';
import { findDisk, lookAtDisks, requireCard } from './cards.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { confirmed } from './restore-run.ts';
import type { Session } from './session.ts';
import { work } from './work.ts';

/** Throws NOT_CONFIRMED, and what the task throws: UNDO_IMPOSSIBLE when the old content is gone. */
export async function undoRestore(
  session: Session,
  name: string,
  { yes, forceUnmount }: { yes: boolean; forceUnmount: boolean },
): Promise<ExitCode> {
  const { printer, signal } = session;
  const seen = await findDisk(await lookAtDisks(session, session.library), name);
  requireCard(seen);
  const { id, bytes } = seen.disk;
  printer.start({
    facts: { command: 'restore', undo: true, disk: id, bytes },
    lines: [
      `Bringing back what was on ${id} (${formatBytes(bytes)}) before the last restore began`,
    ],
  });
  if (!yes) {
    const detail = canAsk(session) ? 'you said no' : 'there is no terminal to ask on';
    const answer = canAsk(session) && (await askYesNo(`Write it to ${id}?`, signal));
    if (!answer) throw new PiKeepError('NOT_CONFIRMED', { disk: id, detail });
  }
  const { task, disk, title } = await work(
    session,
    { task: 'undo', ...confirmed(session, seen), forceUnmount },
    { disk: id },
  );
  printer.done({
    facts: { command: 'restore', undo: task === 'undo', disk, title },
    lines: [`The old content of ${disk} is back: ${title}.`],
  });
  return exitCodes.done;
}
