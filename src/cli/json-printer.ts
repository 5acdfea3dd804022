/** For scripts: one JSON object a line on stdout. Every field is described in docs/scripting.md. */

import type { PiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import { inEnglish } from '../language/english.ts';
import type { Phase, Plan, Progress } from '../worker/progress.ts';
import type { Output } from './output.ts';
import { plainJson } from './plain-text.ts';
import type { Facts, Printer, Telling } from './printer.ts';

/** Milliseconds between two progress lines of one phase and disk; the first and the last of a phase are never left out. */
const PROGRESS_EVERY = 500;

export interface JsonPrinterOptions {
  readonly stdout: Output;
  /** Milliseconds from any fixed point. */
  readonly now: () => number;
}

export class JsonPrinter implements Printer {
  readonly #stdout: Output;
  readonly #now: () => number;
  /** What was printed last of each disk that is worked on. */
  readonly #printed = new Map<unknown, { phase: Phase; at: number }>();

  constructor({ stdout, now }: JsonPrinterOptions) {
    this.#stdout = stdout;
    this.#now = now;
  }

  start(telling: Telling): void {
    this.#print('start', telling.facts);
  }

  progress(progress: Progress, facts: Facts = {}): void {
    const now = this.#now();
    const last = this.#printed.get(facts['disk']);
    const isLast = progress.bytes === progress.total;
    if (last?.phase === progress.phase && !isLast && now - last.at < PROGRESS_EVERY) return;
    this.#printed.set(facts['disk'], { phase: progress.phase, at: now });
    const { phase, bytes, total, bytesPerSecond, secondsLeft } = progress;
    this.#print('progress', { ...facts, phase, bytes, total, bytesPerSecond, secondsLeft });
  }

  plan(plan: Plan, facts: Facts = {}): void {
    const { bytes, readBytes, wholeCard, partitions, cells } = plan;
    this.#print('plan', { ...facts, bytes, readBytes, wholeCard, partitions, cells });
  }

  warning(code: string, text: string, facts: Facts = {}): void {
    this.#print('warning', { ...facts, code, text });
  }

  happened(event: string, telling: Telling): void {
    this.#print(event, telling.facts);
  }

  done(telling: Telling): void {
    this.#print('done', telling.facts);
  }

  error(error: PiKeepError): void {
    const { title, message, next } = inEnglish(() => explain(error));
    this.#print('error', { code: error.code, title, message, next, facts: error.facts });
  }

  #print(event: string, facts: Facts): void {
    this.#stdout.write(`${plainJson({ event, ...facts })}\n`);
  }
}
