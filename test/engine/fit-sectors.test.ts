import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readPartitionTable } from '../../src/engine/partitions.ts';
import { emptyImage, makeFat, temporaryFolder, tool } from '../support/file-systems.ts';
import { applyPlan, planFor, put, refusal } from '../support/fit-images.ts';
import { attachLoop } from '../support/loop.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { needsLoop, needsTools } from '../support/tools.ts';

const MIB = 1024 ** 2;
const SECTOR = 4096;

/** As a card in a reader with sectors of 4096 bytes: what an image file of it does not tell. */
const large = { sectorSize: SECTOR, imageSectorSize: 512, origin: 'whole' } as const;

describe.skipIf(needsLoop() || needsTools('sfdisk', 'sgdisk', 'mkfs.vfat'))(
  'the fit of an image in sectors of 4096 bytes',
  () => {
    const folder = temporaryFolder();
    afterAll(() => folder.remove());
    const named = (name: string): string => join(folder.path, name);

    /** Runs a tool on the image as such a device. */
    const onDevice = async (image: string, run: (device: string) => string): Promise<string> => {
      const loop = await attachLoop(image, { sectorSize: SECTOR });
      try {
        return run(loop.path);
      } finally {
        await loop.detach();
      }
    };
    const partitioned = async (name: string, script: string): Promise<string> => {
      const image = emptyImage(named(name), 64 * MIB);
      await onDevice(image, (device) =>
        tool('sfdisk', ['--quiet', '--no-reread', '--no-tell-kernel', device], script),
      );
      return image;
    };

    it('moves the backup of a GPT to the end', async () => {
      const card = await partitioned(
        'gpt.img',
        'label: gpt\nstart=256,size=2048,type=uefi\nstart=2304,size=9984,type=linux\n',
      );
      // The entries take four sectors, the header one.
      const least = 48 * MIB + 5 * SECTOR;
      for (const bytes of [least, 96 * MIB]) {
        const planned = await planFor(card, bytes, large);
        const result = applyPlan(card, planned.plan, named('card.img'), bytes);
        expect(await onDevice(result, (device) => tool('sgdisk', ['-v', device]))).toContain(
          'No problems found',
        );
        const table = await readPartitionTable(
          memoryDevice(readFileSync(result), { sectorSize: SECTOR }),
        );
        expect(table).toMatchObject({ scheme: 'gpt', problems: [] });
        expect(table.partitions.map(({ offset }) => offset)).toEqual([MIB, 9 * MIB]);
      }
      const { facts } = await refusal(planFor(card, least - SECTOR, large));
      expect(facts).toMatchObject({ missingBytes: SECTOR });
      const other = await refusal(planFor(card, 96 * MIB, { ...large, sectorSize: 512 }));
      expect(other).toMatchObject({ code: 'UNSUPPORTED' });
    });

    it('knows the sectors of an MBR by the file systems it leads to', async () => {
      const card = await partitioned('mbr.img', 'label: dos\nstart=256,size=4096,type=c\n');
      put(
        card,
        makeFat(named('fat'), { bytes: 16 * MIB, bits: 16, label: 'BOOT', files: {} }),
        MIB,
      );
      const planned = await planFor(card, 17 * MIB, large);
      const result = applyPlan(card, planned.plan, named('card.img'), 17 * MIB);
      expect(await onDevice(result, (device) => tool('sfdisk', ['--verify', device]))).toContain(
        'No errors detected',
      );
      const { facts } = await refusal(planFor(card, 17 * MIB - SECTOR, large));
      expect(facts).toMatchObject({ missingBytes: SECTOR, what: 'the FAT partition (number 1)' });
      const other = await refusal(planFor(card, 64 * MIB, { ...large, sectorSize: 512 }));
      expect(other).toMatchObject({ code: 'UNSUPPORTED' });
    });
  },
);
