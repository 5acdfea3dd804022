/** Questions to the person at the terminal. */

import { createInterface } from 'node:readline/promises';
import { plainText } from './plain-text.ts';
import type { Session } from './session.ts';

/** The part of a session that asking needs. */
export type Asking = Pick<Session, 'options' | 'stderr' | 'signal'>;

/** Somebody is there to answer. */
export function canAsk({ options, stderr }: Asking): boolean {
  return !options.json && stderr.isTerminal && process.stdin.isTTY === true;
}

/** Asks "… [y/N]" on stderr; only a clear yes is one. Rejects with the signal's reason when that fires. */
export async function askYesNo(question: string, signal: AbortSignal): Promise<boolean> {
  const answer = await askLine(`${question} [y/N]`, signal);
  return answer !== null && /^y(es)?$/i.test(answer);
}

/** What was typed, without spaces around it; null when the terminal was closed. Rejects as `askYesNo` does. */
export async function askLine(question: string, signal: AbortSignal): Promise<string | null> {
  signal.throwIfAborted();
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ctrl-C arrives here while the question is open, because the terminal is read key by key.
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    const gone = new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
    const answered = lines.question(`${plainText(question)} `, { signal });
    const answer = await Promise.race([answered, gone]);
    if (answer === null) process.stderr.write('\n');
    return answer?.trim() ?? null;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}
