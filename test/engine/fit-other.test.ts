import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyImage, makeFat, partition, temporaryFolder, tool } from '../support/file-systems.ts';
import { applyPlan, planFor, refusal } from '../support/fit-images.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 ** 2;
const SECTOR = 512;

describe.skipIf(needsTools('sfdisk', 'mkfs.vfat', 'mcopy'))('the fit of other images', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  const named = (name: string): string => join(folder.path, name);

  it('counts logical partitions and their container', async () => {
    const image = partition(
      emptyImage(named('logical.img'), 100 * MIB),
      'label: dos\nstart=2048,size=8192,type=c\nstart=10240,size=153600,type=5\nstart=12288,size=8192,type=83\nstart=22528,size=131072,type=83\n',
    );
    const end = (10240 + 153600) * SECTOR;
    const planned = await planFor(image, end);
    const small = applyPlan(image, planned.plan, named('small.img'), end);
    expect(tool('sfdisk', ['--verify', small])).toContain('No errors detected');
    expect(tool('sfdisk', ['--dump', small]).replaceAll(small, 'x')).toBe(
      tool('sfdisk', ['--dump', image]).replaceAll(image, 'x'),
    );
    const { facts } = await refusal(planFor(image, end - SECTOR));
    expect(facts).toMatchObject({
      missingBytes: SECTOR,
      what: 'the extended partition (number 2)',
      command: null,
    });
    const less = await refusal(planFor(image, 22528 * SECTOR));
    expect(less.facts).toMatchObject({ command: null });
  });

  it('goes by the file system where there is no table', async () => {
    const fat = makeFat(named('fat.img'), {
      bytes: 16 * MIB,
      bits: 16,
      label: 'STICK',
      files: { a: 'b' },
    });
    truncateSync(fat, 20 * MIB);
    await expect(planFor(fat, 16 * MIB)).resolves.toMatchObject({ adjusted: [] });
    // Sectors of a table do not matter where there is none.
    await expect(
      planFor(fat, 16 * MIB, { sectorSize: 4096, imageSectorSize: 512 }),
    ).resolves.toMatchObject({ adjusted: [] });
    const { facts } = await refusal(planFor(fat, 16 * MIB - SECTOR));
    expect(facts).toMatchObject({
      missingBytes: SECTOR,
      what: 'the FAT file system',
      command: null,
    });
  });

  it('needs room for all of an image in which nothing is known', async () => {
    const image = emptyImage(named('zeros.img'), 8 * MIB);
    await expect(planFor(image, 8 * MIB, { origin: 'whole' })).resolves.toMatchObject({
      growth: null,
    });
    const { facts } = await refusal(planFor(image, 8 * MIB - SECTOR, { origin: 'whole' }));
    expect(facts).toMatchObject({ missingBytes: SECTOR, command: null });
    const larger = await planFor(image, 80 * MIB, { origin: 'whole' });
    expect(larger.growth).toMatchObject({ spareBytes: 72 * MIB, method: null });
  });
});
