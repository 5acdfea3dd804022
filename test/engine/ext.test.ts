import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExt } from '../../src/engine/ext.ts';
import { makeExt, temporaryFolder, tool } from '../support/file-systems.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const big = 'x'.repeat(700_000);

const kinds: Record<string, { type: string; args: string[] }> = {
  'ext4 as mke2fs makes it': { type: 'ext4', args: [] },
  'ext4 with 1 KiB blocks': { type: 'ext4', args: ['-b', '1024'] },
  'ext4 with meta_bg and 1 KiB blocks': {
    type: 'ext4',
    args: ['-b', '1024', '-O', 'meta_bg,^resize_inode'],
  },
  'ext4 without 64bit': { type: 'ext4', args: ['-O', '^64bit'] },
  'ext3, by indirect blocks': { type: 'ext3', args: ['-b', '1024'] },
  ext2: { type: 'ext2', args: ['-I', '128'] },
};

describe.skipIf(needsTools('mke2fs', 'debugfs', 'blkid'))('files of ext2, ext3 and ext4', () => {
  const folder = temporaryFolder();
  const tree = join(folder.path, 'tree');
  beforeAll(() => {
    mkdirSync(join(tree, 'etc'), { recursive: true });
    mkdirSync(join(tree, 'usr/lib'), { recursive: true });
    mkdirSync(join(tree, 'many'));
    writeFileSync(join(tree, 'etc/hostname'), 'octopi\n');
    writeFileSync(join(tree, 'usr/lib/os-release'), 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n');
    symlinkSync('../usr/lib/os-release', join(tree, 'etc/os-release'));
    symlinkSync('/etc/hostname', join(tree, 'etc/absolute'));
    symlinkSync(`${'../etc/'.repeat(12)}hostname`, join(tree, 'etc/long-link'));
    symlinkSync('round', join(tree, 'etc/round'));
    writeFileSync(join(tree, 'etc/big'), big);
    for (let count = 0; count < 400; count++) {
      writeFileSync(join(tree, `many/file-with-a-rather-long-name-${count}`), `content ${count}`);
    }
  });
  afterAll(() => folder.remove());

  for (const [name, { type, args }] of Object.entries(kinds)) {
    it(`follows paths, links and large folders: ${name}`, async () => {
      const file = makeExt(join(folder.path, 'fs.img'), {
        bytes: 24 * MIB,
        type,
        args: ['-L', 'rootfs', ...args],
        tree,
      });
      const volume = await openExt(memoryDevice(readFileSync(file)));
      expect(volume?.superblock.label).toBe('rootfs');
      expect(volume?.superblock.uuid).toBe(
        tool('blkid', ['-o', 'value', '-s', 'UUID', file]).trim(),
      );
      expect(volume?.superblock.clean).toBe(true);
      const read = async (path: string): Promise<string | null> => {
        const bytes = await volume?.readFile(path, MIB);
        return bytes ? new TextDecoder().decode(bytes) : null;
      };
      const paths = ['/etc/hostname', '/etc/absolute', '/etc/../etc/./hostname', '/etc/long-link'];
      for (const path of paths) {
        expect(await read(path), path).toBe('octopi\n');
      }
      expect(await read('/etc/os-release')).toContain('trixie');
      expect(await read('/etc/big')).toBe(big);
      for (const count of [0, 199, 399]) {
        const path = `/many/file-with-a-rather-long-name-${count}`;
        expect(await read(path)).toBe(tool('debugfs', ['-R', `cat ${path}`, file]));
      }
      expect(await read('/etc/round')).toBeNull();
      expect(await read('/etc')).toBeNull();
      expect(await read('/missing/file')).toBeNull();
      expect(await volume?.readFile('/etc/big', 1000)).toBeNull();
    });
  }

  it('reads what is inline in folders and files', async () => {
    const file = makeExt(join(folder.path, 'inline.img'), {
      bytes: 24 * MIB,
      type: 'ext4',
      args: ['-O', 'inline_data'],
      tree,
    });
    const volume = await openExt(memoryDevice(readFileSync(file)));
    // debugfs follows no links.
    const paths = { '/etc/hostname': '', '/etc/os-release': '/usr/lib/os-release', '/etc/big': '' };
    for (const [path, place] of Object.entries(paths)) {
      const found = await volume?.readFile(path, MIB);
      const judge = tool('debugfs', ['-R', `cat ${place || path}`, file]);
      // It prints the room for inline content to its end, beyond the file's size.
      expect(new TextDecoder().decode(found ?? undefined)).toBe(judge.replace(/\0+$/, ''));
    }
    expect(await volume?.readFile('/many/none', MIB)).toBeNull();
    expect(volume?.superblock.clean).toBe(true);
  });

  it('sees a journal that has to be replayed', async () => {
    const file = makeExt(join(folder.path, 'dirty.img'), { bytes: 16 * MIB, type: 'ext4', tree });
    tool('debugfs', ['-w', '-R', 'feature needs_recovery', file]);
    const volume = await openExt(memoryDevice(readFileSync(file)));
    expect(volume?.superblock.needsRecovery).toBe(true);
  });

  it('survives any damage to its metadata: an answer, never an exception, never a hang', async () => {
    const file = makeExt(join(folder.path, 'mutate.img'), {
      bytes: 8 * MIB,
      type: 'ext4',
      args: ['-b', '1024'],
      tree,
    });
    const source = readFileSync(file);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(600 * 1024), fc.nat(255)), { minLength: 1, maxLength: 200 }),
        async (changes) => {
          const bytes = Uint8Array.from(source);
          for (const [at, value] of changes) bytes[at + 1024] = value;
          const volume = await openExt(memoryDevice(bytes));
          for (const path of [
            '/etc/hostname',
            '/etc/os-release',
            '/many/file-with-a-rather-long-name-7',
          ]) {
            expect((await volume?.readFile(path, 4096))?.length ?? 0).toBeLessThanOrEqual(4096);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
