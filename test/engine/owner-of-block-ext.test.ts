import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededBytes } from '../../scripts/card/seeded.ts';
import { nameExt } from '../../src/engine/owner-of-block-ext.ts';
import { type FileDevice, openFileDevice } from '../support/file-device.ts';
import { makeExt, temporaryFolder, tool } from '../support/file-systems.ts';
import { needsTools } from '../support/tools.ts';

const BYTES = 48 * 1024 * 1024;

const kinds: Record<string, { type: string; args: string[]; blockBytes: number }> = {
  'ext4 with 4k blocks': { type: 'ext4', args: ['-b', '4096', '-g', '2048'], blockBytes: 4096 },
  'ext4 with 1k blocks': { type: 'ext4', args: ['-b', '1024'], blockBytes: 1024 },
  'ext4 with inline data and no flex_bg': {
    type: 'ext4',
    args: ['-b', '4096', '-I', '256', '-O', 'inline_data,^flex_bg', '-g', '2048'],
    blockBytes: 4096,
  },
  'ext4 with bigalloc': {
    type: 'ext4',
    args: ['-O', 'bigalloc', '-b', '4096', '-C', '16384'],
    blockBytes: 4096,
  },
  'ext3 with 1k blocks': { type: 'ext3', args: ['-b', '1024'], blockBytes: 1024 },
  'ext2 without checksums': { type: 'ext2', args: ['-b', '2048', '-g', '4096'], blockBytes: 2048 },
};

describe.skipIf(needsTools('mke2fs', 'debugfs'))('what lies in a block of', () => {
  const folder = temporaryFolder();
  const tree = join(folder.path, 'tree');
  beforeAll(() => {
    const deep = join(tree, 'a/b/c/d/e/f');
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, 'at the bottom.bin'), seededBytes('x', 'bottom', 900_000));
    writeFileSync(join(tree, 'large.bin'), seededBytes('x', 'large', 6_000_000));
    writeFileSync(join(tree, 'small'), 'tiny');
    symlinkSync('/a/very/long/target'.repeat(8), join(tree, 'link'));
    mkdirSync(join(tree, 'many'));
    for (let index = 0; index < 700; index++) {
      const name = `a file with a rather long name, number ${index}`;
      writeFileSync(join(tree, 'many', name), seededBytes('x', name, 1500));
    }
  });
  afterAll(() => folder.remove());

  for (const [name, { type, args, blockBytes }] of Object.entries(kinds)) {
    describe(name, () => {
      const path = join(folder.path, `${name}.img`);
      let device: FileDevice;
      beforeAll(() => {
        makeExt(path, { bytes: BYTES, type, args, tree });
        device = openFileDevice(path);
      });
      afterAll(() => device.close());

      it('is what debugfs says', async () => {
        const total = BYTES / blockBytes;
        const blocks = Array.from({ length: 400 }, (_, index) => Math.floor((index * total) / 400));
        const expected = ownersByDebugfs(path, blocks);
        expect(expected.size).toBeGreaterThan(20);
        const ranges = blocks.map((block) => ({ offset: block * blockBytes, bytes: 512 }));
        const found = await nameExt(device, device, ranges);
        const names = new Map(found.map(({ offset, what }) => [offset / blockBytes, what]));
        for (const [block, owner] of expected) {
          const what = names
            .get(block)
            ?.replace(/ \((folder|its list of blocks|its attributes)\)$/, '');
          expect(`${block}: ${what}`).toBe(`${block}: ${owner}`);
        }
        // And nothing that debugfs calls free or metadata gets the name of a file.
        for (const [block, what] of names) {
          if (what.startsWith('/')) expect(expected.has(block)).toBe(true);
        }
      });

      it('has a name of its own where the file system keeps its books', async () => {
        const text = tool('dumpe2fs', [path]);
        const first = (label: RegExp): number => Number(label.exec(text)?.[1]) * blockBytes;
        const places: [string, number][] = [
          ['superblock', 1024],
          ['block bitmap', first(/Block bitmap at (\d+)/)],
          ['inode bitmap', first(/Inode bitmap at (\d+)/)],
          ['copy of the superblock', first(/Backup superblock at (\d+)/)],
        ];
        const there = places.filter(([, offset]) => !Number.isNaN(offset));
        expect(there.length).toBeGreaterThan(2);
        const ranges = there
          .map(([, offset]) => ({ offset, bytes: 512 }))
          .toSorted((left, right) => left.offset - right.offset);
        const found = await nameExt(device, device, ranges);
        for (const [what, offset] of there) {
          expect(found.find((one) => one.offset === offset)?.what).toBe(what);
        }
        if (type !== 'ext2') {
          const journal = Number(debugfs(path, ['bmap <8> 3'])) * blockBytes;
          const [piece] = await nameExt(device, device, [{ offset: journal, bytes: 512 }]);
          expect(piece?.what).toBe('journal');
        }
      });
    });
  }
});

function debugfs(path: string, requests: readonly string[]): string {
  return execFileSync('debugfs', ['-f', '-', path], {
    input: requests.join('\n'),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, DEBUGFS_PAGER: 'cat' },
  }).replace(/^debugfs: .*\n/gm, '');
}

/** Block → path, for every block that belongs to a file or a folder. */
function ownersByDebugfs(path: string, blocks: readonly number[]): Map<number, string> {
  const inodes = new Map<number, number>();
  for (const line of debugfs(path, [`icheck ${blocks.join(' ')}`]).split('\n')) {
    const [block, inode] = line.split('\t').map(Number);
    if (block && inode && inode !== 7 && inode !== 8) inodes.set(block, inode);
  }
  const paths = new Map<number, string>();
  const wanted = [...new Set(inodes.values())].join(' ');
  for (const line of debugfs(path, [`ncheck ${wanted}`]).split('\n')) {
    const [inode, name] = line.split('\t');
    // The root comes as "//" or "/", everything else with one slash too many in some versions.
    if (inode && name) paths.set(Number(inode), name.replace(/^\/+/, '/').replace(/(.)\/$/, '$1'));
  }
  const owners = new Map<number, string>();
  for (const [block, inode] of inodes) {
    const owner = inode === 2 ? '/' : paths.get(inode);
    if (owner !== undefined) owners.set(block, owner);
  }
  return owners;
}
