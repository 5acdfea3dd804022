import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Cell } from '../scripts/faults/cell.ts';
import { rows } from '../scripts/faults/rows.ts';
import { temporaryFolder } from './support/file-systems.ts';
import { needsLoop, needsTools } from './support/tools.ts';

const PROJECT = resolve(import.meta.dirname, '..');
/** One of each kind; the others take as long again, and are played for docs/faults.md. */
const some = ['eio-band', 'short-io', 'pulled', 'swapped', 'ebusy', 'full', 'gone', 'app-killed'];
const programs = ['mke2fs', 'mkfs.vfat', 'mcopy', 'sfdisk', 'debugfs', 'lsblk', 'cmp', 'zstd'];
const needed = [...programs, 'nbdkit', 'nbdfuse', 'fusermount3', 'gcc', 'fallocate'];

describe.skipIf(needsLoop() || needsTools(...needed))('the fault matrix', () => {
  it('breaks no rule', () => {
    const folder = temporaryFolder();
    try {
      const json = join(folder.path, 'cells.json');
      const args = ['scripts/faults.ts', '--rows', some.join(','), '--json', json];
      const { status, stdout } = spawnSync(process.execPath, args, {
        cwd: PROJECT,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const cells: Cell[] = JSON.parse(readFileSync(json, 'utf8'));
      const broken = cells.filter((cell) => 'broken' in cell && cell.broken.length > 0);
      expect(broken).toEqual([]);
      expect(status, stdout).toBe(0);
    } finally {
      folder.remove();
    }
  });

  it('is in the documents with every fault', () => {
    const text = readFileSync(join(PROJECT, 'docs/faults.md'), 'utf8');
    expect(rows.filter(({ title }) => !text.includes(`| ${title} |`))).toEqual([]);
    expect(text).not.toContain('✗');
  });
});
