/**
 * The whole way on a card of real size: 8 GiB, a tree of about 1.4 GB on its ext4 root, attached as a block device, through
 * the command line as anybody would type it. Judged by cmp, sha256sum and du. The card is the benchmark's, made once.
 */

import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchCard } from '../scripts/bench/card.ts';
import type { BenchCard } from '../scripts/bench/row.ts';
import { attachLoop, type LoopDevice } from './support/loop.ts';
import { needsLoop, needsTools } from './support/tools.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');
const bench = join(root, 'dist/bench');

async function pikeep(...args: string[]): Promise<Record<string, unknown>[]> {
  const { stdout } = await run(join(root, 'scripts/pikeep'), [...args, '--json'], {
    maxBuffer: 2 ** 26,
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const missing = [
  needsLoop(),
  needsTools('sfdisk', 'mkfs.vfat', 'mcopy', 'mke2fs', 'cmp', 'sha256sum', 'du'),
];

describe.skipIf(missing.includes(true))('a card of 8 GiB with 1.4 GB of files', () => {
  let card: BenchCard;
  let loop: LoopDevice;
  let folder: string;

  beforeAll(async () => {
    card = await benchCard(bench, 'full');
    loop = await attachLoop(card.image, { readOnly: true, partitions: true });
    folder = await mkdtemp(join(bench, 'real-input-'));
  });

  afterAll(async () => {
    await loop?.detach();
    if (folder) await rm(folder, { recursive: true });
  });

  it('is named a Pi card by list', async () => {
    const disks = (await pikeep('list', '--allow-disk-image')).at(-1)?.['disks'];
    expect(disks).toContainEqual(
      expect.objectContaining({ id: loop.id, bytes: card.bytes, verdict: 'pi-card' }),
    );
  });

  it('becomes an image that is the card, byte for byte, proven and no larger than its data', async () => {
    const events = await pikeep(
      'backup',
      loop.path,
      '--allow-disk-image',
      '--whole-card',
      '--to',
      folder,
    );
    const done = events.at(-1);
    expect(done).toMatchObject({ event: 'done', verified: 'read-back', title: 'octopi' });

    const names = await readdir(folder);
    const image = join(folder, names.find((name) => name.endsWith('.img')) ?? '');
    expect(names.toSorted()).toEqual(
      [image, `${image}.pikeep.json`].map((path) => path.slice(folder.length + 1)),
    );
    // cmp exits 1 at the first difference, and run() throws.
    await run('cmp', [loop.path, image]);

    const { stdout: sum } = await run('sha256sum', [loop.path]);
    const manifest = JSON.parse(await readFile(`${image}.pikeep.json`, 'utf8'));
    expect(manifest.content.plainSha256).toBe(sum.split(' ')[0]);

    const { stdout: used } = await run('du', ['--block-size=1', image]);
    expect(Number(used.split('\t')[0])).toBeLessThanOrEqual(card.storedBytes);
    expect((await stat(image)).mode & 0o777).toBe(0o444);

    await expect(pikeep('verify', image)).resolves.toContainEqual(
      expect.objectContaining({ event: 'done', verified: 'read-back' }),
    );
  });
});
