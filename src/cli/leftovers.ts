/** Files of backups that did not finish: named, and removed only if the user says so. */

import { throwIfInterrupted } from '../engine/errors.ts';
import { formatBytes } from '../engine/format.ts';
import { clearLeftover, findLeftovers, type Leftover } from '../library/leftovers.ts';
import { askYesNo, canAsk } from './ask.ts';
import type { Session } from './session.ts';
import { shellWord } from './shell-word.ts';

/** Names the leftovers in a folder; on a terminal asks whether to remove them. */
export async function offerToClear(session: Session, folder: string): Promise<void> {
  const { printer, signal } = session;
  const leftovers = await findLeftovers(folder);
  if (leftovers.length === 0) return;
  for (const leftover of leftovers) printer.warning('LEFTOVER', describe(leftover));
  if (!canAsk(session)) {
    const library =
      folder === session.settings.current.library ? '' : ` --library ${shellWord(folder)}`;
    printer.warning(
      'LEFTOVER',
      `“pikeep doctor --clear-leftovers${library}” removes what is left over.`,
    );
    return;
  }
  const question =
    leftovers.length === 1 ? 'Remove it?' : `Remove these ${leftovers.length} files?`;
  if (await askYesNo(question, signal)) await clearAll(folder, leftovers, signal);
}

/** Stops between two files when the signal fires. */
export async function clearAll(
  folder: string,
  leftovers: readonly Leftover[],
  signal: AbortSignal,
): Promise<void> {
  for (const { file } of leftovers) {
    throwIfInterrupted(signal);
    await clearLeftover(folder, file);
  }
}

function describe({ file, storedBytes, unfinished }: Leftover): string {
  const what = `A backup that did not finish left ${file} (${formatBytes(storedBytes)}).`;
  return unfinished ? `${what} “pikeep backup DISK --continue” can go on with it.` : what;
}
