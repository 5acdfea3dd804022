/** `pikeep history`: the backups in the library, by Pi. */

import { relative } from 'node:path';
import type { Command } from 'commander';
import { formatBytes } from '../../engine/format.ts';
import { lastBackupWords, stateWords } from '../../library/last-backup.ts';
import type { LibraryBackup } from '../../library/library.ts';
import type { Pi } from '../../library/pi-groups.ts';
import { namesOf } from '../../library/recognise.ts';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { formatMoment } from '../moment.ts';
import { backupFactsOf, findPi, type KnownPis, piFacts, readPis } from '../pis.ts';
import type { Session } from '../session.ts';
import { tableLines } from '../table.ts';
import { wrap } from '../wrap.ts';

const WIDTH = 80;

export function defineHistory(program: Command, run: Run): void {
  program
    .command('history [pi]')
    .description('Show the backups in the library, by Pi, the newest first.')
    .option('--search <text>', 'only what has this text in a name, a note or a file name')
    .action((pi: string | undefined, options: { search?: string }, command: Command) =>
      run(command, (session) => history(session, pi ?? null, options.search ?? '')),
    );
}

interface Shown {
  readonly pi: Pi;
  readonly backups: readonly LibraryBackup[];
}

async function history(session: Session, name: string | null, search: string): Promise<ExitCode> {
  const known = await readPis(session);
  const { library } = known;
  const pis = name === null ? known.pis : [findPi(known, name)];
  const has = searcher(search);
  const shown = pis.flatMap((pi) => matching(pi, known, has));
  const images = name === null ? library.images.filter(({ path }) => has(path)) : [];
  const lost = name === null ? library.lost.filter((one) => has(one.title, one.manifest)) : [];
  session.printer.done({
    facts: {
      command: 'history',
      folder: library.folder,
      pis: shown.map(({ pi, backups }) => ({
        ...piFacts(pi, known),
        backups: backups.map(backupFactsOf),
      })),
      images: images.map(({ path, format, fileBytes, modified }) => ({
        ...{ image: path, format, fileBytes, modified },
      })),
      lost: lost.map(({ manifest, imageName, title, at }) => ({ manifest, imageName, title, at })),
      problems: library.problems.map(({ path, problem }) => ({ path, problem })),
    },
    lines: [
      ...piLines(shown, known),
      ...(shown.length === 0 ? [nothing(session.library, search)] : []),
      ...imageLines(images, library.folder),
      ...lost.flatMap(({ manifest, title, at }, index) => [
        ...(index === 0 ? ['', 'Backups whose images are gone'] : []),
        `  ${title}, ${formatMoment(at)}: only ${below(library.folder, manifest)} is left`,
      ]),
      ...library.problems.flatMap(({ path, problem }, index) => [
        ...(index === 0 ? ['', 'Could not be used'] : []),
        `  ${path}: ${problem}`,
      ]),
    ],
  });
  return exitCodes.done;
}

type Has = (...texts: readonly string[]) => boolean;

function searcher(search: string): Has {
  const wanted = search.toLowerCase();
  return (...texts) => texts.some((text) => text.toLowerCase().includes(wanted));
}

/** All backups of a Pi that is found itself, else those whose files are found. */
function matching(pi: Pi, { store, pis }: KnownPis, has: Has): Shown[] {
  const { name, note } = store.of(pi, pis);
  if (has(name ?? '', note, pi.title, pi.hostname ?? '')) return [{ pi, backups: pi.backups }];
  const backups = pi.backups.filter(({ path, title }) => has(path, title));
  return backups.length === 0 ? [] : [{ pi, backups }];
}

function piLines(shown: readonly Shown[], known: KnownPis): string[] {
  const names = namesOf(
    shown.map(({ pi }) => pi),
    known.naming,
  );
  return shown.flatMap(({ pi, backups }, index) => {
    const { note } = known.store.of(pi, known.pis);
    return [
      ...(index === 0 ? [] : ['']),
      `${names[index]} — ${lastBackupWords(pi.backups, known.now)}`,
      ...notes([...(note === '' ? [] : [note]), ...pi.hints], '  '),
      ...backupLines(backups, known.library.folder),
    ];
  });
}

function backupLines(backups: readonly LibraryBackup[], folder: string): string[] {
  const rows = tableLines(
    backups.map((backup) => [
      `  ${formatMoment(backup.at)}`,
      formatBytes(backup.storedBytes),
      backup.format,
      backup.copyOf === null ? stateWords[backup.state] : `${stateWords[backup.state]}, a copy`,
      below(folder, backup.path),
    ]),
  );
  return backups.flatMap((backup, index) => [
    rows[index] ?? '',
    ...notes(backup.oddities.filter(({ code }) => code !== 'copy').map(({ text }) => text)),
  ]);
}

function notes(texts: readonly string[], indent = '      '): string[] {
  return texts.flatMap((text) => wrap(text, WIDTH - indent.length).map((line) => indent + line));
}

function imageLines(images: KnownPis['library']['images'], folder: string): string[] {
  if (images.length === 0) return [];
  return [
    '',
    'Images without a manifest (“pikeep inspect” shows what they are)',
    ...tableLines(
      images.map(({ path, fileBytes, modified }) => [
        `  ${formatMoment(modified)}`,
        formatBytes(fileBytes),
        below(folder, path),
      ]),
    ),
  ];
}

function below(folder: string, path: string): string {
  return relative(folder, path);
}

function nothing(library: string, search: string): string {
  return search === ''
    ? `There is no backup in ${library}.`
    : `There is no backup with “${search}” in ${library}.`;
}
