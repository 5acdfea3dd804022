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

/** Which resizing, feature or block size a kind of file system does not allow, as its tools say. */
const impossible = [/resize_inode|resize|meta_bg/i];

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
    // A third of all combinations is enough for 200 of them, and each kind meets each history.
    for (const specimen of specimens.filter((_, index) => (index + index / 6) % 2 < 1)) {
      const { breed: name, blockBytes, history } = specimen;
      it(`is exact and loses nothing: ${name}, ${blockBytes}, ${history}`, async (context) => {
        rmSync(image, { force: true });
        try {
          await breed(image, join(folder.path, 'tree'), specimen);
        } catch (error) {
          if (!impossible.some((pattern) => pattern.test(String(error)))) throw error;
          context.skip(String(error).split('\n').at(-2));
        }
        const map = await withFileDevice(image, mapExt);
        const judge = usedByDumpe2fs(image);
        expect(map).toMatchObject({ strategy: 'used', bytes: judge.bytes, used: judge.used });
        if (map.strategy !== 'used') return;
        expect(map.usedBytes).toBe(totalBytes(map.used));
        copyFileSync(image, copy);
        fillOutside(copy, map.used, map.bytes);
        repair(image);
        repair(copy);
        expect(await hashTree(copy)).toEqual(await hashTree(image));
        made++;
      });
    }
  },
);
