/** Keeping the computer awake and showing a file, on a Linux desktop. */

import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isPiKeepError, PiKeepError } from '../../engine/errors.ts';
import type { Desktop } from '../ports.ts';
import { run } from '../run.ts';
import type { LinuxTools } from './tools.ts';

export function createLinuxDesktop(tools: LinuxTools): Desktop {
  return {
    keepAwake: (reason) => keepAwake(tools, reason),
    reveal: (path) => reveal(tools, path),
    async openExternal(target) {
      // No pane of any desktop's settings is ours to open.
      throw new PiKeepError('UNSUPPORTED', { what: `opening ${target}` });
    },
  } satisfies Desktop;
}

/**
 * Holds a lock of systemd-logind (man systemd-inhibit) for as long as `cat` waits for the end of our pipe, which comes also
 * when this process is killed. Without logind nothing is held: the computer may fall asleep, as it might have anyway.
 */
function keepAwake(tools: LinuxTools, reason: string): { release(): void } {
  const args = ['--what=idle:sleep', '--who=PiKeep', `--why=${reason}`, '--mode=block', 'cat'];
  const child = spawn(tools['systemd-inhibit'], args, { stdio: ['pipe', 'ignore', 'ignore'] });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.unref();
  return { release: () => void child.stdin.end() };
}

/** Throws TOOL_MISSING or TOOL_FAILED when no file manager can be asked. */
async function reveal(tools: LinuxTools, path: string): Promise<void> {
  if (!path.startsWith('/')) throw new PiKeepError('INTERNAL', { detail: `not absolute: ${path}` });
  if (await revealed(tools, path)) return;
  const { status, stderr } = await run(tools['xdg-open'], [dirname(path)]);
  if (status === 0) return;
  const detail = stderr.trim() || `ended with status ${status}`;
  throw new PiKeepError('TOOL_FAILED', { tool: 'xdg-open', detail });
}

/** Asks the running file manager to select the file (freedesktop.org, "File Manager DBus Interface"). */
async function revealed(tools: LinuxTools, path: string): Promise<boolean> {
  // The address goes into a quoted text of GVariant, which ends at an apostrophe; URLs leave that letter as it is.
  const url = pathToFileURL(path).href.replaceAll("'", '%27');
  const args = [
    ...['call', '--session', '--dest', 'org.freedesktop.FileManager1'],
    ...['--object-path', '/org/freedesktop/FileManager1'],
    ...['--method', 'org.freedesktop.FileManager1.ShowItems', `['${url}']`, "''"],
  ];
  try {
    return (await run(tools.gdbus, args, { timeoutMs: 10_000 })).status === 0;
  } catch (error) {
    if (isPiKeepError(error, 'TOOL_MISSING', 'TOOL_FAILED')) return false;
    throw error;
  }
}
