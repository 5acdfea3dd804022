/** Runs cases on a thread of its own, where a hang or a flood of memory can be ended from outside. */

import { parentPort, workerData } from 'node:worker_threads';
import * as v from 'valibot';
import { caseSchema } from './change.ts';
import { CaseRunner } from './run-case.ts';

export const workSchema = v.object({
  /** The number of the case that is being run, for the watchdog. */
  current: v.instance(Int32Array),
  first: v.number(),
  count: v.number(),
  names: v.array(v.string()),
  /** For files that parsers read. */
  folder: v.string(),
  /** Instead of numbered cases. */
  vector: v.nullable(caseSchema),
});

export type Work = v.InferOutput<typeof workSchema>;

export type WorkerMessage =
  | {
      readonly finding: {
        readonly number: number;
        readonly what: string;
        readonly vector: v.InferOutput<typeof caseSchema>;
      };
    }
  | { readonly ready: true }
  | { readonly done: true };

if (parentPort)
  await work(v.parse(workSchema, workerData), (message) => parentPort?.postMessage(message));

async function work(
  { current, first, count, names, vector, folder }: Work,
  tell: (message: WorkerMessage) => void,
): Promise<void> {
  const runner = new CaseRunner(folder);
  tell({ ready: true });
  for (let number = first; number < first + count; number++) {
    Atomics.store(current, 0, number);
    const tried = vector ?? (await runner.caseOf(number, names));
    const what = await runner.run(tried);
    if (what === null) continue;
    const smallest = vector ?? (await runner.minimise(tried));
    tell({ finding: { number, what, vector: smallest } });
  }
  tell({ done: true });
}
