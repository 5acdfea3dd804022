import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { totalBytes } from '../../src/engine/chunks.ts';
import { mapExt } from '../../src/engine/ext-map.ts';
import { fillOutside, hashTree, repair, usedByDumpe2fs } from '../support/ext-judge.ts';
import { blockSizes, breed, breeds, histories, makeTree } from '../support/ext-zoo.ts';
import { withFileDevice } from '../support/file-device.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { needsLoop, needsTools } from '../support/tools.ts';

/** What the tools or the kernel say when a kind of file system cannot have a history. */
const impossible: [breed: RegExp, words: RegExp][] = [
  // A kernel without quotas does not mount it for writing.
  [/^quota/, /QUOTA WARNING|wrong fs type/],
  [/^bigalloc/, /has not been fully tested|New size smaller than minimum/],
  [/^encryption/, /Cannot shrink this filesystem because it has the stable_inodes/],
];

describe.skipIf(needsTools('mke2fs', 'e2fsck', 'resize2fs', 'dumpe2fs') || needsLoop())(
  'the map of every kind of ext file system',
  () => {
    const folder = temporaryFolder();
    const image = join(folder.path, 'fs.img');
    const copy = join(folder.path, 'copy.img');
    let made = 0;
    let seed = 0;
    beforeAll(() => {
      makeTree(join(folder.path, 'tree'));
    });
    afterAll(() => {
      folder.remove();
      expect(made).toBeGreaterThanOrEqual(200);
    });

    const specimens = Object.keys(breeds).flatMap((name) =>
      blockSizes.flatMap((blockBytes) =>
        histories.map((history) => ({ breed: name, blockBytes, history, seed: ++seed })),
      ),
    );
    // Three histories of five for each kind and block size, by turns.
    const chosen = specimens.filter((_, index) => (index + Math.floor(index / 5)) % 5 < 3);
    for (const specimen of chosen) {
      const { breed: name, blockBytes, history } = specimen;
      it(`is exact and loses nothing: ${name}, ${blockBytes}, ${history}`, async (context) => {
        rmSync(image, { force: true });
        try {
          await breed(image, join(folder.path, 'tree'), specimen);
        } catch (error) {
          const words = String(error);
          if (!impossible.some(([kind, what]) => kind.test(name) && what.test(words))) throw error;
          context.skip(words);
        }
        const map = await withFileDevice(image, mapExt);
        const judge = usedByDumpe2fs(image);
        expect(map).toMatchObject({ strategy: 'used', bytes: judge.bytes, used: judge.used });
        if (map.strategy !== 'used') return;
        expect(map.usedBytes).toBe(totalBytes(map.used));
        made++;
        if (name.startsWith('quota')) return;
        copyFileSync(image, copy);
        fillOutside(copy, map.used, map.bytes);
        repair(image);
        repair(copy);
        expect(await hashTree(copy)).toEqual(await hashTree(image));
      });
    }
  },
);
