import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededBytes } from '../../scripts/card/seeded.ts';
import type { OpenedImage } from '../../src/engine/image/image-file.ts';
import { imageFormats } from '../../src/engine/image/image-format.ts';
import { runListFiles } from '../../src/worker/list-files-task.ts';
import { type FilesCard, filesTools, folderForCard, makeFilesCard } from '../support/files-card.ts';
import { taskContext } from '../support/task-context.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const ENTRIES = 1000;

describe.skipIf(needsTools(...filesTools))('listing a folder of a large packed image', () => {
  let card: FilesCard;

  beforeAll(() => {
    const folder = folderForCard();
    const [tree, boot] = [join(folder, 'tree'), join(folder, 'boot')];
    mkdirSync(join(tree, 'usr/bin'), { recursive: true });
    mkdirSync(boot);
    // Before and behind the folder, and nothing that could be packed.
    writeFileSync(join(tree, 'before'), seededBytes('1', 'before', 48 * MIB));
    for (let index = 0; index < ENTRIES; index++) writeFileSync(join(tree, `usr/bin/${index}`), '');
    writeFileSync(join(tree, 'zeal'), seededBytes('1', 'behind', 48 * MIB));
    writeFileSync(join(boot, 'config.txt'), '');
    card = makeFilesCard(folder, { tree, boot, rootMib: 128 });
  });
  afterAll(() => card?.remove());

  it('ends a search that takes too long with what it has found', async () => {
    const image = await card.backUp('img', 'searched');
    const search = (patienceMs?: number) => {
      let now = 0;
      return runListFiles(
        {
          ...{ task: 'list-files', target: image, source: card.source, path: '/' },
          ...{ recursive: true, search: '7', offset: 0, limit: 2 * ENTRIES },
          ...{ unpack: false, cacheFolder: card.cacheFolder },
          ...(patienceMs === undefined ? {} : { patienceMs }),
        },
        // A millisecond for each look at the clock.
        taskContext({ monotonic: () => now++ }),
      );
    };
    const whole = await search();
    const names = Array.from({ length: ENTRIES }, (_, index) => `${index}`);
    expect(whole.files.map(({ name }) => name).sort()).toEqual(
      names.filter((name) => name.includes('7')).sort(),
    );
    expect(whole).toMatchObject({ isMore: false, isCutOff: false });
    const some = await search(200);
    expect(some).toMatchObject({ isMore: false, isCutOff: true });
    expect(some.files.length).toBeGreaterThan(0);
    expect(some.files).toEqual(whole.files.slice(0, some.files.length));
    expect(some.files.length).toBeLessThan(whole.files.length);
  });

  for (const format of imageFormats) {
    it(`reads little of the file: ${format}`, async () => {
      const image = await card.backUp(format, `card-${format}`);
      let read = 0;
      const counted = (opened: OpenedImage): OpenedImage => {
        const { device } = opened;
        return {
          readBackMethod: opened.readBackMethod,
          device: {
            path: device.path,
            size: device.size,
            sectorSize: device.sectorSize,
            read(into, offset) {
              read += into.length;
              return device.read(into, offset);
            },
            close: () => device.close(),
          },
        };
      };
      const { files } = await runListFiles(
        {
          ...{ task: 'list-files', target: image, source: card.source, path: '/usr/bin' },
          ...{ recursive: false, search: null, offset: 0, limit: 2 * ENTRIES },
          ...{ unpack: false, cacheFolder: card.cacheFolder },
        },
        taskContext({
          adapt: (platform) => ({
            ...platform,
            imageFiles: {
              ...platform.imageFiles,
              open: async (path) => counted(await platform.imageFiles.open(path)),
            },
          }),
        }),
      );
      expect(files).toHaveLength(ENTRIES);
      expect(statSync(image).size).toBeGreaterThan(96 * MIB);
      expect(read).toBeGreaterThan(0);
      expect(read).toBeLessThan(8_000_000);
    });
  }
});
