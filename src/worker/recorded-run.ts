/** Running tasks with a record of each in the log: what it was, how it was let in, how fast it went, and how it ended. */

import { randomBytes } from 'node:crypto';
import { asPiKeepError, isPiKeepError, type PiKeepError } from '../engine/errors.ts';
import { SpeedSamples } from '../engine/speed-samples.ts';
import type { Log } from '../platform/log.ts';
import type { Note } from './note.ts';
import { errnoBehind } from './noted-platform.ts';
import type { Held, Progress } from './progress.ts';
import type { TaskResult } from './protocol.ts';
import type { RunTask } from './run-task.ts';
import type { Task } from './tasks.ts';
import type { Stall } from './watchdog.ts';

/** Seconds since some fixed moment. */
export type Seconds = () => number;

const systemSeconds: Seconds = () => performance.now() / 1000;

/** `run` with everything written down that its listeners hear, and the ends of it. */
export function recordedRun(run: RunTask, log: Log, seconds: Seconds = systemSeconds): RunTask {
  return async (task, options) => {
    const record = new TaskRecord(task, log, seconds);
    try {
      const result = await run(task, {
        ...options,
        onProgress(progress) {
          record.progressed(progress);
          options.onProgress?.(progress);
        },
        onNote(note) {
          record.noted(note);
          options.onNote?.(note);
        },
        onHeld(held) {
          record.held(held);
          options.onHeld?.(held);
        },
        onStall(stall) {
          record.stalled(stall);
          options.onStall?.(stall);
        },
      });
      record.finished(result);
      return result;
    } catch (error) {
      record.failed(asPiKeepError(error));
      throw error;
    }
  };
}

/** They come with every look at a page; only what should never happen to them is worth a line. */
const quietTasks: ReadonlySet<Task['task']> = new Set(['survey', 'list-files', 'preview']);

class TaskRecord {
  readonly #log: Log;
  readonly #seconds: Seconds;
  readonly #task: Task;
  readonly #isQuiet: boolean;
  /** Tells the lines of one task from those of another. */
  readonly #job: string;
  readonly #began: number;
  readonly #samples = new SpeedSamples();
  #phase: { name: Progress['phase']; began: number; bytes: number; at: number } | null = null;
  #stalls = 0;
  #longestStall = 0;
  #inStall = false;

  constructor(task: Task, log: Log, seconds: Seconds) {
    this.#task = task;
    this.#log = log;
    this.#seconds = seconds;
    this.#isQuiet = quietTasks.has(task.task);
    this.#job = `#${randomBytes(3).toString('hex')}`;
    this.#began = seconds();
    if (!this.#isQuiet) log.write('job-begin', { job: this.#job, ...orderOf(task) });
  }

  progressed({ phase, bytes }: Progress): void {
    const at = this.#seconds();
    const before = this.#phase;
    if (before?.name !== phase) {
      this.#endPhase(at);
      this.#phase = { name: phase, began: at, bytes, at };
      return;
    }
    const since = this.#began;
    if (bytes >= before.bytes)
      this.#samples.add(before.at - since, at - since, bytes - before.bytes);
    this.#phase = { ...before, bytes, at };
  }

  noted({ note, ...facts }: Note): void {
    if (this.#isQuiet) return;
    this.#log.write(note, { job: this.#job, ...facts });
  }

  held(held: Held | null): void {
    this.#log.write('held', { job: this.#job, ...(held ?? { why: null }) });
  }

  /** Told again and again while it lasts; written down when it begins and when it is over. */
  stalled(stall: Stall | null): void {
    if (stall) this.#longestStall = Math.max(this.#longestStall, stall.seconds);
    const isIn = stall !== null;
    if (isIn === this.#inStall) return;
    this.#inStall = isIn;
    if (stall) this.#stalls += 1;
    this.#log.write('stall', {
      job: this.#job,
      ...(stall ? { who: stall.who, phase: stall.phase, seconds: stall.seconds } : { who: null }),
    });
  }

  finished(result: TaskResult): void {
    this.#end({ outcome: isIncomplete(result) ? 'incomplete' : 'done', ...figuresOf(result) });
  }

  failed(error: PiKeepError): void {
    const isCancelled = isPiKeepError(error, 'INTERRUPTED');
    if (this.#isQuiet) {
      if (isOurs(error)) this.#log.write('error', { task: this.#task.task, ...failureOf(error) });
      return;
    }
    this.#end(isCancelled ? { outcome: 'cancelled' } : { outcome: 'failed', ...failureOf(error) });
  }

  #end(how: Readonly<Record<string, unknown>>): void {
    if (this.#isQuiet) return;
    const at = this.#seconds();
    this.#endPhase(at);
    const { stepSeconds, points } = this.#samples.curve();
    this.#log.write('job-end', {
      job: this.#job,
      task: this.#task.task,
      ...how,
      seconds: rounded(at - this.#began),
      stalls: this.#stalls,
      longestStall: this.#longestStall,
      stepSeconds,
      // In kB/s, so that a line stays short.
      speed: points.map((point) => Math.round(point / 1000)),
    });
  }

  #endPhase(at: number): void {
    const phase = this.#phase;
    if (!phase || this.#isQuiet) return;
    const { name, bytes } = phase;
    const seconds = rounded(at - phase.began);
    this.#log.write('phase', { job: this.#job, phase: name, seconds, bytes });
  }
}

/** What was asked for, without what it was asked of. */
function orderOf(task: Task): Readonly<Record<string, unknown>> {
  const source =
    'source' in task ? { slot: task.source.slot !== null, door: task.source.door } : {};
  switch (task.task) {
    case 'backup': {
      const { format, verify, wholeCard, forceUnmount: force } = task;
      return { task: task.task, ...source, format, verify, whole: wholeCard, force };
    }
    case 'restore': {
      const { mode, grow, forceUnmount: force } = task;
      return { task: task.task, ...source, mode, grow, force };
    }
    default:
      return { task: task.task, ...source };
  }
}

function isIncomplete(result: TaskResult): boolean {
  return result.task === 'backup' && result.unreadable !== null;
}

function figuresOf(result: TaskResult): Readonly<Record<string, unknown>> {
  switch (result.task) {
    case 'backup': {
      const { bytes, readBytes, storedBytes, verified } = result;
      return { bytes, readBytes, storedBytes, verified };
    }
    case 'restore': {
      const { bytes, writtenBytes, verified } = result;
      return { bytes, writtenBytes, verified };
    }
    default:
      return {};
  }
}

function failureOf(error: PiKeepError): Readonly<Record<string, unknown>> {
  return { code: error.code, errno: errnoBehind(error), facts: error.facts };
}

/** Not the answer to a question, but a fault of PiKeep or of its parts. */
function isOurs(error: PiKeepError): boolean {
  return isPiKeepError(error, 'INTERNAL', 'WORKER_DIED', 'BAD_MESSAGE', 'HELPER_FAILED', 'STALLED');
}

function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
