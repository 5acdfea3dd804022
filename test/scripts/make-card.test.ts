import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCard } from '../../scripts/make-card.ts';
import { SAMPLE_CARD, writeSampleCard } from '../../scripts/sample-card.ts';
import { readCard } from '../../src/engine/card.ts';
import { openFileDevice } from '../../src/platform/file-device.ts';
import { needsTools } from '../support/tools.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pikeep-make-card-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function cardIn(path: string) {
  const device = await openFileDevice(path);
  try {
    return await readCard(device);
  } finally {
    await device.close();
  }
}

/** The root partition as a file of its own, for judges that know nothing of partitions. */
async function rootOf(image: string, offset: number, bytes: number): Promise<string> {
  const root = `${image}.root`;
  const args = [
    `if=${image}`,
    `of=${root}`,
    'bs=1M',
    `skip=${offset / MIB}`,
    `count=${bytes / MIB}`,
  ];
  await run('dd', [...args, 'conv=sparse', 'status=none']);
  return root;
}

describe('the sample card', () => {
  test('is small in the project, sparse on the disk, and the card of a Raspberry Pi', async () => {
    expect((await stat(SAMPLE_CARD)).size).toBeLessThan(300 * 1024);
    const path = join(folder, 'sample.img');
    const bytes = await writeSampleCard(path);
    const { size, blocks } = await stat(path);
    expect(size).toBe(bytes);
    expect(blocks * 512).toBeLessThan(bytes / 4);
    expect(await cardIn(path)).toMatchObject({ pi: 'yes', hostname: 'octopi' });
  });

  test('never replaces a file', async () => {
    const path = join(folder, 'taken.img');
    await writeFile(path, '');
    await expect(writeSampleCard(path)).rejects.toMatchObject({ code: 'EEXIST' });
  });
});

const noTools = needsTools('mke2fs', 'mkfs.vfat', 'mcopy', 'mtype', 'sfdisk', 'e2fsck', 'debugfs');

describe.skipIf(noTools)('a made card', () => {
  test('is what sfdisk, mtools and e2fsck expect of one', async () => {
    const out = join(folder, 'mbr.img');
    const card = await makeCard({ out, hostname: 'garage' });
    const { stdout } = await run('sfdisk', ['--json', out]);
    const table = JSON.parse(stdout).partitiontable;
    expect(table).toMatchObject({ label: 'dos', id: `0x${card.tableId}` });
    expect(table.partitions).toMatchObject([
      { start: 16_384, size: 81_920, type: 'c' },
      { start: 98_304, size: 98_304, type: '83' },
    ]);
    const cmdline = await run('mtype', ['-i', `${out}@@8M`, '::cmdline.txt']);
    expect(cmdline.stdout).toContain(`root=PARTUUID=${card.tableId}-02 `);
    const root = await rootOf(out, 48 * MIB, 48 * MIB);
    await run('e2fsck', ['-f', '-n', root]);
    const hostname = await run('debugfs', ['-R', 'cat /etc/hostname', root]);
    expect(hostname.stdout).toBe('garage\n');
    expect((await cardIn(out)).hostname).toBe('garage');
  });

  test('can have a GPT, whose identifiers its boot line names', async () => {
    const out = join(folder, 'gpt.img');
    const card = await makeCard({ out, scheme: 'gpt' });
    await run('sfdisk', ['--verify', out]);
    const cmdline = await run('mtype', ['-i', `${out}@@8M`, '::cmdline.txt']);
    expect(cmdline.stdout).toContain(`root=PARTUUID=${card.partUuids[1]} `);
    const read = await cardIn(out);
    expect(read.table).toMatchObject({ scheme: 'gpt', tableId: card.tableId, problems: [] });
    expect(read.pi).toBe('yes');
  });

  test('has the identity of its seed', async () => {
    const identity = async (name: string, seed: string) => {
      const out = join(folder, `${name}.img`);
      await makeCard({ out, seed });
      return (await cardIn(out)).identity;
    };
    const one = await identity('seed-1', 'one');
    expect(await identity('seed-1-again', 'one')).toEqual(one);
    const other = await identity('seed-2', 'other');
    expect(other.tableId).not.toBe(one.tableId);
    const uuids = (of: typeof one) => of.fileSystems.map(({ uuid }) => uuid);
    expect(uuids(other).filter((uuid) => uuids(one).includes(uuid))).toEqual([]);
  });

  test('holds about as much as was asked for, in real files', async () => {
    const source = join(folder, 'source');
    await mkdir(join(source, 'deep'), { recursive: true });
    await writeFile(join(source, 'deep', 'library.so'), Buffer.alloc(5 * MIB, 'library'));
    const out = join(folder, 'full.img');
    const card = await makeCard({ out, size: 192 * MIB, data: 30 * MIB, sources: [source] });
    expect(card.storedBytes).toBeGreaterThan(30 * MIB);
    expect(card.storedBytes).toBeLessThan(90 * MIB);
    const root = await rootOf(out, 48 * MIB, 144 * MIB);
    await run('e2fsck', ['-f', '-n', root]);
    const listed = await run('debugfs', ['-R', 'ls -p /opt/source/deep', root]);
    expect(listed.stdout).toContain('library.so');
  });

  test('leaves nothing behind when it cannot be made', async () => {
    const out = join(folder, 'too-full.img');
    await expect(makeCard({ out, data: 200 * MIB, sources: [] })).rejects.toThrow(/mke2fs/);
    await expect(open(out)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
