/** The matrix as a document for people, made of what was really seen. */

import { type Cell, type Column, columns, type Trial } from './cell.ts';
import type { Row } from './scene.ts';

const titles: Readonly<Record<Column, string>> = {
  img: 'backup img',
  'img.gz': 'backup img.gz',
  'img.zst': 'backup img.zst',
  verify: 'verify',
  restore: 'restore',
  extract: 'extract',
};

const INTRODUCTION = `# What happens when something goes wrong

Made by \`npm run faults\`, which really makes each of these faults happen in the middle of each command, on real block devices
and file systems, and has other programs judge what is left (\`cmp\`, \`gzip\`, \`zstd\`, \`debugfs\`, the kernel's ext4). It fails
when a file under a final name is not proven, when something is lost and nobody says so, when a command hangs over its
limit, or fails without a code, a cause and a next step. “verify” compares the card with its backup, “restore” writes that
over an old card, “extract” takes a folder of files out of the card.

Exit codes and codes are those of [scripting.md](scripting.md); “—” is explained below the table.
`;

export function document(rows: readonly Row[], cells: readonly Cell[]): string {
  const of = (row: Row, column: Column): Cell | undefined =>
    cells.find((cell) => cell.row === row.name && cell.column === column);
  const head = ['fault', ...columns.map((column) => titles[column])];
  const lines = rows.map((row) => [row.title, ...columns.map((column) => short(of(row, column)))]);
  return [
    INTRODUCTION,
    table(head, lines),
    ...rows.map((row) =>
      section(
        row,
        columns.map((column) => of(row, column)),
      ),
    ),
  ].join('\n');
}

/** Exit code, and the code where there is one. */
function short(cell: Cell | undefined): string {
  if (!cell) return '';
  if ('why' in cell) return '—';
  const code = cell.code === null ? '' : ` ${cell.code}`;
  return `${cell.exit ?? 'killed'}${code}${cell.broken.length > 0 ? ' ✗' : ''}`;
}

function section(row: Row, cells: readonly (Cell | undefined)[]): string {
  const seen = cells.filter((cell) => cell !== undefined);
  const trials = seen.flatMap((cell) => ('why' in cell ? [] : [cell]));
  const blanks = seen.flatMap((cell) => ('why' in cell ? [cell] : []));
  const head = ['command', 'the user reads', 'exit', 'afterwards there is'];
  // Most formats end alike.
  const groups = Map.groupBy(trials, ({ exit, says, left, broken }) =>
    JSON.stringify([exit, says, left, broken]),
  );
  const lines = [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [line(first, group.map(({ column }) => titles[column]).join(', '))] : [];
  });
  return [
    `## ${row.title[0]?.toUpperCase()}${row.title.slice(1)}`,
    '',
    row.how,
    '',
    table(head, lines),
    ...blanks.map(({ column, why }) => `— ${titles[column]}: ${why}.\n`),
  ].join('\n');
}

function line({ says, exit, left, broken }: Trial, names: string): string[] {
  const marks = broken.map((text) => `✗ ${text}`);
  return [names, says, String(exit ?? 'killed'), [left, ...marks].join('; ')];
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...lines.map(row), ''].join('\n');
}
