import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BufferPool } from '../../../src/engine/aligned-memory.ts';
import { readUpTo } from '../../../src/engine/block-device.ts';
import { planRestore } from '../../../src/engine/fit.ts';
import { readPartitionTable } from '../../../src/engine/partitions.ts';
import { temporaryFolder, tool } from '../../support/file-systems.ts';
import {
  glanceAt,
  makeForeignImage,
  openForeign,
  packed,
  restored,
} from '../../support/foreign-image.ts';
import { needsTools } from '../../support/tools.ts';

const MIB = 1024 * 1024;
const isMissing = needsTools('sfdisk', 'gzip', 'xz', 'bmaptool');

let folder: ReturnType<typeof temporaryFolder>;
let image: string;
let content: Uint8Array;
beforeAll(() => {
  folder = temporaryFolder();
  if (isMissing) return;
  image = join(folder.path, 'card.img');
  content = makeForeignImage(image);
});
afterAll(() => folder.remove());

function same(found: Uint8Array, expected: Uint8Array): void {
  expect(Buffer.compare(found, expected)).toBe(0);
}

describe.skipIf(isMissing)('an image that is longer than the card', () => {
  it('is given up as soon as a partition is seen to end behind the card', async () => {
    const path = packed(image, 'too-long.img.gz', ['gzip', '-c']);
    // The missing end is never seen.
    truncateSync(path, 3_500_000);
    const source = await openForeign(path, { limitBytes: 16 * MIB });
    expect(source).toMatchObject({ isComplete: false, map: [], bytes: 36_864 * 512 });
    expect(() => source.read([], { pool: new BufferPool(1, 4096), depth: 1 })).toThrow('INTERNAL');
    expect((await readPartitionTable(source.view)).partitions.length).toBeGreaterThan(2);
    await source.close();
  });

  it('is unpacked to its end when all of its partitions fit', async () => {
    const source = await openForeign(packed(image, 'fits.img.gz', ['gzip', '-c']), {
      limitBytes: 19 * MIB,
    });
    expect(source).toMatchObject({ isComplete: true, bytes: content.length });
    same(await restored(source), content);
    // What lies behind the card, to see that nothing is lost with it.
    expect(await readUpTo(source.view, 19 * MIB, MIB)).toHaveLength(MIB);
    await source.close();
  });

  it('without a partition table is given up at the end of the card', async () => {
    const path = join(folder.path, 'zeros');
    writeFileSync(path, '');
    truncateSync(path, 64 * MIB);
    for (const [name, command] of [
      ['zeros.gz', ['gzip', '-c']],
      ['zeros.xz', ['xz', '-0', '-c']],
    ] as const) {
      const source = await openForeign(packed(path, name, command), { limitBytes: 8 * MIB });
      expect(source.isComplete).toBe(false);
      expect(source.bytes).toBeGreaterThan(8 * MIB);
      expect(source.bytes).toBeLessThanOrEqual(64 * MIB);
      // The directory of an xz says how long it is; nothing in a gz does.
      expect(source.isOpenEnded).toBe(name === 'zeros.gz');
      const target = { disk: 'card', bytes: 8 * MIB, sectorSize: 512 };
      const what = name === 'zeros.gz' ? 'as far as it was unpacked' : 'nothing is known';
      await expect(planRestore({ source, target, grow: 'leave' })).rejects.toThrow(what);
      await source.close();
    }
  });

  it('is no image when it goes on for ever behind partitions that fit', async () => {
    const path = join(folder.path, 'bomb.img');
    writeFileSync(path, content);
    truncateSync(path, 400 * MIB);
    await expect(
      openForeign(packed(path, 'bomb.img.gz', ['gzip', '-1', '-c']), { limitBytes: 20 * MIB }),
    ).rejects.toMatchObject({ code: 'NOT_AN_IMAGE' });
  });
});

describe.skipIf(isMissing)('an image with a block map of bmaptool', () => {
  let bmap: string;
  beforeAll(() => {
    tool('bmaptool', ['-q', 'create', '-o', join(folder.path, 'card.bmap'), image]);
    bmap = readFileSync(join(folder.path, 'card.bmap'), 'utf8');
  });

  it.each(['plain', 'packed'])('is written as far as the map goes (%s)', async (kind) => {
    const path = kind === 'plain' ? image : packed(image, 'mapped.img.gz', ['gzip', '-c']);
    const source = await openForeign(path, { bmap });
    expect(source).toMatchObject({ mapOrigin: 'bmap', bytes: content.length });
    const card = await restored(source, source.map, 0xa5);
    tool('bmaptool', ['-q', 'copy', '--bmap', join(folder.path, 'card.bmap'), image, writeOld()]);
    same(card, readFileSync(join(folder.path, 'old.img')));
    await source.close();
  });

  it('whose data has changed is damaged, with a checksum for each range', async () => {
    const path = join(folder.path, 'changed.img');
    const changed = Uint8Array.from(content);
    changed[2 * MIB] = (changed[2 * MIB] ?? 0) ^ 1;
    writeFileSync(path, changed);
    await expect(openForeign(path, { bmap })).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' });
    const gz = packed(path, 'changed.img.gz', ['gzip', '-c']);
    await expect(openForeign(gz, { bmap })).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' });
  });

  it('of another size is not that image', async () => {
    const path = join(folder.path, 'longer.img');
    writeFileSync(path, content);
    truncateSync(path, content.length + 512);
    for (const file of [path, packed(path, 'longer.img.gz', ['gzip', '-c'])]) {
      await expect(openForeign(file, { bmap })).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' });
    }
    await expect(glanceAt(path, { bmap })).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' });
  });

  it('that was changed is refused before anything is read', async () => {
    const changed = bmap.replace('<MappedBlocksCount>', '<MappedBlocksCount> ');
    await expect(openForeign(image, { bmap: changed })).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
    });
  });

  function writeOld(): string {
    const path = join(folder.path, 'old.img');
    writeFileSync(path, new Uint8Array(content.length).fill(0xa5));
    return path;
  }
});
