/** Asks `diskutil` and returns its property list. */

import { PiKeepError } from '../../engine/errors.ts';
import { run } from '../run.ts';
import { type Dictionary, parsePropertyList } from './property-list.ts';
import type { MacTools } from './tools.ts';

/** Milliseconds. A slow disk makes `diskutil` wait for its probing. */
const TIMEOUT_MS = 30_000;

/** `diskutil list -plist`: every disk and partition. Throws TOOL_MISSING, TOOL_FAILED, INTERRUPTED. */
export async function askList(tools: MacTools, signal?: AbortSignal): Promise<Dictionary> {
  const { reply, problem } = await ask(tools, ['list', '-plist'], signal);
  if (problem !== null) throw failed(problem);
  return reply;
}

/**
 * `diskutil info -plist TARGET` for a disk name, a device node or a mount point. Null when there is no such disk (it has
 * left since it was listed). The flag must stand before the target: behind it, diskutil refuses with status 1.
 */
export async function askInfo(
  tools: MacTools,
  target: string,
  signal?: AbortSignal,
): Promise<Dictionary | null> {
  const { reply, problem } = await ask(tools, ['info', '-plist', target], signal);
  if (problem === null) return reply;
  if (problem.startsWith('Could not find disk')) return null;
  throw failed(problem);
}

/** Failures are property lists too: {Error, ErrorMessage, ExitCode}, with a status that is not 0. */
async function ask(
  tools: MacTools,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ reply: Dictionary; problem: string | null }> {
  const result = await run(tools.diskutil, args, { signal, timeoutMs: TIMEOUT_MS });
  if (result.status !== 0 && result.stdout.trim() === '') {
    throw failed(result.stderr.trim() || `ended with status ${result.status}`);
  }
  const reply = parsePropertyList(result.stdout, 'diskutil');
  if (reply.flag('Error') !== true && result.status === 0) return { reply, problem: null };
  return { reply, problem: reply.filled('ErrorMessage') ?? `ended with status ${result.status}` };
}

function failed(detail: string): PiKeepError {
  return new PiKeepError('TOOL_FAILED', { tool: 'diskutil', detail });
}
