/** Opening a page of ours in the user's browser. */

import { PiKeepError } from '../engine/errors.ts';
import { run } from './run.ts';

/** A desktop that has not answered by then will not. */
const TIMEOUT_MS = 20_000;

/**
 * Opens a local HTML file, given as an absolute path. Throws TOOL_MISSING where there is no desktop to open it in,
 * TOOL_FAILED when the desktop refuses.
 */
export async function openInBrowser(file: string): Promise<void> {
  const tool = process.platform === 'darwin' ? '/usr/bin/open' : 'xdg-open';
  const { status, stderr } = await run(tool, [file], { timeoutMs: TIMEOUT_MS });
  if (status === 0) return;
  // xdg-open names every browser it tried before it says what came of it.
  const detail = stderr.trim().split('\n').at(-1) || `ended with status ${status}`;
  throw new PiKeepError('TOOL_FAILED', { tool, detail });
}
