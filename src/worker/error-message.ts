/** Errors that crossed a process boundary as a code and its facts. */

import * as v from 'valibot';
import { type ErrorCode, type ErrorFacts, errorCodes, PiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';

/** An unknown code, none, or one without the facts that its words need is a failure all the same: INTERNAL. */
export function errorFromMessage(
  error: { code: string; facts: Record<string, unknown> } | null,
): PiKeepError {
  if (!error) return new PiKeepError('INTERNAL', { detail: 'no reason was given' });
  const code = errorCodes.find((known) => known === error.code);
  if (!code) return new PiKeepError('INTERNAL', { detail: `unknown code ${error.code}` });
  const known = new PiKeepError<ErrorCode>(code, error.facts as unknown as ErrorFacts[ErrorCode]);
  return hasWords(known)
    ? known
    : new PiKeepError('INTERNAL', { detail: `${code} came without its facts` });
}

/** Facts from elsewhere have no type: whether they can be told shows when they are. */
function hasWords(error: PiKeepError): boolean {
  try {
    const words: unknown = explain(error);
    return v.is(v.object({ title: v.string(), message: v.string(), next: v.string() }), words);
  } catch (thrown) {
    if (thrown instanceof TypeError || thrown instanceof RangeError) return false;
    throw thrown;
  }
}
