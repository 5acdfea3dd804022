/** What a parser of small inputs (a message, a settings file, what a tool printed) has to offer to be fuzzed. */

import { type ErrorCode, isPiKeepError } from '../../../src/engine/errors.ts';
import type { Random } from '../random.ts';

/** How inputs are made and changed: "json" as values, "text" by words and lines, "bytes" by bits and numbers. */
export type InputForm = 'json' | 'text' | 'bytes';

export interface InputParser {
  readonly name: string;
  readonly form: InputForm;
  /** How often it is chosen, against 1 for another parser of small inputs. */
  readonly share?: number;
  /** A sound input. */
  sample(random: Random): Uint8Array;
  /** Words that mean something to it; texts get some of them in odd places. */
  readonly words?: readonly string[];
  /** Makes checksums right again, so that what lies behind them is reached as well. */
  mend?(input: Uint8Array): Uint8Array;
  /** Throws whatever the parser throws and may not, and an Error where its answer cannot be right. */
  judge(input: Uint8Array, folder: string): Promise<void> | void;
}

/** Passes over the failures that a parser is documented to have. */
export async function unless(
  codes: readonly [ErrorCode, ...ErrorCode[]],
  work: () => unknown,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isPiKeepError(error, ...codes)) throw error;
  }
}

export function textOf(input: Uint8Array): string {
  return Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString('utf8');
}

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}

/** Undefined for what is no JSON. */
export function jsonOf(input: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(input));
  } catch {
    return undefined;
  }
}
