/**
 * `npm run bench`: how fast PiKeep is, as ratios taken in one run on one machine. Prints a table and writes it as JSON.
 * Needs root and Debian's tools (loop devices, a throttled reader, an empty page cache before every run), and about 20 GB
 * in the working folder.
 */

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { benchCard } from './bench/card.ts';
import { gzip, zstd } from './bench/compressed.ts';
import { peers } from './bench/peers.ts';
import { isReached, report, table } from './bench/report.ts';
import { restore } from './bench/restore.ts';
import type { Result, Row } from './bench/row.ts';
import { usedBlocks } from './bench/used-blocks.ts';
import { wholeCard } from './bench/whole-card.ts';

const rows: readonly Row[] = [usedBlocks, wholeCard, zstd, gzip, restore, peers];

const usage = `npm run bench -- [--quick] [--rows NAME,NAME] [--runs N] [--folder DIR] [--json FILE]

  --quick   a card of 1 GiB instead of 8
  --rows    only these: ${rows.map(({ name }) => name).join(', ')}
  --runs    measured runs of each side, at least 3
  --folder  where cards and images lie: a real disk (default: dist/bench)
  --json    where the result is written (default: result.json in the folder)`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rows: { type: 'string', default: '' },
    runs: { type: 'string', default: '3' },
    folder: { type: 'string', default: resolve(import.meta.dirname, '../dist/bench') },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(usage);
else await bench();

async function bench(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('The benchmark needs root.');
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 3) throw new Error('A median wants at least 3 runs.');
  const folder = resolve(values.folder);
  const scratch = join(folder, 'scratch');
  const card = await benchCard(folder, values.quick ? 'small' : 'full');
  const results: Result[] = [];
  const busy = loadavg()[0] ?? 0;
  if (busy > cpus().length / 2) {
    console.log(
      `This machine is busy (load ${busy.toFixed(1)}); expect worse figures than it can do.`,
    );
  }
  for (const row of chosenRows()) {
    console.log(`${row.name}:`);
    await rm(scratch, { recursive: true, force: true });
    await mkdir(scratch, { recursive: true });
    try {
      const context = { card, folder: scratch, runs, say: (line: string) => console.log(line) };
      results.push(...(await row.measure(context)));
    } finally {
      await rm(scratch, { recursive: true });
    }
  }
  const file = values.json ?? join(folder, 'result.json');
  await writeFile(file, `${JSON.stringify(report(results, card, runs), null, 2)}\n`);
  console.log(`\n${table(results)}\n\nAlso in ${file}`);
  if (!results.every(isReached)) process.exitCode = 1;
}

function chosenRows(): readonly Row[] {
  const names = values.rows.split(',').filter((name) => name !== '');
  const unknown = names.filter((name) => !rows.some((row) => row.name === name));
  if (unknown.length > 0) throw new Error(`No such row: ${unknown.join(', ')}\n\n${usage}`);
  return names.length === 0 ? rows : rows.filter((row) => names.includes(row.name));
}
