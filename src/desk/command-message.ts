/** What a page sends, taken for a command or refused. */

import * as v from 'valibot';
import { type Command, commandSchema, type Reply } from '../contract/panel.ts';
import { PiKeepError } from '../engine/errors.ts';
import { problemOf } from './problem.ts';

/** Resolves with what `carryOut` replies, or with why the message is no command. Throws only what that throws. */
export async function replyTo(
  message: unknown,
  carryOut: (command: Command) => Promise<Reply>,
): Promise<Reply> {
  const parsed = v.safeParse(commandSchema, message);
  if (parsed.success) return carryOut(parsed.output);
  const detail = v.summarize(parsed.issues).slice(0, 500);
  const error = new PiKeepError('BAD_MESSAGE', { from: 'the panel', detail });
  return { ok: false, problem: problemOf(error) };
}
