import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { totalBytes } from '../../src/engine/chunks.ts';
import { mapExt } from '../../src/engine/ext-map.ts';
import { invert } from '../../src/engine/extents.ts';
import type { FileSystemMap } from '../../src/engine/file-system-map.ts';
import { fillOutside, hashTree, repair, usedByDumpe2fs } from '../support/ext-judge.ts';
import { breed, makeTree, type Specimen } from '../support/ext-zoo.ts';
import { faultyDevice } from '../support/faulty-device.ts';
import { withFileDevice } from '../support/file-device.ts';
import { emptyImage, temporaryFolder, tool } from '../support/file-systems.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { needsLoop, needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;

const specimens: Specimen[] = [
  { breed: 'ext4 as mke2fs makes it', blockBytes: 4096 },
  { breed: 'no metadata_csum, uninit groups', blockBytes: 1024 },
  { breed: 'no checksums at all', blockBytes: 2048 },
  { breed: 'bigalloc with many groups and no flex_bg', blockBytes: 1024 },
  { breed: 'meta_bg', blockBytes: 4096 },
  { breed: 'sparse_super2', blockBytes: 1024 },
  { breed: 'multiple-mount protection', blockBytes: 2048 },
  { breed: 'ext3', blockBytes: 1024 },
  { breed: 'ext2 of revision 0', blockBytes: 1024 },
].map((kind, index) => ({ ...kind, history: 'new', seed: index }) as Specimen);

