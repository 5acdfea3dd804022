/**
 * The point of it all: a system is backed up, its card is lost, the backup is restored to another, larger card full of old
 * data, and a machine starts from that card up to its login prompt.
 */

import { execFile } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootTools, makeBootableCard, start } from './support/bootable-card.ts';
import { tool } from './support/file-systems.ts';
import { attachLoop, type LoopDevice } from './support/loop.ts';
import { needsLoop, needsRoot, needsTools } from './support/tools.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');
const GIB = 1024 ** 3;
const BOOT_LIMIT_MS = 600_000;

async function pikeep(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run(join(root, 'scripts/pikeep'), [...args, '--json'], {
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

const missing = [needsRoot(), needsLoop(), needsTools(...bootTools, 'e2fsck', 'fsck.vfat')];

describe.skipIf(missing.includes(true))('a restored system', () => {
  let folder: string;
  let card: LoopDevice;
  const image = () => join(folder, 'backup.img.zst');
  const target = () => join(folder, 'target.img');

  beforeAll(async () => {
    // Beside the checkout's other large files: a memory file system would be too small.
    folder = await mkdtemp(join(root, 'dist/boot-'));
    const path = join(folder, 'card.img');
    makeBootableCard(path, { bytes: GIB, hostname: 'bootpi' });
    card = await attachLoop(path, { readOnly: true });
  });

  afterAll(async () => {
    await card?.detach();
    if (folder) await rm(folder, { recursive: true });
  });

  it('is backed up with what it uses, by the name its hostname gives it', async () => {
    const args = ['--allow-disk-image', '--format', 'img.zst', '--to', image()];
    const done = await pikeep('backup', card.path, ...args);
    expect(done).toMatchObject({ event: 'done', title: 'bootpi', verified: 'read-back' });
    expect(done['readBytes']).toBeLessThan(0.7 * GIB);
  });

  it('starts from a larger card that was full of something else', async () => {
    fillWith(target(), 1.25 * GIB, 0xa5);
    const loop = await attachLoop(target());
    try {
      const args = ['--allow-disk-image', '--yes', '--no-eject'];
      const done = await pikeep('restore', image(), loop.path, ...args);
      expect(done).toMatchObject({ event: 'done', title: 'bootpi', verified: 'read-back' });
    } finally {
      await loop.detach();
    }
    checkFileSystems(target());
    const said = await start(target(), /bootpi login:/, BOOT_LIMIT_MS);
    expect(said).toContain('Reached target');
    expect(said).not.toMatch(/Kernel panic|EXT4-fs error|emergency mode/);
  });
});

function fillWith(path: string, bytes: number, value: number): void {
  const block = Buffer.alloc(4 * 1024 * 1024, value);
  const fd = openSync(path, 'w');
  try {
    for (let at = 0; at < bytes; at += block.length) writeSync(fd, block);
  } finally {
    closeSync(fd);
  }
}

/** Throws with what the judges say. */
function checkFileSystems(path: string): void {
  const { partitiontable } = JSON.parse(tool('sfdisk', ['--json', path]));
  const [boot, system] = partitiontable.partitions;
  const cut = (part: { start: number; size: number }, name: string): string => {
    const file = join(path, '..', name);
    const range = ['bs=512', `skip=${part.start}`, `count=${part.size}`, 'status=none'];
    tool('dd', [`if=${path}`, `of=${file}`, ...range]);
    return file;
  };
  tool('fsck.vfat', ['-n', cut(boot, 'boot.part')]);
  tool('e2fsck', ['-fn', cut(system, 'system.part')]);
}
