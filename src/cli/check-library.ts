/** `pikeep check --due`: reads what was not read for long, one backup after the other, for cron. */

import { constants, setPriority } from 'node:os';
import { isCheckDue } from '../engine/check-due.ts';
import { asPiKeepError, isPiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import { type Verdict, verdictWords } from '../engine/health.ts';
import { readChecks } from '../library/check-records.ts';
import { lastReadOf, readImageOf } from '../library/last-read.ts';
import { type LibraryBackup, readLibrary } from '../library/library.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-code.ts';
import { formatMoment } from './moment.ts';
import type { Session } from './session.ts';
import { tableLines } from './table.ts';
import { sourceOf, work } from './work.ts';

interface Row {
  readonly backup: LibraryBackup;
  readonly verdict: Verdict | null;
  readonly sentence: string;
  readonly code: ExitCode;
}

/** The exit code is the worst of all: damaged, then failed, then incomplete. Throws INTERRUPTED. */
export async function checkDue(session: Session, days: number): Promise<ExitCode> {
  const { printer, library, recordsFolder, signal } = session;
  const { backups } = await readLibrary(library, { signal });
  const old = await readChecks(library);
  const due: LibraryBackup[] = [];
  const now = Date.now();
  for (const backup of backups) {
    const { at } = await lastReadOf(readImageOf(backup), recordsFolder, old);
    if (isCheckDue(at, days, now)) due.push(backup);
  }
  const count = due.length === 1 ? 'One backup' : `${due.length} backups`;
  printer.start({
    facts: { command: 'check', library, days, backups: backups.length, due: due.length },
    lines: [`${count} of ${backups.length} in ${library} to be read again`],
  });
  yieldToOthers();
  const rows: Row[] = [];
  for (const backup of due) rows.push(await checkOne(session, backup));
  const found = (verdict: Verdict | null): number =>
    rows.filter((row) => row.verdict === verdict).length;
  const table = rows.map(({ backup, verdict }) => [
    verdict === null ? 'failed' : verdictWords[verdict],
    backup.title,
    formatMoment(backup.at),
    backup.path,
  ]);
  printer.done({
    facts: {
      ...{ command: 'check', library, checked: rows.length - found(null), failed: found(null) },
      ...{ good: found('good') + found('remarks'), damaged: found('damaged') },
      unfinished: found('unfinished'),
    },
    lines:
      rows.length === 0
        ? ['Nothing is due.']
        : ['', ...tableLines([['RESULT', 'PI', 'MADE', 'IMAGE'], ...table])],
  });
  const order = [exitCodes.differs, exitCodes.permission, exitCodes.failed, exitCodes.incomplete];
  return order.find((code) => rows.some((row) => row.code === code)) ?? exitCodes.done;
}

/** One that fails does not keep the others from being read. */
async function checkOne(session: Session, backup: LibraryBackup): Promise<Row> {
  const { printer, recordsFolder, library } = session;
  const { path: target, title } = backup;
  try {
    const { task: _, ...fields } = await work(session, {
      ...{ task: 'check', target, quick: false, hash: false, recordsFolder, library },
      source: sourceOf(session),
    });
    const { verdict, sentence } = fields;
    const lines = [`${title}: ${sentence}`];
    printer.happened('checked', { facts: fields, lines });
    return { backup, verdict, sentence, code: verdictCode(verdict) };
  } catch (error) {
    if (isPiKeepError(error, 'INTERRUPTED')) throw error;
    const own = asPiKeepError(error);
    const { message, next } = explain(own);
    const facts = { target, code: own.code, message, next };
    printer.happened('failed', { facts, lines: [`${title}: ${message}`] });
    return { backup, verdict: null, sentence: message, code: exitCodeOf(own.code) };
  }
}

/** What a script goes by: 6 damaged, 3 incomplete, 0 for everything else. */
export function verdictCode(verdict: Verdict): ExitCode {
  if (verdict === 'damaged') return exitCodes.differs;
  return verdict === 'unfinished' ? exitCodes.incomplete : exitCodes.done;
}

/** Workers inherit it; the disk's scheduler goes by it, too (ioprio_set(2), IOPRIO_CLASS_NONE). */
function yieldToOthers(): void {
  try {
    setPriority(0, constants.priority.PRIORITY_LOW);
  } catch {
    // A system that does not let a process step back: then it runs as it is.
  }
}
