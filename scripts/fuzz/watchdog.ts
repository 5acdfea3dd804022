/** Runs many cases and survives what they do: one that takes too long or too much memory is ended, noted and passed over. */

import { Worker } from 'node:worker_threads';
import type { AnyCase } from './change.ts';
import { inputFolder } from './inputs/index.ts';
import { CaseRunner } from './run-case.ts';
import type { Work, WorkerMessage } from './worker.ts';

export interface Finding {
  /** Starting the fuzzer with this seed and one run does it again. */
  readonly number: number;
  readonly what: string;
  readonly vector: AnyCase;
}

export interface FuzzOptions {
  readonly names: readonly string[];
  readonly first: number;
  readonly runs: number;
  /** Ends earlier. */
  readonly milliseconds?: number;
  readonly onFinding?: (finding: Finding) => void;
  /** Cases so far. */
  readonly onProgress?: (runs: number) => void;
}

export interface FuzzResult {
  readonly runs: number;
  readonly findings: readonly Finding[];
}

/** Of the processor, by the whole process: another program that holds it makes no finding. */
const CASE_LIMIT_MS = 5000;
/** On the clock, for what waits for ever; and for a thread to load what it runs. */
const WAIT_LIMIT_MS = 120_000;
/** Of the whole process: the seeds, an engine that may take 250 MB, and what is not collected yet. */
const MEMORY_LIMIT_BYTES = 1_300_000_000;
const HEAP_MEGABYTES = 250;
const LOOK_MS = 100;
/** A thread is ended after so many cases, and with it whatever they left behind. */
const BATCH = 20_000;

export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const folder = inputFolder();
  try {
    return await fuzzIn(folder.path, options);
  } finally {
    folder.remove();
  }
}

async function fuzzIn(folder: string, options: FuzzOptions): Promise<FuzzResult> {
  const { names, first, runs, milliseconds = Number.POSITIVE_INFINITY } = options;
  const end = performance.now() + milliseconds;
  const findings: Finding[] = [];
  const note = (finding: Finding): void => {
    findings.push(finding);
    options.onFinding?.(finding);
  };
  let next = first;
  while (next < first + runs && performance.now() < end) {
    const count = Math.min(BATCH, first + runs - next);
    const work = { first: next, count, names: [...names], vector: null, folder };
    const { number, ended } = await runThread(work, end, note);
    next = number + 1;
    options.onProgress?.(next - first);
    if (ended === null) continue;
    // Collecting what earlier cases left is slow, too: what is slow has to be slow twice.
    const again = await runThread(
      { ...work, first: number, count: 1 },
      Number.POSITIVE_INFINITY,
      note,
    );
    if (again.ended === null) continue;
    note({ number, what: again.ended, vector: await new CaseRunner(folder).caseOf(number, names) });
  }
  return { runs: next - first, findings };
}

/** Runs one saved case again. Null when all is well. */
export async function replay(vector: AnyCase): Promise<string | null> {
  const folder = inputFolder();
  let what: string | null = null;
  try {
    const { ended } = await runThread(
      { first: 0, count: 1, names: [], vector, folder: folder.path },
      Number.POSITIVE_INFINITY,
      (finding) => {
        what = finding.what;
      },
    );
    return what ?? ended;
  } finally {
    folder.remove();
  }
}

interface ThreadEnd {
  /** The last case that was run. */
  readonly number: number;
  /** Why its thread was ended; null when it came to its end, or time was up. */
  readonly ended: string | null;
}

function runThread(
  work: Omit<Work, 'current'>,
  deadline: number,
  note: (finding: Finding) => void,
): Promise<ThreadEnd> {
  const current = new Int32Array(new SharedArrayBuffer(4));
  current[0] = work.first;
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { ...work, current },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
  });
  return new Promise((resolve) => {
    let seen = work.first;
    let since = performance.now();
    let used = Number.POSITIVE_INFINITY;
    let finished = false;
    const finish = (ended: string | null): void => {
      if (finished) return;
      finished = true;
      clearInterval(timer);
      const number = Atomics.load(current, 0);
      void worker.terminate().then(() => resolve({ number, ended }));
    };
    const timer = setInterval(() => {
      const now = performance.now();
      const number = Atomics.load(current, 0);
      if (number !== seen) {
        since = now;
        used = processorMs();
      }
      seen = number;
      const isSlow = processorMs() - used > CASE_LIMIT_MS || now - since > WAIT_LIMIT_MS;
      if (isSlow) finish(`it takes more than ${CASE_LIMIT_MS / 1000} s`);
      else if (process.memoryUsage.rss() > MEMORY_LIMIT_BYTES) finish('it takes too much memory');
      else if (now > deadline) finish(null);
    }, LOOK_MS);
    worker.on('message', (message: WorkerMessage) => {
      if ('finding' in message) note(message.finding);
      else if ('ready' in message) used = processorMs();
      else finish(null);
    });
    worker.on('exit', () => finish('it never answers'));
    worker.on('error', (error) => finish(String(error)));
  });
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
