/** `pikeep forget`: takes old backups of a Pi out of the library, by rules, after showing which. */

import { relative } from 'node:path';
import type { Command } from 'commander';
import { formatBytes } from '../../engine/format.ts';
import { deleteFile, forget as forgetBackups } from '../../library/forget.ts';
import { type ForgetPlan, planForget } from '../../library/forget-plan.ts';
import {
  formatKeepRules,
  type KeepPeriod,
  type KeepRules,
  keepPeriods,
  keepsAll,
  parseCount,
} from '../../library/keep-rules.ts';
import type { LibraryBackup } from '../../library/library.ts';
import type { Pi } from '../../library/pi-groups.ts';
import { askYesNo, canAsk } from '../ask.ts';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { formatMoment } from '../moment.ts';
import { backupFactsOf, findPi, type KnownPis, readPis, usage } from '../pis.ts';
import type { Facts } from '../printer.ts';
import type { Session } from '../session.ts';
import { tableLines } from '../table.ts';

interface ForgetOptions {
  readonly keepLast?: string;
  readonly keepDaily?: string;
  readonly keepWeekly?: string;
  readonly keepMonthly?: string;
  readonly keepYearly?: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly delete?: true;
}

export function defineForget(program: Command, run: Run): void {
  const command = program
    .command('forget <pi>')
    .description('Move old backups of a Pi to the Trash, by rules; shows which ones first.');
  for (const period of keepPeriods) {
    command.option(`--keep-${period} <n>`, describe(period));
  }
  command
    .option('--dry-run', 'only show what would stay and what would go')
    .option('--delete', 'delete for good instead of moving to the Trash')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', HELP)
    .action((pi: string, options: ForgetOptions, own: Command) =>
      run(own, (session) => forget(session, pi, options)),
    );
}

const HELP = `
A backup stays when one rule keeps it. Without a rule here, those of “pikeep pi PI --keep” count.
“all” is a number too. The newest proven backup of a card always stays, whatever the rules, and a
backup that is incomplete or was never proven does not take the place of one that is.`;

function describe(period: KeepPeriod): string {
  const names = { daily: 'day', weekly: 'week', monthly: 'month', yearly: 'year' };
  return period === 'last'
    ? 'keep the newest n'
    : `keep the newest of each of the last n ${names[period]}s that have one`;
}

async function forget(session: Session, name: string, options: ForgetOptions): Promise<ExitCode> {
  const given = rulesOf(options);
  const known = await readPis(session);
  const pi = findPi(known, name);
  const rules = keepsAll(given) ? (known.store.of(pi, known.pis).keep ?? {}) : given;
  if (keepsAll(rules)) throw usage('Say what to keep, for instance “--keep-last 5”.');
  const plan = planForget(pi.backups, rules, known.now);
  const preview = previewLines(known, pi, rules, plan);
  const isOnlyShown = options.dryRun === true || plan.forget.length === 0;
  session.printer.start({
    facts: { command: 'forget', ...previewFacts(known, pi, rules, plan, options) },
    lines: isOnlyShown ? [] : preview,
  });
  const nothing: Facts = { command: 'forget', pi: pi.key, forgotten: [], freedBytes: 0 };
  if (isOnlyShown) {
    session.printer.done({ facts: nothing, lines: preview });
    return exitCodes.done;
  }
  if (options.yes !== true && !(await agrees(session, plan, options))) {
    session.printer.done({ facts: nothing, lines: ['Nothing was removed.'] });
    return exitCodes.refused;
  }
  return carryOut(session, pi, plan, options);
}

function rulesOf(options: ForgetOptions): KeepRules {
  const { keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly } = options;
  const given = {
    ...{ last: keepLast, daily: keepDaily, weekly: keepWeekly },
    ...{ monthly: keepMonthly, yearly: keepYearly },
  };
  const rules: Partial<Record<KeepPeriod, number | 'all'>> = {};
  for (const period of keepPeriods) {
    const text = given[period];
    if (text === undefined) continue;
    const count = parseCount(text);
    if (count === null) throw usage(`--keep-${period} takes a number from 1, or “all”.`);
    rules[period] = count;
  }
  return rules;
}

