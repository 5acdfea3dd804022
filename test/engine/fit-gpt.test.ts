import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readPartitionTable } from '../../src/engine/partitions.ts';
import { emptyImage, makeExt, partition, temporaryFolder, tool } from '../support/file-systems.ts';
import { applyPlan, planFor, poke, put, refusal } from '../support/fit-images.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 ** 2;
const MOVED = 'the backup of the partition table, moved to the end of the card';
const STALE = 'the old backup of the partition table, replaced by zeros';

/** What sfdisk reads, without the name of the file and what depends on the size of the disk. */
function dump(card: string): string {
  return tool('sfdisk', ['--dump', card])
    .replaceAll(card, 'card')
    .replace(/^last-lba:.*\n/m, '');
}

function judge(card: string, image: string): void {
  expect(tool('sgdisk', ['-v', card])).toContain('No problems found');
  expect(tool('sfdisk', ['--verify', card])).toContain('No errors detected');
  expect(dump(card)).toBe(dump(image));
}

describe.skipIf(needsTools('sfdisk', 'sgdisk', 'mke2fs', 'dd'))(
  'the fit of an image with a GPT',
  () => {
    const folder = temporaryFolder();
    const tree = temporaryFolder();
    afterAll(() => {
      folder.remove();
      tree.remove();
    });
    const named = (name: string): string => join(folder.path, name);
    const BYTES = 64 * MIB;
    /** Partition 2 ends at 48 MiB; the backup needs 33 sectors behind it. */
    const LEAST = 48 * MIB + 33 * 512;

    const makeCard = (name: string): string => {
      const card = emptyImage(named(name), BYTES);
      partition(
        card,
        'label: gpt\nlabel-id: 5E3DA3DA-0000-4000-8000-000000000001\nstart=2048,size=16384,type=uefi,name=boot,uuid=11111111-2222-4333-8444-000000000001\nstart=18432,size=79872,type=linux,name=root,uuid=11111111-2222-4333-8444-000000000002\n',
      );
      put(
        card,
        makeExt(named('root'), {
          bytes: 39 * MIB,
          type: 'ext4',
          tree: tree.path,
          args: ['-O', '^has_journal'],
        }),
        9 * MIB,
      );
      return card;
    };

    it('gives a card of the same size exactly the image, damaged copies and all', async () => {
      const card = makeCard('same.img');
      for (const at of [0, 512 + 60, BYTES - 512 + 60]) {
        const planned = await planFor(card, BYTES, { origin: 'whole' });
        expect(planned).toMatchObject({ adjusted: [], plan: { patches: [] } });
        const copy = readFileSync(applyPlan(card, planned.plan, named('copy.img'), BYTES));
        expect(copy.equals(readFileSync(card))).toBe(true);
        if (at > 0) poke(card, at, Uint8Array.of(0xff));
      }
    });

    it.each([
      ['smaller', LEAST, [MOVED]],
      ['a sector smaller', BYTES - 512, [MOVED]],
      ['a sector larger', BYTES + 512, [MOVED]],
      ['33 sectors larger', BYTES + 33 * 512, [MOVED, STALE]],
      ['larger', 200 * MIB + 512, [MOVED, STALE]],
    ])('moves the backup to the end of a card that is %s', async (_, bytes, adjusted) => {
      const card = makeCard('moved.img');
      for (const origin of ['manifest', 'whole'] as const) {
        const planned = await planFor(card, bytes, { origin });
        const result = applyPlan(card, planned.plan, named('card.img'), bytes);
        judge(result, card);
        expect(planned.sentence).toContain(
          'the second copy of the partition table moves to its end',
        );
        expect(planned.adjusted).toEqual(
          expect.arrayContaining(bytes === BYTES + 512 ? [MOVED] : adjusted),
        );
        const content = readFileSync(result);
        const table = await readPartitionTable(memoryDevice(content));
        expect(table.problems).toEqual([]);
        // Only one header besides the first: at the very end.
        expect(content.lastIndexOf('EFI PART')).toBe(bytes - 512);
        expect(content.indexOf('EFI PART', 1024)).toBe(bytes - 512);
      }
    });

    it('needs room for the backup behind the last partition, to the sector', async () => {
      const card = makeCard('tight.img');
      const { code, facts } = await refusal(planFor(card, LEAST - 512));
      expect({ code, facts }).toMatchObject({
        code: 'TARGET_TOO_SMALL',
        facts: {
          missingBytes: 512,
          what: 'the Linux partition (number 2), with the backup of the partition table behind it,',
          command:
            "sudo e2fsck -f /dev/sda2 && sudo resize2fs /dev/sda2 38M && echo ', 38M' | sudo sfdisk --no-reread -N 2 /dev/sda",
        },
      });
    });

    it('builds both copies from the one that is good', async () => {
      const first = makeCard('first.img');
      poke(first, 512 + 60, Uint8Array.of(0xff));
      const planned = await planFor(first, 96 * MIB);
      expect(planned.adjusted).toContain(
        'the damaged first copy of the partition table, made anew from its backup',
      );
      judge(applyPlan(first, planned.plan, named('card.img'), 96 * MIB), makeCard('good.img'));

      const second = makeCard('second.img');
      poke(second, BYTES - 512 + 60, Uint8Array.of(0xff));
      for (const bytes of [96 * MIB, 50 * MIB]) {
        const other = await planFor(second, bytes);
        expect(other.adjusted).toContain(
          'the damaged or missing backup of the partition table, made anew from the first copy',
        );
        judge(applyPlan(second, other.plan, named('card.img'), bytes), makeCard('good.img'));
      }
    });

    it('finds the entries of a damaged first copy behind a boot loader', async () => {
      const card = makeCard('loader.img');
      tool('sgdisk', ['--move-main-table=100', card]);
      poke(card, 512 + 60, Uint8Array.of(0xff));
      // The loader, which must stay.
      poke(card, 1024, new TextEncoder().encode('a boot loader'));
      const planned = await planFor(card, 96 * MIB);
      const result = applyPlan(card, planned.plan, named('card.img'), 96 * MIB);
      expect(tool('sgdisk', ['-v', result])).toContain('No problems found');
      expect(readFileSync(result).toString('latin1', 1024, 1024 + 13)).toBe('a boot loader');
    });

    it('moves the backup of an image that was flashed to a larger card and read back whole', async () => {
      const card = makeCard('flashed.img');
      truncateSync(card, 80 * MIB);
      const planned = await planFor(card, 100 * MIB, { origin: 'whole' });
      const result = applyPlan(card, planned.plan, named('card.img'), 100 * MIB);
      judge(result, makeCard('good.img'));
      expect(readFileSync(result).indexOf('EFI PART', 1024)).toBe(100 * MIB - 512);
    });

    it('leaves the MBR of a hybrid as it is', async () => {
      const card = makeCard('hybrid.img');
      tool('sgdisk', ['--hybrid=1', card]);
      const before = readFileSync(card).subarray(0, 512);
      const planned = await planFor(card, 96 * MIB);
      const result = applyPlan(card, planned.plan, named('card.img'), 96 * MIB);
      expect(readFileSync(result).subarray(0, 512).equals(before)).toBe(true);
      expect(tool('sgdisk', ['-v', result])).toContain('No problems found');
    });
  },
);
