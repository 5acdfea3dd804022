/**
 * `npm run faults`: makes every fault happen in the middle of every command, and writes what came of it to docs/faults.md.
 * Needs root, loop devices, nbdkit, nbdfuse, gcc, and the built program (npm run build).
 */

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Cell, type Column, columns } from './faults/cell.ts';
import { play } from './faults/play.ts';
import { makeProps } from './faults/props.ts';
import { rows } from './faults/rows.ts';
import type { Row } from './faults/scene.ts';
import { type Props, Stage } from './faults/stage.ts';
import { document } from './faults/table.ts';

const usage = `npm run faults -- [--rows NAME,…] [--columns NAME,…] [--json FILE] [--from FILE] [--document FILE]

  --rows      only these: ${rows.map(({ name }) => name).join(', ')}
  --columns   only these: ${columns.join(', ')}
  --json      where all that was seen is written
  --from      such a file: what is not chosen now is taken from there
  --document  where the table is written (default: docs/faults.md when everything is played, else nowhere)`;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '' },
    columns: { type: 'string', default: '' },
    json: { type: 'string' },
    from: { type: 'string' },
    document: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(usage);
else await faults();

async function faults(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('The fault matrix needs root.');
  const chosenRows = rows.filter(({ name }) => isChosen(values.rows, name));
  const chosenColumns = columns.filter((column) => isChosen(values.columns, column));
  const folder = mkdtempSync(join(tmpdir(), 'pikeep-faults-'));
  chmodSync(folder, 0o755);
  const before: Cell[] = values.from ? JSON.parse(readFileSync(values.from, 'utf8')) : [];
  let cells = before.filter(
    ({ row, column }) =>
      !(chosenRows.some(({ name }) => name === row) && chosenColumns.includes(column)),
  );
  try {
    const props = await makeProps(folder);
    for (const row of chosenRows) {
      for (const column of chosenColumns) {
        const cell = await playOne(row, column, props, folder);
        cells = [...cells, cell];
        console.log(lineOf(cell));
        if (values.json) writeFileSync(values.json, `${JSON.stringify(cells, null, 1)}\n`);
      }
    }
  } finally {
    // Not with force: what is still mounted in there must not be emptied.
    rmSync(folder, { recursive: true });
  }
  const isAll = cells.length === rows.length * columns.length;
  const file = values.document ?? (isAll ? resolve(import.meta.dirname, '../docs/faults.md') : '');
  if (file !== '') writeFileSync(file, document(isAll ? rows : chosenRows, cells));
  const broken = cells.filter((cell) => 'broken' in cell && cell.broken.length > 0).length;
  const blank = cells.filter((cell) => 'why' in cell).length;
  console.log(`${cells.length - blank} cells played, ${blank} blank, ${broken} broken`);
  if (broken > 0) process.exitCode = 1;
}

async function playOne(row: Row, column: Column, props: Props, folder: string): Promise<Cell> {
  const stage = new Stage(props, column, folder);
  let cell: Cell;
  try {
    const scene = await row.scene(stage, column);
    if (typeof scene === 'string') cell = { row: row.name, column, why: scene };
    else cell = plain(await play(row.name, stage, scene), folder);
  } catch (error) {
    await stage.strike().catch(console.error);
    throw error;
  }
  await stage.strike();
  return cell;
}

/** Names that are other ones each time become the same. */
function plain<T extends Cell>(cell: T, folder: string): T {
  const text = JSON.stringify(cell)
    .replaceAll(folder, '…')
    .replaceAll(/…\/cell-\w+/g, '…')
    .replaceAll(/loop\d+/g, 'loop1')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d\.\d\d/g, 'DATE');
  return JSON.parse(text) as T;
}

function lineOf(cell: Cell): string {
  const place = `${cell.row} × ${cell.column}`.padEnd(28);
  if ('why' in cell) return `${place} — ${cell.why}`;
  const { exit, code, left, seconds, broken } = cell;
  const marks = broken.map((text) => `\n    ✗ ${text}`).join('');
  return `${place} ${exit ?? 'killed'} ${code ?? ''} (${seconds.toFixed(0)} s): ${left}${marks}`;
}

function isChosen(list: string, name: string): boolean {
  return list === '' || list.split(',').includes(name);
}
