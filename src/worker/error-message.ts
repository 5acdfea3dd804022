/** Errors that crossed a process boundary as a code and its facts. */

import { type ErrorCode, type ErrorFacts, errorCodes, PiKeepError } from '../engine/errors.ts';

/** An unknown code, or none, is a failure all the same: INTERNAL. */
export function errorFromMessage(
  error: { code: string; facts: Record<string, unknown> } | null,
): PiKeepError {
  if (!error) return new PiKeepError('INTERNAL', { detail: 'no reason was given' });
  const code = errorCodes.find((known) => known === error.code);
  if (!code) return new PiKeepError('INTERNAL', { detail: `unknown code ${error.code}` });
  return new PiKeepError<ErrorCode>(code, error.facts as unknown as ErrorFacts[ErrorCode]);
}