describe.skipIf(needsTools('mke2fs', 'dumpe2fs', 'debugfs', 'tune2fs'))(
  'the map of ext2/3/4',
  () => {
    const folder = temporaryFolder();
    const tree = join(folder.path, 'tree');
    const image = join(folder.path, 'fs.img');
    beforeAll(() => {
      makeTree(tree);
    });
    afterAll(() => folder.remove());
    const map = (): Promise<FileSystemMap> => withFileDevice(image, mapExt);
    const make = (breedName: string, blockBytes: 1024 | 4096 = 4096): Promise<void> =>
      breed(image, tree, { breed: breedName, blockBytes, history: 'new', seed: 1 });

    for (const specimen of specimens) {
      it(`is exactly what dumpe2fs does not call free: ${specimen.breed}`, async () => {
        await breed(image, tree, specimen);
        const found = await map();
        const judge = usedByDumpe2fs(image);
        expect(found).toMatchObject({ strategy: 'used', bytes: judge.bytes, used: judge.used });
        if (found.strategy === 'used') expect(found.usedBytes).toBe(totalBytes(found.used));
      });
    }

    it('asks a slow reader seldom, and little', async () => {
      emptyImage(image, 16 * 1024 * MIB);
      tool('mke2fs', ['-q', '-F', '-t', 'ext4', '-E', 'lazy_itable_init=1', image]);
      await withFileDevice(image, async (device) => {
        expect(await mapExt(device)).toMatchObject({ strategy: 'used', journal: 'clean' });
        expect(device.reads).toBeLessThan(24);
        expect(device.bytesRead).toBeLessThan(4 * MIB);
      });
    });

    it('ends with the file system, not with the partition, which may not be smaller', async () => {
      await make('ext4 as mke2fs makes it');
      const before = await map();
      truncateSync(image, 60 * MIB);
      expect(await map()).toEqual(before);
      truncateSync(image, 50 * MIB);
      expect(await map()).toEqual({ strategy: 'whole', reason: 'it is larger than its partition' });
    });

    const refusals: [name: string, breed: string, change: () => void, reason: RegExp][] = [
      [
        'unknown features',
        'ext4 as mke2fs makes it',
        () => debugfs('feature FEATURE_I19'),
        /0x80000/,
      ],
      [
        'shared blocks',
        'ext4 as mke2fs makes it',
        () => debugfs('feature shared_blocks'),
        /share blocks/,
      ],
      ['noted errors', 'ext3', () => debugfs('ssv state 3'), /errors were noted/],
      ['an ext2 in use', 'ext2', () => debugfs('ssv state 0'), /was not unmounted/],
      ['a missing journal', 'ext2', () => debugfs('feature needs_recovery'), /does not have/],
      [
        'a wrong superblock',
        'ext4 as mke2fs makes it',
        () => poke(1024 + 0x78),
        /superblock's checksum/,
      ],
      [
        'a wrong descriptor',
        'ext4 as mke2fs makes it',
        () => poke(4096 + 0xc),
        /descriptor of block group 0/,
      ],
      [
        'a wrong descriptor of old',
        'no metadata_csum, uninit groups',
        () => poke(4096 + 12),
        /descriptor/,
      ],
      [
        'a wrong bitmap',
        'ext4 as mke2fs makes it',
        () => poke(bitmapAt() + 9),
        /checksum of the block bitmap/,
      ],
      ['a bitmap that miscounts', 'no checksums at all', () => poke(bitmapAt() + 9), /disagree/],
    ];
    for (const [name, kind, change, reason] of refusals) {
      it(`is everything for ${name}`, async () => {
        await make(kind);
        change();
        expect(await map()).toEqual({ strategy: 'whole', reason: expect.stringMatching(reason) });
      });
    }

    it('does not care for features that only writers have to know', async () => {
      await make('ext4 as mke2fs makes it');
      const before = await map();
      debugfs('feature FEATURE_R29');
      expect(await map()).toEqual(before);
    });

    it('is everything where its own metadata cannot be read; a pulled card is an error', async () => {
      await make('many groups');
      const device = memoryDevice(readFileSync(image));
      const bad = [{ offset: bitmapAt(), bytes: 512 }];
      expect(await mapExt(faultyDevice(device, { bad }))).toMatchObject({
        strategy: 'whole',
        reason: expect.stringMatching(/cannot be read/),
      });
      await expect(mapExt(faultyDevice(device, { unpluggedAfter: 8192 }))).rejects.toMatchObject({
        code: 'DEVICE_GONE',
      });
    });

    it('never leaves out more because something is damaged', { timeout: 60_000 }, async () => {
      for (const kind of ['many groups', 'no checksums at all', 'ext3', 'meta_bg']) {
        await make(kind, 1024);
        const bytes = readFileSync(image);
        const sound = await mapExt(memoryDevice(bytes));
        if (sound.strategy === 'whole') throw new Error(sound.reason);
        const free = invert(sound.used, bytes.length);
        const flip = fc.tuple(fc.nat(300 * 1024), fc.nat(7));
        await fc.assert(
          fc.asyncProperty(flip, async ([at, bit]) => {
            const old = bytes[1024 + at] ?? 0;
            bytes[1024 + at] = old ^ (1 << bit);
            const map = await mapExt(memoryDevice(bytes));
            bytes[1024 + at] = old;
            if (map.strategy === 'whole') return;
            // What is free now was free before.
            const covered = invert(map.used, map.bytes).every(({ offset, bytes: length }) =>
              free.some((gap) => gap.offset <= offset && offset + length <= gap.offset + gap.bytes),
            );
            expect(covered).toBe(true);
          }),
          { numRuns: 120 },
        );
      }
    });

    it('survives any amount of damage: an answer, never an exception, never a hang', async () => {
      await make('no checksums at all', 1024);
      const source = readFileSync(image);
      const changes = fc.array(fc.tuple(fc.nat(40 * 1024), fc.nat(255)), { minLength: 1 });
      await fc.assert(
        fc.asyncProperty(changes, fc.boolean(), async (list, onlySuperblock) => {
          const bytes = source.subarray(0, 16 * MIB);
          const undo = list.map(([place, value]) => {
            const at = 1024 + (onlySuperblock ? place % 1024 : place);
            const old = bytes[at] ?? 0;
            bytes[at] = value;
            return () => {
              bytes[at] = old;
            };
          });
          bytes.writeUInt16LE(0xef53, 1024 + 0x38);
          const map = await mapExt(memoryDevice(bytes));
          for (const step of undo.toReversed()) step();
          expect(['used', 'whole']).toContain(map.strategy);
        }),
        { numRuns: 200 },
      );
    });

    it.skipIf(needsLoop())(
      'loses nothing of an aged card when all the rest is overwritten',
      async () => {
        await breed(image, tree, {
          breed: 'orphan_file',
          blockBytes: 1024,
          history: 'aged',
          seed: 4,
        });
        const found = await map();
        if (found.strategy === 'whole') throw new Error(found.reason);
        expect(found.used).toEqual(usedByDumpe2fs(image).used);
        const copy = join(folder.path, 'copy.img');
        copyFileSync(image, copy);
        fillOutside(copy, found.used, found.bytes);
        repair(image);
        repair(copy);
        const files = await hashTree(image);
        expect(files.length).toBeGreaterThan(250);
        expect(await hashTree(copy)).toEqual(files);
      },
    );

    function debugfs(command: string): void {
      tool('debugfs', ['-w', '-R', command, image]);
    }

    function poke(at: number): void {
      const bytes = readFileSync(image);
      bytes[at] = (bytes[at] ?? 0) ^ 0x10;
      writeFileSync(image, bytes);
    }

    function bitmapAt(): number {
      const text = tool('dumpe2fs', [image]);
      const blockBytes = Number(/^Block size:\s+(\d+)/m.exec(text)?.[1]);
      return Number(/Block bitmap at (\d+)/.exec(text)?.[1]) * blockBytes;
    }
  },
);
