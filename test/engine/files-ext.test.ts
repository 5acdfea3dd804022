import {
  chmodSync,
  chownSync,
  closeSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { seededBytes } from '../../scripts/card/seeded.ts';
import {
  type BlockBytes,
  blockSizes,
  breed,
  breeds,
  makeTree,
  whileMounted,
} from '../support/ext-zoo.ts';
import { withFileDevice } from '../support/file-device.ts';
import {
  collect,
  hostPath,
  openOnlyTree,
  type Snapshot,
  snapshotFolder,
  snapshotTree,
} from '../support/file-snapshot.ts';
import { makeExt, temporaryFolder, tool } from '../support/file-systems.ts';
import { forgeJournal, replayedByDebugfs } from '../support/journal-forge.ts';
import { needsLoop, needsRoot, needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const noLostFound = { leaveOut: (path: string) => path === '/lost+found' };

describe.skipIf(needsTools('mke2fs', 'debugfs') || needsRoot())('files of ext by debugfs', () => {
  const folder = temporaryFolder();
  const tree = makeTree(join(folder.path, 'tree'));
  afterAll(() => folder.remove());

  for (const [index, name] of Object.keys(breeds).entries()) {
    it(`are what debugfs takes out of it: ${name}`, async () => {
      const blockBytes: BlockBytes = blockSizes[index % blockSizes.length] ?? 4096;
      const image = join(folder.path, 'fs.img');
      await breed(image, tree, { breed: name, blockBytes, history: 'new', seed: index });
      const out = join(folder.path, `out-${index}`);
      mkdirSync(out);
      tool('debugfs', ['-R', `rdump / ${out}`, image]);
      const options = { ...noLostFound, withOwners: false };
      const found = await withFileDevice(image, async (device) => {
        const opened = await openOnlyTree(device);
        const snapshot = await snapshotTree(opened, options);
        expect(opened.problems).toEqual([]);
        expect(opened.fileSystem).toBe(tool('blkid', ['-o', 'value', '-s', 'TYPE', image]).trim());
        return snapshot;
      });
      // debugfs gives inline files all of the room that they have, beyond their size: there the source has to do.
      const judge = snapshotFolder(name === 'inline_data' ? tree : out, options);
      // mke2fs leaves out the hole at the end of this one.
      const holes = snapshotFolder(out, options)['/holes'];
      expect(found).toEqual({ ...judge, '/holes': holes });
      expect(Object.keys(found).length).toBe(280);
    });
  }

  it('are what was put in, for any names and sizes', async () => {
    const name = fc
      .uint8Array({ minLength: 1, maxLength: 40 })
      .map((bytes) => bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x5c : byte)))
      .filter((bytes) => !['.', '..'].includes(Buffer.from(bytes).toString()));
    const file = fc.record({
      name: fc.uniqueArray(name, { minLength: 1, maxLength: 4, selector: (n) => n.toString() }),
      bytes: fc.oneof(fc.nat(200), fc.nat(300_000)),
      hole: fc.nat(3_000_000),
      mode: fc.nat(0o777),
      owner: fc.nat(2 ** 31),
      time: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(file, { maxLength: 12 }),
        fc.constantFrom(...Object.keys(breeds)),
        fc.constantFrom(...blockSizes),
        async (files, breedName, blockBytes) => {
          const source = join(folder.path, `random-${run++}`);
          mkdirSync(source);
          for (const { name: names, bytes, hole, mode, owner, time } of files) {
            let at = Buffer.from(source);
            for (const [depth, part] of names.entries()) {
              at = Buffer.concat([at, Buffer.from('/'), part]);
              try {
                if (depth < names.length - 1) mkdirSync(at);
                else {
                  // The hole comes first: mke2fs loses some of those at the end.
                  const fd = openSync(at, 'wx');
                  writeSync(fd, seededBytes('files', String(time), bytes), 0, bytes, hole);
                  closeSync(fd);
                  chownSync(at, owner % (2 ** 31 - 1), owner);
                  chmodSync(at, mode);
                  utimesSync(at, time, time);
                }
              } catch (error) {
                // The name is taken already by a file or a folder of another one.
                if (!/EEXIST|ENOTDIR/.test(String(error))) throw error;
                break;
              }
            }
          }
          const image = join(folder.path, 'random.img');
          await breed(image, source, { breed: breedName, blockBytes, history: 'new', seed: 1 });
          const found = await withFileDevice(image, async (device) =>
            snapshotTree(await openOnlyTree(device), noLostFound),
          );
          // mke2fs keeps whole seconds, and sets those of folders itself.
          const expected = snapshotFolder(source, noLostFound);
          const seconds = (snapshot: Snapshot): Snapshot =>
            Object.fromEntries(
              Object.entries(snapshot).map(([path, what]) => [
                path,
                what.startsWith('folder') ? what.replace(/ \d+$/, '') : what.replace(/\d{3}$/, ''),
              ]),
            );
          expect(seconds(found), breedName).toEqual(seconds(expected));
        },
      ),
      { numRuns: 12 },
    );
  });

  it('are those of the replayed file system while the journal waits', async () => {
    const image = makeExt(join(folder.path, 'dirty.img'), {
      bytes: 24 * MIB,
      type: 'ext4',
      args: ['-b', '1024'],
      tree,
    });
    const later = makeExt(join(folder.path, 'later.img'), {
      bytes: 24 * MIB,
      type: 'ext4',
      args: ['-b', '1024', '-U', tool('blkid', ['-o', 'value', '-s', 'UUID', image]).trim()],
      tree,
    });
    tool(
      'debugfs',
      ['-w', later],
      'cd many\nrm a-file-with-a-rather-long-name-7\nmkdir new\nquit\n',
    );
    tool('debugfs', ['-w', later], `cd many/new\nwrite ${import.meta.filename} written\nquit\n`);
    const [before, after] = [image, later].map((path) => readFileSync(path));
    if (!before || !after) throw new Error('no image');
    const changed: number[] = [];
    for (let block = 2; block * 1024 < before.length; block++) {
      const at = block * 1024;
      if (before.compare(after, at, at + 1024, at, at + 1024) !== 0) changed.push(block);
    }
    const content = Buffer.concat(
      changed.map((block) => after.subarray(block * 1024, (block + 1) * 1024)),
    );
    forgeJournal(image, 3, [{ blocks: changed, content }]);
    const found = await withFileDevice(image, async (device) => {
      const opened = await openOnlyTree(device);
      expect(opened.problems).toEqual([]);
      const reads = device.bytesRead;
      await collect(opened.list('/many/new'));
      expect(device.bytesRead - reads).toBeLessThan(MIB);
      return snapshotTree(opened);
    });
    const replayed = join(folder.path, 'replayed.img');
    writeFileSync(replayed, replayedByDebugfs(image));
    expect(found).toEqual(
      await withFileDevice(replayed, async (device) => snapshotTree(await openOnlyTree(device))),
    );
    expect(found['/many/new/written']).toBeDefined();
    expect(found['/many/a-file-with-a-rather-long-name-7']).toBeUndefined();
  });
});

