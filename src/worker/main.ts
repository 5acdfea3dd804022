/** The worker process: takes one task, does it, says how it went, ends. A crash here is a failed job, not a dead app. */

import * as v from 'valibot';
import { asPiKeepError, PiKeepError } from '../engine/errors.ts';
import { isLocale, type Tongue } from '../language/languages.ts';
import { useLanguage } from '../language/use-language.ts';
import { createPlatform } from '../platform/index.ts';
import { runBackup } from './backup-task.ts';
import { runCheck } from './check-task.ts';
import { runCompare } from './compare-task.ts';
import { countedPlatform } from './counted-platform.ts';
import { runDiffImages } from './diff-images-task.ts';
import { runExtract } from './extract-task.ts';
import { runInspect } from './inspect-task.ts';
import { runListFiles } from './list-files-task.ts';
import { notedPlatform } from './noted-platform.ts';
import { linkToOwner } from './owner-link.ts';
import { patientContext } from './patient-context.ts';
import { runPreview } from './preview-task.ts';
import { type FromWorker, type TaskResult, toWorkerSchema } from './protocol.ts';
import { RemoteAuthorizer } from './remote-authorizer.ts';
import { runRestore } from './restore-task.ts';
import { runSurvey } from './survey-task.ts';
import type { TaskContext } from './task-context.ts';
import type { Task } from './tasks.ts';
import { runUndo } from './undo-task.ts';
import { runVerify } from './verify-task.ts';
import { WorkCounter } from './work-counter.ts';

/** Milliseconds between two signs of life; the owner makes of their absence that this process hangs. */
const ALIVE_EVERY_MS = 5000;

/** Runs until the task has ended or the owner has gone. */
export function runWorker(): void {
  const link = linkToOwner();
  const abort = new AbortController();
  let keeps = false;
  const stop = (keep: boolean): void => {
    // Whoever asked first is obeyed.
    if (!abort.signal.aborted) keeps = keep;
    abort.abort();
  };
  const post = (message: FromWorker): void => {
    link.post(message).catch(() => stop(true));
  };
  const authorizer = new RemoteAuthorizer((right, prompt) =>
    post({ message: 'authorize', right, prompt }),
  );
  const counter = new WorkCounter();
  const alive = setInterval(
    () => post({ message: 'alive', work: counter.ended, waitsFor: counter.waitsFor }),
    ALIVE_EVERY_MS,
  );
  alive.unref();
  const context: TaskContext = patientContext({
    createPlatform: async (place) =>
      notedPlatform(countedPlatform(await createPlatform(place), counter), (note) =>
        post({ message: 'note', note }),
      ),
    authorizer,
    signal: abort.signal,
    keepsPartial: () => keeps,
    now: () => Date.now(),
    monotonic: () => performance.now(),
    progress: (progress) => post({ message: 'progress', progress: roundFigures(progress) }),
    plan: (plan) => post({ message: 'plan', plan }),
    held: (held) => post({ message: 'held', held }),
    warn: (code, text) => post({ message: 'warning', code, text }),
  });
  // A terminal sends these to the whole group; the owner decides what they mean and says "cancel".
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('SIGTERM', () => stop(true));
  let started = false;

  link.onGone(() => {
    stop(true);
    if (!started) process.exit(1);
  });
  link.onMessage((raw) => {
    const parsed = v.safeParse(toWorkerSchema, raw);
    if (!parsed.success) {
      const detail = parsed.issues[0].message;
      return void finish(link, new PiKeepError('BAD_MESSAGE', { from: 'owner', detail }));
    }
    const message = parsed.output;
    switch (message.message) {
      case 'cancel':
        return stop(message.keep);
      case 'authorized':
        return authorizer.answer(message);
      case 'start':
        if (started) return;
        started = true;
        inTongue(message.tongue, () => perform(message.task, context)).then(
          (result) => finish(link, result),
          (error: unknown) => finish(link, asPiKeepError(error)),
        );
    }
  });
}

/** Of a language that cannot be had, the task does without. */
async function inTongue<T>(tongue: Tongue | undefined, work: () => Promise<T>): Promise<T> {
  if (tongue && isLocale(tongue.locale)) await useLanguage(tongue);
  return work();
}

function perform(task: Task, context: TaskContext): Promise<TaskResult> {
  switch (task.task) {
    case 'backup':
      return runBackup(task, context);
    case 'verify':
      return runVerify(task, context);
    case 'compare':
      return runCompare(task, context);
    case 'check':
      return runCheck(task, context);
    case 'inspect':
      return runInspect(task, context);
    case 'survey':
      return runSurvey(task, context);
    case 'restore':
      return runRestore(task, context);
    case 'undo':
      return runUndo(task, context);
    case 'list-files':
      return runListFiles(task, context);
    case 'extract':
      return runExtract(task, context);
    case 'preview':
      return runPreview(task, context);
    case 'diff-images':
      return runDiffImages(task, context);
  }
}

/** Says the last word and ends; Node can hang in exit after WebAssembly and thread-pool work, so the owner kills too. */
async function finish(
  link: ReturnType<typeof linkToOwner>,
  outcome: TaskResult | PiKeepError,
): Promise<void> {
  const message: FromWorker =
    outcome instanceof PiKeepError
      ? { message: 'failed', error: { code: outcome.code, facts: { ...outcome.facts } } }
      : { message: 'done', result: outcome };
  try {
    await link.post(message);
  } finally {
    process.exit(outcome instanceof PiKeepError ? 1 : 0);
  }
}

function roundFigures<T extends { bytesPerSecond: number | null; secondsLeft: number | null }>(
  progress: T,
): T {
  const round = (value: number | null): number | null =>
    value === null ? null : Math.round(value);
  return {
    ...progress,
    bytesPerSecond: round(progress.bytesPerSecond),
    secondsLeft: round(progress.secondsLeft),
  };
}
