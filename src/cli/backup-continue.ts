/** An unfinished backup of a card: found, offered, and named again when the next one is cut off too. */

import type { Disk } from '../engine/disk.ts';
import { weakIdentity } from '../engine/disk.ts';
import { PiKeepError } from '../engine/errors.ts';
import { formatBytes } from '../engine/format.ts';
import type { ImageFormat } from '../engine/image/image-format.ts';
import { type Continuable, findUnfinished } from '../library/leftovers.ts';
import type { BackupTask } from '../worker/tasks.ts';
import { askYesNo, canAsk } from './ask.ts';
import { type Destination, folderOf } from './destination.ts';
import type { Session } from './session.ts';

/** What the user typed; undefined for everything that was left out. */
export interface Wishes {
  readonly continues: boolean;
  readonly format: ImageFormat | undefined;
  readonly wholeCard: true | undefined;
  readonly fullHash: true | undefined;
  readonly verify: BackupTask['verify'] | undefined;
}

/**
 * The backup to go on with: the newest of this card where asked for, or agreed to at the terminal; null begins a new one.
 * Throws NOTHING_TO_CONTINUE where there is none, and USAGE when what was typed is not how it was begun.
 */
export async function chooseUnfinished(
  session: Session,
  disk: Disk,
  destination: Destination,
  wishes: Wishes,
): Promise<Continuable | null> {
  const folder = folderOf(destination);
  const found = await unfinishedAt(destination, disk);
  if (wishes.continues) {
    if (found) return asItWasBegun(found, wishes);
    const detail = 'No unfinished backup of this card is there.';
    throw new PiKeepError('NOTHING_TO_CONTINUE', { path: folder, detail });
  }
  if (!found) return null;
  session.printer.warning('UNFINISHED', `${describe(found)} “--continue” goes on with it.`);
  const goesOn =
    canAsk(session) &&
    contradiction(found, wishes) === null &&
    (await askYesNo('Continue it? No begins a new one.', session.signal));
  return goesOn ? found : null;
}

/** To be said when a backup has failed: what is there is not lost. */
export async function tellUnfinished(
  { printer }: Session,
  disk: Disk,
  destination: Destination,
): Promise<void> {
  const found = await unfinishedAt(destination, disk);
  if (!found) return;
  const words = `${describe(found)} Put the same card in again and add “--continue” to go on from there.`;
  printer.warning('UNFINISHED', words);
}

async function unfinishedAt(destination: Destination, disk: Disk): Promise<Continuable | null> {
  const found = await findUnfinished(folderOf(destination), weakIdentity(disk));
  const isElsewhere = destination.kind === 'file' && found?.file !== `${destination.path}.partial`;
  return isElsewhere ? null : found;
}

/** Throws USAGE. */
function asItWasBegun(found: Continuable, wishes: Wishes): Continuable {
  const option = contradiction(found, wishes);
  if (option === null) return found;
  const detail = `The unfinished backup was begun without “${option}”. Leave that out, or begin a new backup without “--continue”.`;
  throw new PiKeepError('USAGE', { detail });
}

/** What was typed and cannot be had any more. */
function contradiction({ unfinished }: Continuable, wishes: Wishes): string | null {
  const { format, wholeCard, fullHash, verify } = wishes;
  if (format !== undefined && format !== unfinished.format) return `--format ${format}`;
  if (wholeCard && !unfinished.wholeCard) return '--whole-card';
  if (fullHash && !unfinished.fullHash) return '--full-hash';
  if (verify !== undefined && verify !== unfinished.verify) return `--verify ${verify}`;
  return null;
}

function describe({ name, unfinished }: Continuable): string {
  const { doneBytes, totalBytes } = unfinished;
  const percent = totalBytes > 0 ? Math.floor((100 * doneBytes) / totalBytes) : 100;
  const share = `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}, ${percent} %`;
  return `A backup of this card is unfinished: ${name} (${share}).`;
}
