/** Has workers do what needs no card, and reports to the desk what becomes of it. */

import { dirname } from 'node:path';
import { asPiKeepError, PiKeepError } from '../engine/errors.ts';
import { say } from '../language/say.ts';
import {
  type CheckRecord,
  checkKey,
  MAX_FINDINGS,
  MAX_SENTENCE,
} from '../library/check-records.ts';
import type { CheckResult } from '../worker/check-results.ts';
import type { RunTask, StartWorker } from '../worker/run-task.ts';
import { isUnderWay } from './errand-steps.ts';
import type { ErrandTask } from './library-tasks.ts';
import type { Shelf } from './shelf.ts';
import type { DeskInput, DeskState, ErrandOrder } from './state.ts';
import { tilde } from './view.ts';

export interface ErrandRunnerOptions {
  readonly runTask: RunTask;
  readonly startWorker: StartWorker;
  readonly home: string;
  readonly shelf: Pick<Shelf, 'keep' | 'look'>;
  readonly state: () => DeskState;
  readonly apply: (input: DeskInput) => void;
}

interface Waiting {
  readonly errand: string;
  readonly order: ErrandOrder;
  readonly task: ErrandTask;
}

/** More than anybody starts before looking at what came of them. */
const MAX_WAITING = 50;

/** One at a time reads images from beginning to end; files are saved at once. */
export class ErrandRunner {
  readonly #options: ErrandRunnerOptions;
  readonly #running = new Map<string, { controller: AbortController; ended: Promise<void> }>();
  readonly #closing = new AbortController();
  #waiting: readonly Waiting[] = [];
  #reading: string | null = null;

  constructor(options: ErrandRunnerOptions) {
    this.#options = options;
  }

  /** Throws USAGE when the same is waiting or at work, or too much waits. */
  add(order: ErrandOrder, task: ErrandTask): void {
    const { apply, state } = this.#options;
    const underWay = state().errands.filter((one) => isUnderWay(one.state));
    const isSame = underWay.some(
      ({ kind, image }) => kind === order.kind && kind !== 'save' && image === order.image,
    );
    if (isSame) throw new PiKeepError('USAGE', { detail: say`That is being done already.` });
    if (underWay.length >= MAX_WAITING) {
      throw new PiKeepError('USAGE', { detail: say`${MAX_WAITING} of these are waiting already.` });
    }
    apply({ input: 'errand-added', order });
    const errand = state().errands.at(-1)?.id;
    if (errand === undefined) throw new PiKeepError('INTERNAL', { detail: 'no errand was made' });
    this.#waiting = [...this.#waiting, { errand, order, task }];
    this.#next();
  }

  cancel(errand: string): void {
    this.#waiting = this.#waiting.filter((one) => one.errand !== errand);
    this.#options.apply({ input: 'errand-cancelling', errand });
    this.#running.get(errand)?.controller.abort();
  }

  async close(): Promise<void> {
    this.#waiting = [];
    this.#closing.abort();
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  #next(): void {
    for (const one of this.#waiting) {
      const reads = one.order.kind !== 'save';
      if (reads && this.#reading !== null) continue;
      if (reads) this.#reading = one.errand;
      this.#waiting = this.#waiting.filter((other) => other !== one);
      this.#begin(one);
    }
  }

  #begin(waiting: Waiting): void {
    const { errand } = waiting;
    const controller = new AbortController();
    this.#options.apply({ input: 'errand-begun', errand });
    const signal = AbortSignal.any([controller.signal, this.#closing.signal]);
    const ended = this.#carryOut(waiting, signal).finally(() => {
      this.#running.delete(errand);
      if (this.#reading === errand) this.#reading = null;
      if (!this.#closing.signal.aborted) this.#next();
    });
    this.#running.set(errand, { controller, ended });
  }

  async #carryOut({ errand, order, task }: Waiting, signal: AbortSignal): Promise<void> {
    const { runTask, startWorker, home, shelf, state, apply } = this.#options;
    try {
      const result = await runTask(task, {
        startWorker,
        authorizer: null,
        signal,
        onProgress: (progress) => apply({ input: 'errand-progressed', errand, progress }),
      });
      if (result.task === 'check') await shelf.keep(recordOf(result, order.image, state()));
      const made = result.task === 'extract' ? result.made[0] : undefined;
      const place = made === undefined ? '' : tilde(dirname(made), home);
      apply({ input: 'errand-finished', errand, result, place });
    } catch (error) {
      apply({ input: 'errand-failed', errand, error: asPiKeepError(error) });
      // What stands against it may be that the library is not what it was.
      if (!signal.aborted) await shelf.look();
    }
  }
}

function recordOf(result: CheckResult, image: string, { shelf }: DeskState): CheckRecord {
  const { at, verdict, sentence, checks, verified } = result;
  const backup = shelf.library?.backups.find(({ path }) => path === image);
  const plain = shelf.library?.images.find(({ path }) => path === image);
  const cut = (text: string): string => text.slice(0, MAX_SENTENCE).toWellFormed();
  return {
    backup: checkKey(backup ?? { path: image, at: '', contentSha256: null, copyOf: null }),
    at: new Date(at).toISOString(),
    verdict,
    sentence: cut(sentence),
    checks: checks.slice(0, MAX_FINDINGS).map((check) => ({
      ...check,
      detail: cut(check.detail),
      next: check.next === null ? null : cut(check.next),
    })),
    more: Math.max(0, checks.length - MAX_FINDINGS),
    wasRead: verified !== null,
    image: {
      bytes: backup?.fileBytes ?? plain?.fileBytes ?? 0,
      modified: backup ? Math.trunc(backup.stamp.mtimeMs) : Date.parse(plain?.modified ?? at),
    },
  };
}
