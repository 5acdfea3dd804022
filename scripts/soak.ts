/**
 * `npm run soak`: hours of insert, backup, eject in the slot, with the desk of `pikeep panel` as it is. Shows whether memory
 * stays flat, and whether descriptors, processes or files are left behind. Linux; as any user.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pssOfTree } from './bench/memory.ts';
import { buildPanel } from './build-panel.ts';
import { makeCards } from './soak/cards.ts';
import { DeskProcess } from './soak/desk-process.ts';
import { type Sample, stayedWords, strayWords, trends, verdictOf } from './soak/figures.ts';
import { keptBytes, makeFolders, type SoakFolders, strays } from './soak/folders.ts';
import { Life } from './soak/life.ts';
import { childrenOf, cpuSeconds } from './soak/processor.ts';
import { reportText, type SoakReport } from './soak/report.ts';

const usage = `npm run soak -- [--minutes N] [--warm-up N] [--pause SECONDS] [--load PERCENT] [--json FILE] [--folder DIR]

  --minutes  how long (default: 120)
  --warm-up  minutes that the trends leave out (default: a tenth, at least 1)
  --pause    seconds between two cards, at least (default: 1)
  --load     of one core, at most: longer pauses see to that (default: 30)
  --json     where the samples are written, after each one
  --folder   where slot, library and cards lie (default: the temporary folder)`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '120' },
    'warm-up': { type: 'string' },
    pause: { type: 'string', default: '1' },
    load: { type: 'string', default: '30' },
    json: { type: 'string' },
    folder: { type: 'string', default: tmpdir() },
    help: { type: 'boolean', default: false },
  },
});

const SAMPLE_EVERY_MS = 30_000;
const MINUTE_MS = 60_000;
/** More failures are one that repeats. */
const MOST_FAILURES = 5;

/** After the present card: the desk is stopped and the folders go, as at the end. */
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => stopping.abort());
}

if (values.help) console.log(usage);
else await soak();

async function soak(): Promise<void> {
  await buildPanel();
  const root = await mkdtemp(join(values.folder, 'pikeep-soak-'));
  try {
    const folders = makeFolders(root);
    const cards = await makeCards(folders.cards);
    const desk = await DeskProcess.start(folders);
    try {
      const life = new Life(desk, folders);
      await life.begin(cards);
      const report = await live(life, desk, folders);
      await desk.stop();
      if (stopping.signal.aborted) console.log('Stopped early.');
      const left = strays(folders);
      const whole = { ...report, leftAtTheEnd: left };
      await save(whole);
      console.log(reportText(whole));
      const isBad = whole.verdict !== 'flat' || Object.values(left).some((count) => count > 0);
      process.exitCode = isBad ? 1 : 0;
    } finally {
      await desk.stop();
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function live(life: Life, desk: DeskProcess, folders: SoakFolders): Promise<SoakReport> {
  const minutes = Number(values.minutes);
  const warmUp = Number(values['warm-up'] ?? Math.max(1, minutes / 10));
  const begun = performance.now();
  const failures: string[] = [];
  const samples: Sample[] = [];
  let cycles = 0;
  let peak = 0;
  const minute = (): number => (performance.now() - begun) / MINUTE_MS;
  const watch = setInterval(() => {
    peak = Math.max(peak, pssOfTree(desk.pid));
  }, 2000);
  const result = (): SoakReport => {
    const lines = trends(samples, warmUp);
    const stray = strayWords(samples);
    const leaks = [
      ...lines.filter(({ grows }) => grows).map(({ figure }) => `${figure} grows`),
      ...stray,
      ...stayedWords(samples),
    ];
    const verdict = leaks.length > 0 || failures.length > 0 ? 'not flat' : verdictOf(lines);
    return { minutes: minute(), warmUp, cycles, failures, leaks, verdict, peak, lines, samples };
  };
  try {
    while (minute() < minutes && failures.length < MOST_FAILURES && !stopping.signal.aborted) {
      const before = { cpu: cpuSeconds(desk.pid), at: performance.now() };
      try {
        await life.cycle(cycles);
      } catch (error) {
        failures.push(`minute ${minute().toFixed(1)}, card ${cycles + 1}: ${error}`);
        console.log(failures.at(-1));
      }
      cycles++;
      const lastAt = samples.at(-1)?.minute ?? Number.NEGATIVE_INFINITY;
      if ((minute() - lastAt) * MINUTE_MS >= SAMPLE_EVERY_MS) {
        // A worker may stay for two seconds behind its last word.
        await untilAlone(desk.pid);
        const kept = keptBytes(folders.root);
        const stray = strays(folders);
        samples.push({ minute: minute(), cycles, strays: stray, kept, ...(await desk.measure()) });
        await save(result());
      }
      const used = cpuSeconds(desk.pid) - before.cpu;
      const taken = (performance.now() - before.at) / 1000;
      const pause = Math.max(Number(values.pause), (used * 100) / Number(values.load) - taken);
      await delay(pause * 1000);
    }
  } finally {
    clearInterval(watch);
  }
  return result();
}

/** As long as that is no leak: a process that stays longer is counted. */
async function untilAlone(pid: number): Promise<void> {
  for (let tries = 0; tries < 50 && childrenOf(pid) > 0; tries++) await delay(100);
}

async function save(report: SoakReport): Promise<void> {
  if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 1)}\n`);
}
