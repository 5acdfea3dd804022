/** Runs one program to its end, measuring time and memory. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watchMemory } from './memory.ts';

export interface TimedRun {
  readonly seconds: number;
  /** Peak of the program and all its children, in bytes. */
  readonly peakBytes: number;
  readonly stdout: string;
}

/** Throws when the program fails: a figure of a failed run is none. */
export async function timedRun(command: readonly string[]): Promise<TimedRun> {
  const [file = '', ...args] = command;
  const start = performance.now();
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(child, 'close');
  const memory = child.pid === undefined ? null : watchMemory(child.pid);
  const [status] = await closed.finally(() => memory?.stop());
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) {
    throw new Error(`${command.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  }
  return { seconds, peakBytes: memory?.stop() ?? 0, stdout };
}