/** Throws USAGE where nobody can be asked. */
async function agrees(
  session: Session,
  plan: ForgetPlan<LibraryBackup>,
  options: ForgetOptions,
): Promise<boolean> {
  const what = count(plan.forget.length);
  if (!canAsk(session)) {
    throw usage(`Nothing was removed: “--yes” removes ${what}, “--dry-run” only shows them.`);
  }
  const how = options.delete ? 'Delete' : 'Move';
  const where = options.delete ? ' for good' : ' to the Trash';
  return askYesNo(`${how} ${what}${where}?`, session.signal);
}

async function carryOut(
  { platform, printer, signal }: Session,
  pi: Pi,
  plan: ForgetPlan<LibraryBackup>,
  options: ForgetOptions,
): Promise<ExitCode> {
  const gone: LibraryBackup[] = [];
  const where = options.delete ? 'deleted' : 'trash';
  await forgetBackups(plan, {
    remove: options.delete ? deleteFile : (file) => platform.trash.move(file),
    signal,
    onForgotten: (backup) => {
      gone.push(backup);
      printer.happened('forgotten', {
        facts: { image: backup.path, where },
        lines: [],
      });
    },
  });
  const freedBytes = sizeOf(gone);
  const what = `${count(gone.length)}, ${formatBytes(freedBytes)}`;
  printer.done({
    facts: {
      ...{ command: 'forget', pi: pi.key, forgotten: gone.map(({ path }) => path) },
      ...{ freedBytes, where },
    },
    lines: [
      options.delete
        ? `Deleted ${what}.`
        : `Moved ${what} to the Trash. The room is free when the Trash is emptied.`,
    ],
  });
  return exitCodes.done;
}

function previewFacts(
  { naming }: KnownPis,
  pi: Pi,
  rules: KeepRules,
  { keep, forget: goes }: ForgetPlan<LibraryBackup>,
  options: ForgetOptions,
): Facts {
  return {
    ...{ pi: pi.key, name: naming.nameOf(pi), rules: formatKeepRules(rules) },
    keep: keep.map(({ backup, reasons }) => ({ ...backupFactsOf(backup), reasons })),
    forget: goes.map(({ backup, reasons }) => ({ ...backupFactsOf(backup), reasons })),
    freedBytes: sizeOf(goes.map(({ backup }) => backup)),
    where: options.delete ? 'deleted' : 'trash',
    dryRun: options.dryRun === true,
  };
}

function previewLines(
  { naming, library }: KnownPis,
  pi: Pi,
  rules: KeepRules,
  plan: ForgetPlan<LibraryBackup>,
): string[] {
  const row = (what: string, { backup, reasons }: ForgetPlan<LibraryBackup>['keep'][number]) => [
    `  ${what}`,
    formatMoment(backup.at),
    formatBytes(backup.storedBytes),
    relative(library.folder, backup.path),
    reasons.join('; '),
  ];
  const rows = [
    ...plan.keep.map((verdict) => row('stays', verdict)),
    ...plan.forget.map((verdict) => row('goes', verdict)),
  ];
  const freed = formatBytes(sizeOf(plan.forget.map(({ backup }) => backup)));
  const result =
    plan.forget.length === 0 ? 'nothing goes' : `${count(plan.forget.length)} would free ${freed}`;
  return [
    `${naming.nameOf(pi)}, keeping ${formatKeepRules(rules)}: ${result}`,
    ...tableLines(rows),
  ];
}

function sizeOf(backups: readonly LibraryBackup[]): number {
  return backups.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
}

function count(backups: number): string {
  return backups === 1 ? 'one backup' : `${backups} backups`;
}
