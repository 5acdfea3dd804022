/** For people: results on stdout; progress, warnings and failures on stderr, where they do not disturb a pipe. */

import type { PiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import type { Phase, Plan, Progress } from '../worker/progress.ts';
import type { Output } from './output.ts';
import { plainText } from './plain-text.ts';
import { planLines } from './plan-lines.ts';
import type { Printer, Telling } from './printer.ts';
import { progressLine } from './progress-line.ts';
import { type Style, styleFor } from './style.ts';

/** Milliseconds between two drawings of the live line. */
const DRAW_EVERY = 100;
/** Without a terminal a line is printed at every new phase and at every tenth of it. */
const PLAIN_STEPS = 10;

export interface TextPrinterOptions {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds from any fixed point. */
  readonly now: () => number;
}

export class TextPrinter implements Printer {
  readonly #stdout: Output;
  readonly #stderr: Output;
  readonly #now: () => number;
  readonly #style: Style;
  readonly #resultStyle: Style;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #drawnPhase: Phase | null = null;
  #drawnStep = -1;

  constructor({ stdout, stderr, env, now }: TextPrinterOptions) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#now = now;
    this.#style = styleFor(stderr.isTerminal, env);
    this.#resultStyle = styleFor(stdout.isTerminal, env);
  }

  start(telling: Telling): void {
    this.#say(telling.lines.map(plainText));
  }

  progress(progress: Progress): void {
    if (this.#stderr.isTerminal) this.#draw(progress);
    else this.#step(progress);
  }

  plan(plan: Plan): void {
    this.#say(planLines(plan).map(plainText));
  }

  warning(_code: string, text: string): void {
    this.#say([`${this.#style.careful('Note:')} ${plainText(text)}`]);
  }

  happened(_event: string, telling: Telling): void {
    this.#endLine();
    this.#print(telling.lines.map(plainText));
  }

  done(telling: Telling): void {
    this.#endLine();
    const [first, ...others] = telling.lines.map(plainText);
    if (first !== undefined) this.#print([this.#resultStyle.strong(first), ...others]);
  }

  error(error: PiKeepError): void {
    const { title, message, next } = explain(error);
    this.#say([`${this.#style.bad(`${title}.`)} ${plainText(message)}`, plainText(next)]);
  }

  /** Progress of one phase seldom matters more often than the eye can follow; its last line always does. */
  #draw(progress: Progress): void {
    const now = this.#now();
    const isNew = progress.phase !== this.#drawnPhase;
    const isLast = progress.bytes === progress.total;
    if (!isNew && !isLast && now - this.#drawnAt < DRAW_EVERY) return;
    if (isNew) this.#endLine();
    this.#drawnAt = now;
    this.#drawnPhase = progress.phase;
    this.#stderr.write(`\r\u001b[K${progressLine(progress, this.#stderr.columns)}`);
  }

  #step(progress: Progress): void {
    const { phase, bytes, total } = progress;
    const step = total > 0 ? Math.floor((bytes / total) * PLAIN_STEPS) : 0;
    if (phase === this.#drawnPhase && step <= this.#drawnStep) return;
    this.#drawnPhase = phase;
    this.#drawnStep = step;
    this.#stderr.write(`${progressLine(progress, 200)}\n`);
  }

  #say(lines: readonly string[]): void {
    this.#endLine();
    for (const line of lines) this.#stderr.write(`${line}\n`);
  }

  #print(lines: readonly string[]): void {
    for (const line of lines) this.#stdout.write(`${line}\n`);
  }

  #endLine(): void {
    if (this.#drawnPhase === null || !this.#stderr.isTerminal) return;
    this.#stderr.write('\n');
    this.#drawnPhase = null;
  }
}
