/** Small file systems and partition tables in image files, made by the tools that judge our readers. */

import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool } from './tools.ts';

/** Runs a tool with text for its standard input; throws with its output when it fails. */
export function tool(name: string, args: readonly string[], input = ''): string {
  return execFileSync(findTool(name) ?? name, [...args], {
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
    // The judges speak the same on every machine: names on a FAT go through the locale.
    env: { ...process.env, MTOOLS_SKIP_CHECK: '1', LC_ALL: 'C.UTF-8' },
  });
}

/** A folder that `remove` deletes with everything in it. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'pikeep-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** An empty sparse file. */
export function emptyImage(path: string, bytes: number): string {
  const fd = openSync(path, 'w');
  ftruncateSync(fd, bytes);
  closeSync(fd);
  return path;
}

/** A FAT volume with files in its root. */
export function makeFat(
  path: string,
  options: { bytes: number; bits: 12 | 16 | 32; label: string; files: Record<string, string> },
): string {
  emptyImage(path, options.bytes);
  tool('mkfs.vfat', ['-F', String(options.bits), '-n', options.label, '-i', '5e3da3da', path]);
  const folder = temporaryFolder();
  try {
    for (const [name, content] of Object.entries(options.files)) {
      const file = join(folder.path, 'file');
      writeFileSync(file, content);
      tool('mcopy', ['-i', path, file, `::${name}`]);
    }
  } finally {
    folder.remove();
  }
  return path;
}

/** An ext file system filled from a folder. */
export function makeExt(
  path: string,
  options: { bytes: number; type: string; args?: readonly string[]; tree: string },
): string {
  emptyImage(path, options.bytes);
  const args = ['-q', '-t', options.type, '-d', options.tree, ...(options.args ?? [])];
  tool('mke2fs', [...args, path]);
  return path;
}

/** Writes a partition table from an sfdisk script. */
export function partition(path: string, script: string): string {
  tool('sfdisk', ['--quiet', '--no-reread', '--no-tell-kernel', path], script);
  return path;
}
