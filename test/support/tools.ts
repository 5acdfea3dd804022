/**
 * What a test needs from the machine: programs, root, loop devices, an operating system. Each function answers "skip?"
 * for `describe.skipIf(...)`. A skip is noted for the summary at the end of the run, so that it is never silent; with
 * PIKEEP_REQUIRE_TOOLS=1 (as .ci/run sets it) it is an error instead.
 */

import { execFileSync } from 'node:child_process';
import {
  accessSync,
  appendFileSync,
  constants,
  mkdtempSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where the notes about skips are kept for the summary; set by test/vitest.config.ts for one run. */
export const SKIP_NOTES = 'PIKEEP_SKIP_NOTES';

/** Debian keeps mke2fs, losetup and friends outside an ordinary user's PATH. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/** True (skip) when one of these programs is not installed. */
export function needsTools(...names: string[]): boolean {
  const missing = names.filter((name) => findTool(name) === null);
  for (const name of missing) note(`program not installed: ${name}`);
  return missing.length > 0;
}

/** The absolute path of a program, also from the folders for administrators; null when it is not installed. */
export function findTool(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  for (const folder of folders) {
    if (!folder.startsWith('/')) continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder; the next one may have it.
    }
  }
  return null;
}

/** True (skip) unless the tests run as root. */
export function needsRoot(): boolean {
  if (process.getuid?.() === 0) return false;
  note('not running as root');
  return true;
}

/** True (skip) where a file cannot be attached as a loop device; tried for real, once a process. */
export function needsLoop(): boolean {
  loopTrouble ??= tryLoop();
  if (loopTrouble === '') return false;
  note(`no loop devices: ${loopTrouble}`);
  return true;
}

/** True (skip) where the machine is not set up as a test needs it; `what` says what is missing. */
export function needsSetting(isSet: boolean, what: string): boolean {
  if (!isSet) note(what);
  return !isSet;
}

/** True (skip) on any other operating system. Not a missing tool: never an error, and not in the list. */
export function needsSystem(name: 'linux' | 'darwin'): boolean {
  return process.platform !== name;
}

let loopTrouble: string | null = null;

/** Empty when it works, else the reason. */
function tryLoop(): string {
  const losetup = findTool('losetup');
  if (process.getuid?.() !== 0) return 'not running as root';
  if (losetup === null) return 'losetup is not installed';
  const folder = mkdtempSync(join(tmpdir(), 'pikeep-loop-'));
  try {
    const file = join(folder, 'disk.img');
    writeFileSync(file, '');
    truncateSync(file, 1024 * 1024);
    const device = execFileSync(losetup, ['--find', '--show', file], { encoding: 'utf8' }).trim();
    execFileSync(losetup, ['--detach', device]);
    return '';
  } catch (error) {
    return String(error).split('\n')[0] ?? 'unknown';
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function note(reason: string): void {
  if (process.env['PIKEEP_REQUIRE_TOOLS'] === '1') {
    throw new Error(`This run must not skip anything (PIKEEP_REQUIRE_TOOLS=1), but: ${reason}`);
  }
  const where = new Error().stack?.match(/[\w./-]*\/(test\/[\w./-]+\.test\.tsx?)/)?.[1];
  const file = process.env[SKIP_NOTES];
  if (file) appendFileSync(file, `${reason}\t${where ?? 'unknown test'}\n`);
}