describe.skipIf(needsTools('mke2fs') || needsLoop())('files of ext by the kernel', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  const kinds: Record<string, string[]> = {
    ext4: ['-t', 'ext4'],
    'ext4, 1 KiB blocks, inline data': [
      '-t',
      'ext4',
      '-b',
      '1024',
      '-O',
      'inline_data',
      '-I',
      '512',
    ],
    'ext4, bigalloc': ['-t', 'ext4', '-O', 'bigalloc', '-C', '16384'],
    'ext3, 1 KiB blocks': ['-t', 'ext3', '-b', '1024'],
    'ext2, small inodes': ['-t', 'ext2', '-I', '128'],
  };
  for (const [kind, args] of Object.entries(kinds)) {
    it(`of every form are what it shows: ${kind}`, async () => {
      // Not empty: what was never written must not show what lay there before.
      const image = join(folder.path, 'kernel.img');
      writeFileSync(image, Buffer.alloc(64 * MIB, 0x55));
      tool('mke2fs', ['-q', '-F', '-E', 'nodiscard', '-N', '4096', ...args, image]);
      let expected: Snapshot = {};
      await whileMounted(image, async (mounted) => {
        fillWithEverything(mounted);
        expected = snapshotFolder(mounted);
      });
      // The judge is asked again after a remount, so that it says what is on the disk.
      await whileMounted(image, async (mounted) => {
        expected = snapshotFolder(mounted);
      });
      const found = await withFileDevice(image, async (device) => {
        const opened = await openOnlyTree(device);
        const snapshot = await snapshotTree(opened);
        expect(opened.problems).toEqual([]);
        return snapshot;
      });
      expect(found).toEqual(expected);
      expect(found['/born in 2040']).toMatch(kind.includes('small') ? /file/ : / 2209032000000$/);
      expect(found['/born in 1969']).toMatch(/ -86400000$/);
      expect(found['/node']).toMatch(/^character-device \d+ 300 70000 /);
    });
  }
});

function fillWithEverything(path: string): void {
  const at = (name: string): string => join(path, name);
  writeFileSync(at('born in 2040'), 'x');
  utimesSync(at('born in 2040'), 2209032000, 2209032000);
  writeFileSync(at('born in 1969'), 'x');
  // Node itself takes a time before 1970 for none.
  tool('touch', ['-d', '@-86400', at('born in 1969')]);
  writeFileSync(at('rights'), 'x');
  chownSync(at('rights'), 100_000, 3_000_000);
  chmodSync(at('rights'), 0o6751);
  linkSync(at('rights'), at('the same'));
  for (const bytes of [1, 59, 60, 61, 100, 150, 250, 400, 5000]) {
    writeFileSync(at(`file of ${bytes}`), seededBytes('inline', String(bytes), bytes));
    symlinkSync('l'.repeat(Math.min(bytes, 900)), at(`link of ${bytes}`));
    lutimesSync(at(`link of ${bytes}`), 5, 1_000_000_000);
  }
  writeFileSync(at('sparse'), 'start');
  truncateSync(at('sparse'), 9_000_000);
  // Allocated by extents, and not written to.
  if (tool('stat', ['-f', '-c', '%T', path]).includes('ext')) {
    try {
      tool('fallocate', ['-l', '300000', at('reserved')]);
    } catch (error) {
      if (!String(error).includes('not supported')) throw error;
    }
  }
  const scattered = openSync(at('scattered'), 'w');
  for (let part = 0; part < 400; part++) {
    writeSync(scattered, Buffer.alloc(1024, part), 0, 1024, part * 20_000);
  }
  closeSync(scattered);
  tool('mknod', [at('node'), 'c', '300', '70000']);
  tool('mknod', [at('old node'), 'b', '8', '1']);
  tool('mknod', [at('pipe'), 'p']);
  mkdirSync(at('small'));
  for (let count = 0; count < 9; count++) writeFileSync(at(`small/entry ${count}`), `${count}`);
  mkdirSync(at('large'));
  for (let count = 0; count < 1500; count++) {
    writeFileSync(at(`large/a name of some length, so that there are many blocks ${count}`), '');
  }
  for (const name of ['new\\x0Aline', '\\xFF\\xFE', 'n'.repeat(255), '\\x1B[2J', ' \\x5C ']) {
    writeFileSync(hostPath(path, name), name);
  }
}
