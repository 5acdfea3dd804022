/** For people: results on stdout; progress, warnings and failures on stderr, where they do not disturb a pipe. */

import type { PiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import { inEnglish } from '../language/english.ts';
import type { Plan, Progress } from '../worker/progress.ts';
import { LiveLines } from './live-lines.ts';
import type { Output } from './output.ts';
import { plainText } from './plain-text.ts';
import { planLines } from './plan-lines.ts';
import type { Facts, Printer, Telling } from './printer.ts';
import { type Style, styleFor } from './style.ts';

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
  readonly #style: Style;
  readonly #resultStyle: Style;
  readonly #live: LiveLines;
  #isParallel = false;

  constructor({ stdout, stderr, env, now }: TextPrinterOptions) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#live = new LiveLines(stderr, now);
    this.#style = styleFor(stderr.isTerminal, env);
    this.#resultStyle = styleFor(stdout.isTerminal, env);
  }

  start(telling: Telling): void {
    this.#isParallel = telling.isParallel === true;
    this.#say(telling.lines.map(plainText));
  }

  progress(progress: Progress, facts: Facts = {}): void {
    this.#live.show(progress, this.#diskIn(facts));
  }

  plan(plan: Plan): void {
    this.#say(planLines(plan).map(plainText));
  }

  warning(_code: string, text: string, facts: Facts = {}): void {
    const disk = this.#diskIn(facts);
    const said = plainText(disk === null ? text : `${disk}: ${text}`);
    this.#say([`${this.#style.careful('Note:')} ${said}`]);
  }

  happened(_event: string, telling: Telling): void {
    this.#live.end();
    this.#print(telling.lines.map(plainText));
  }

  done(telling: Telling): void {
    this.#live.end();
    const [first, ...others] = telling.lines.map(plainText);
    if (first !== undefined) this.#print([this.#resultStyle.strong(first), ...others]);
  }

  error(error: PiKeepError): void {
    const { title, message, next } = inEnglish(() => explain(error));
    this.#say([`${this.#style.bad(`${title}.`)} ${plainText(message)}`, plainText(next)]);
  }

  /** The disk that has to be named, because it is not the only one. */
  #diskIn(facts: Facts): string | null {
    const { disk } = facts;
    return this.#isParallel && typeof disk === 'string' ? disk : null;
  }

  #say(lines: readonly string[]): void {
    this.#live.end();
    for (const line of lines) this.#stderr.write(`${line}\n`);
  }

  #print(lines: readonly string[]): void {
    for (const line of lines) this.#stdout.write(`${line}\n`);
  }
}
