/** `pikeep list`: which disks are cards, and why the others are not. */

import type { Command } from 'commander';
import { formatBytes } from '../../engine/format.ts';
import { refusalWords } from '../../engine/words/refusal.ts';
import { lookAtDisks, type SeenDisk } from '../cards.ts';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import type { Facts } from '../printer.ts';
import { type Recognised, recogniseCards } from '../recognised.ts';
import { unfinishedWords, unprovenWords } from '../restore-question.ts';
import type { Session } from '../session.ts';
import { tableLines } from '../table.ts';

export function defineList(program: Command, run: Run): void {
  program
    .command('list')
    .description('Show the cards that can be backed up.')
    .option('--all', 'show every disk, with the reason why it is no card')
    .action((options: { all?: true }, command: Command) =>
      run(command, (session) => list(session, options.all === true)),
    );
}

async function list(session: Session, all: boolean): Promise<ExitCode> {
  const seen = await lookAtDisks(session, session.library);
  const shown = all ? seen : seen.filter(({ verdict }) => verdict.offer);
  const known = await recogniseCards(session, seen);
  session.printer.done({
    facts: {
      command: 'list',
      disks: shown.map((one) => ({ ...diskFacts(one), ...known.factsOf(one) })),
      hidden: seen.length - shown.length,
    },
    lines: shown.length === 0 ? [nothing(seen)] : [...lines(shown, known), ...hint(seen, shown)],
  });
  return exitCodes.done;
}

/** The fields of one disk for scripts. */
export function diskFacts({ disk, verdict, glance }: SeenDisk): Facts {
  const isPi = glance.pi !== 'no';
  return {
    id: disk.id,
    path: disk.path,
    bytes: disk.bytes,
    title: glance.title,
    verdict: verdict.offer ? (isPi ? 'pi-card' : 'card') : 'refused',
    reason: verdict.offer ? null : verdict.reason,
    reasonText: verdict.offer ? null : refusalWords(verdict.reason),
    protected: !verdict.offer && verdict.protected,
    warnings: verdict.offer ? verdict.warnings : [],
    unfinished: disk.unfinished ?? null,
    unproven: disk.unproven ?? null,
    pi: glance.pi,
    evidence: glance.evidence,
    mediaName: disk.mediaName,
    bus: disk.bus,
    removable: disk.removable,
    scheme: disk.scheme,
    partitions: disk.partitions.map(({ index, kind, label, bytes, mountPoints }) => ({
      index,
      kind,
      label,
      bytes,
      mountPoints,
    })),
  };
}

/** What a disk is, in a few words. */
export function verdictWords({ disk, verdict, glance }: SeenDisk): string {
  if (!verdict.offer) {
    return `${verdict.protected ? 'protected' : 'no card'}: ${refusalWords(verdict.reason)}`;
  }
  if (disk.unfinished !== undefined) return unfinishedWords(disk.unfinished);
  if (disk.unproven !== undefined) return unprovenWords(disk.unproven);
  const large = verdict.warnings.includes('very-large') ? ' (larger than any usual card)' : '';
  if (glance.pi === 'no') return `removable disk${large}`;
  return glance.pi === 'yes' ? `Pi card${large}` : `Pi card, by its layout${large}`;
}

function lines(shown: readonly SeenDisk[], known: Recognised): string[] {
  const rows = shown.map((seen) => [
    seen.disk.id,
    formatBytes(seen.disk.bytes),
    seen.glance.title,
    verdictWords(seen),
  ]);
  const backups = shown.flatMap((seen) => {
    const words = known.wordsOf(seen);
    return words === null ? [] : [`${seen.disk.id}: ${words}`];
  });
  return [
    ...tableLines([['DISK', 'SIZE', 'NAME', 'WHAT IT IS'], ...rows]),
    ...(backups.length === 0 ? [] : ['', ...backups]),
  ];
}

function nothing(seen: readonly SeenDisk[]): string {
  if (seen.length === 0) return 'There is no card.';
  return `There is no card. ${count(seen.length)} not offered; “pikeep list --all” says why.`;
}

function hint(seen: readonly SeenDisk[], shown: readonly SeenDisk[]): string[] {
  const hidden = seen.length - shown.length;
  return hidden === 0 ? [] : ['', `${count(hidden)} not offered; “pikeep list --all” says why.`];
}

function count(disks: number): string {
  return disks === 1 ? 'One other disk is' : `${disks} other disks are`;
}
