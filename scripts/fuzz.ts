/**
 * `npm run fuzz`: feeds the parsers cards, file systems, journals, images, manifests, messages, settings, records and what
 * tools print, all of which somebody has tampered with. Nothing may throw what is not documented, hang, take memory without
 * bounds or give an impossible answer. What is found is saved under test/vectors/found/, where the tests try it again ever
 * after.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { allNames, chosenName } from './fuzz/choose.ts';
import { type Finding, fuzz } from './fuzz/watchdog.ts';

const FOUND = resolve(import.meta.dirname, '../test/vectors/found');

const usage = `npm run fuzz -- [--seconds N | --cases N] [--only NAME] [--seed N]

  --seconds  how long (default: 60)
  --cases    how many cases instead; the end counts them for each parser
  --only     only seeds and parsers whose name begins so: ${allNames().join(', ')}
  --seed     number of the first case (default: the time); the same number is the same case`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    cases: { type: 'string' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1000) % 1_000_000_000) },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const first = wholeNumber(values.seed);
  const names = allNames().filter((name) => name.startsWith(values.only));
  if (names.length === 0) throw new Error(`No such seed: ${values.only}\n\n${usage}`);
  console.log(`${names.length} seeds and parsers; first case: ${first}`);
  const limits =
    values.cases === undefined
      ? { runs: 2 ** 31 - 1 - first, milliseconds: wholeNumber(values.seconds) * 1000 }
      : { runs: wholeNumber(values.cases) };
  const start = performance.now();
  const onFinding = (finding: Finding): void => console.log(describe(finding));
  const onProgress = (done: number): void => console.log(`${done} cases`);
  const { runs, findings } = await fuzz({ names, first, ...limits, onFinding, onProgress });
  console.log(tableOf(first, runs, names));
  const perSecond = (runs * 1000) / (performance.now() - start);
  console.log(`${runs} cases, ${perSecond.toFixed(0)} a second, ${findings.length} findings`);
  if (findings.length > 0) process.exitCode = 1;
}

/** How many cases were of what. */
function tableOf(first: number, runs: number, names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (let number = first; number < first + runs; number++) {
    const name = chosenName(number, names);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const rows = names.map((name) => `| ${name} | ${counts.get(name) ?? 0} |`);
  return ['| seed or parser | cases |', '| --- | ---: |', ...rows].join('\n');
}

/** Saves a finding, and says how to see it again. */
function describe({ number, what, vector }: Finding): string {
  const name = 'seed' in vector ? vector.seed : vector.input;
  const path = join(FOUND, `${name}-${number}.json.gz`);
  mkdirSync(FOUND, { recursive: true });
  const finding = what.split('\n')[0] ?? what;
  writeFileSync(path, gzipSync(JSON.stringify({ ...vector, finding })));
  const again = `--only ${values.only || "''"} --seed ${number} --cases 1`;
  return `\n${what}\n  again: npm run fuzz -- ${values.only ? again : again.replace("--only '' ", '')}\n  saved: ${relative('.', path)}`;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0 || number >= 2 ** 31) throw new Error(usage);
  return number;
}
