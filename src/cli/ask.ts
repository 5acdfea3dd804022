/** A question to the person at the terminal. */

import { createInterface } from 'node:readline/promises';
import { plainText } from './plain-text.ts';

/** Asks "… [y/N]" on stderr; only a clear yes is one. Rejects with the signal's reason when that fires. */
export async function askYesNo(question: string, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ctrl-C arrives here while the question is open, because the terminal is read key by key.
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    const gone = new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
    const answered = lines.question(`${plainText(question)} [y/N] `, { signal });
    const answer = await Promise.race([answered, gone]);
    if (answer === null) process.stderr.write('\n');
    return answer !== null && /^\s*y(es)?\s*$/i.test(answer);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}
