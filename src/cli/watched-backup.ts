/** A backup that nobody asked for just now: it goes on with one that did not finish, where that fits. */

import { type Disk, weakIdentity } from '../engine/disk.ts';
import { asPiKeepError, isPiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import { type Continuable, findUnfinished } from '../library/leftovers.ts';
import type { BackupResult } from '../worker/results.ts';
import { backupTask } from './backup-task.ts';
import type { Session } from './session.ts';
import { work } from './work.ts';

/** Throws what a backup throws. */
export async function watchedBackup(session: Session, disk: Disk): Promise<BackupResult> {
  const rest = await findUnfinished(session.library, weakIdentity(disk));
  return (rest && (await goOn(session, disk, rest))) ?? beginAnew(session, disk);
}

/** Null where the card or the rest is not as it was. */
async function goOn(
  session: Session,
  disk: Disk,
  { file, unfinished }: Continuable,
): Promise<BackupResult | null> {
  const { format, wholeCard, fullHash, verify } = unfinished;
  const destination = { kind: 'library', folder: session.library } as const;
  const how = { destination, format, wholeCard, fullHash, verify };
  const task = { ...backupTask(session, disk, how), continueFrom: file };
  try {
    return await work(session, task, { disk: disk.id });
  } catch (error) {
    if (!isPiKeepError(error, 'CARD_CHANGED', 'NOTHING_TO_CONTINUE')) throw error;
    const { message } = explain(asPiKeepError(error));
    const text = `${message} The backup begins anew.`;
    session.printer.warning(error.code, text, { disk: disk.id });
    return null;
  }
}

function beginAnew(session: Session, disk: Disk): Promise<BackupResult> {
  const destination = { kind: 'library', folder: session.library } as const;
  const { format, verify } = session.settings.current;
  const how = { format, verify, wholeCard: false, fullHash: false };
  return work(session, backupTask(session, disk, { destination, ...how }), { disk: disk.id });
}
