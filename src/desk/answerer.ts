/** Answers what pages ask for beside the snapshot: one question of a kind at a time for each page. */

import * as v from 'valibot';
import {
  type Answer,
  type Answered,
  askSchema,
  MAX_ANSWER_BYTES,
  type Query,
} from '../contract/asks.ts';
import { MAX_MESSAGE_BYTES } from '../contract/panel.ts';
import { asPiKeepError, PiKeepError, throwIfInterrupted } from '../engine/errors.ts';
import { say } from '../language/say.ts';
import { problemOf } from './problem.ts';

/** Finds the answer; ends early with INTERRUPTED when `signal` fires. */
export type FindAnswer = (query: Query, signal: AbortSignal) => Promise<Answer>;

/** Pages that can ask at the same time; a browser's tabs. */
const MAX_ASKING = 64;

export class Answerer {
  readonly #find: FindAnswer;
  readonly #closing = new AbortController();
  readonly #asking = new Map<string, AbortController>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(find: FindAnswer) {
    this.#find = find;
  }

  /** Parses and answers one question. Never rejects; `signal` says that nobody waits any more. */
  async answer(message: unknown, signal: AbortSignal): Promise<Answered> {
    const own = new AbortController();
    let key: string | null = null;
    try {
      const parsed = v.safeParse(askSchema, message);
      if (!parsed.success) {
        const detail = v.summarize(parsed.issues).slice(0, 500);
        throw new PiKeepError('BAD_MESSAGE', { from: 'the panel', detail });
      }
      const { page, query } = parsed.output;
      key = `${page} ${query.ask}`;
      this.#asking.get(key)?.abort();
      if (this.#asking.size >= MAX_ASKING) {
        throw new PiKeepError('USAGE', { detail: say`Too many pages ask at the same time.` });
      }
      this.#asking.set(key, own);
      return await this.#look(query, AbortSignal.any([own.signal, signal, this.#closing.signal]));
    } catch (error) {
      return { ok: false, problem: problemOf(asPiKeepError(error)) };
    } finally {
      if (key !== null && this.#asking.get(key) === own) this.#asking.delete(key);
    }
  }

  /** Ends every question; resolves when nothing works for one any more. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
  }

  async #look(query: Query, signal: AbortSignal): Promise<Answered> {
    throwIfInterrupted(signal);
    const finding = this.#find(query, signal);
    this.#running.add(finding);
    try {
      const answered: Answered = { ok: true, answer: await finding };
      requireBounded(answered.answer);
      return answered;
    } finally {
      this.#running.delete(finding);
    }
  }
}

/** The last guard; what fills an answer keeps to its own limits. Throws INTERNAL. */
function requireBounded(answer: Answer): void {
  const most = answer.ask === 'preview' ? MAX_ANSWER_BYTES : MAX_MESSAGE_BYTES;
  const bytes = Buffer.byteLength(JSON.stringify(answer));
  if (bytes > most) {
    throw new PiKeepError('INTERNAL', { detail: `an answer to ${answer.ask} of ${bytes} bytes` });
  }
}
