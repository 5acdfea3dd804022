import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explain } from '../../src/engine/explain.ts';
import {
  emptyImage,
  makeExt,
  makeFat,
  partition,
  temporaryFolder,
  tool,
} from '../support/file-systems.ts';
import { applyPlan, keptOnly, planFor, poke, put, refusal } from '../support/fit-images.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 ** 2;
const SECTOR = 512;

const tools = ['sfdisk', 'mke2fs', 'mkfs.vfat', 'mcopy', 'dd'];

describe.skipIf(needsTools(...tools, 'e2fsck', 'resize2fs', 'dumpe2fs'))(
  'the fit of an image with an MBR',
  () => {
    const folder = temporaryFolder();
    afterAll(() => folder.remove());
    const named = (name: string): string => join(folder.path, name);
    /** FAT at 4 MiB, ext4 from 20 to 84 MiB, 100 MiB in all. */
    const END = 84 * MIB;
    const BYTES = 100 * MIB;
    const tree = temporaryFolder();
    afterAll(() => tree.remove());

    const makeCard = (name: string, extMib = 64): string => {
      const card = emptyImage(named(name), BYTES);
      partition(
        card,
        `label: dos\nlabel-id: 0x5e3da3da\nstart=8192,size=32768,type=c\nstart=40960,size=131072,type=83\n`,
      );
      put(
        card,
        makeFat(named('boot'), {
          bytes: 16 * MIB,
          bits: 16,
          label: 'BOOT',
          files: { 'cmdline.txt': 'root=/dev/mmcblk0p2\n' },
        }),
        4 * MIB,
      );
      put(
        card,
        makeExt(named('root'), { bytes: extMib * MIB, type: 'ext4', tree: tree.path }),
        20 * MIB,
      );
      return card;
    };
    let card = '';
    beforeAll(() => {
      card = makeCard('card.img');
    });

    it('leaves everything as it is on a card of the same size', async () => {
      const planned = await planFor(card, BYTES);
      expect(planned).toMatchObject({ growth: null, willGrow: false, adjusted: [] });
      expect(planned.plan.patches).toEqual([]);
      expect(planned.sentence).toBe('The card is exactly as large as the backup.');
      const whole = await planFor(card, BYTES, { origin: 'whole' });
      const copy = readFileSync(applyPlan(card, whole.plan, named('copy.img'), BYTES));
      expect(copy.equals(readFileSync(card))).toBe(true);
    });

    it.each(['manifest', 'whole'] as const)(
      'fits when the last partition ends with the card, and not a sector earlier (%s)',
      async (origin) => {
        const planned = await planFor(card, END, { origin });
        expect(planned.plan.patches).toEqual([]);
        expect(planned.sentence).toBe(
          'The card is 16.8 MB smaller than the backup, but everything on it fits.',
        );
        const small = applyPlan(card, planned.plan, named('small.img'), END);
        expect(tool('sfdisk', ['--verify', small])).toContain('No errors detected');
        tool('dd', [`if=${small}`, `of=${named('part')}`, 'bs=1M', 'skip=20', 'status=none']);
        tool('e2fsck', ['-fn', named('part')]);

        const error = await refusal(planFor(card, END - SECTOR, { origin }));
        expect(error).toMatchObject({
          code: 'TARGET_TOO_SMALL',
          facts: {
            disk: 'sdx',
            image: card,
            missingBytes: SECTOR,
            what: 'the Linux partition (number 2)',
          },
        });
      },
    );

    it('gives a command that makes the card fit', async () => {
      const own = makeCard('shrunk.img');
      const goal = 70 * MIB + 3 * SECTOR;
      const { facts } = await refusal(planFor(own, goal));
      const command = 'command' in facts ? (facts.command ?? '') : '';
      expect(command).toBe(
        "sudo e2fsck -f /dev/sda2 && sudo resize2fs /dev/sda2 50M && echo ', 50M' | sudo sfdisk --no-reread -N 2 /dev/sda",
      );
      // The same commands on an image file, where partition 2 is a file of its own.
      const part = named('part2');
      tool('dd', [`if=${own}`, `of=${part}`, 'bs=1M', 'skip=20', 'count=64', 'status=none']);
      tool('e2fsck', ['-f', '-p', part]);
      tool('resize2fs', [part, '50M']);
      truncateSync(part, 50 * MIB);
      put(own, part, 20 * MIB);
      tool('sfdisk', ['--no-reread', '--no-tell-kernel', '-N', '2', own], ', 50M\n');
      const planned = await planFor(own, goal);
      const small = applyPlan(own, planned.plan, named('fits.img'), goal);
      expect(tool('sfdisk', ['--verify', small])).toContain('No errors detected');
      tool('dd', [`if=${small}`, `of=${part}`, 'bs=1M', 'skip=20', 'count=50', 'status=none']);
      tool('e2fsck', ['-fn', part]);
    });

    it('gives no command when what is in use does not fit, and says how much it is', async () => {
      const error = await refusal(planFor(card, 28 * MIB));
      expect(error.facts).toMatchObject({ command: null });
      expect(explain(error).message).toMatch(
        /^.*card\.img does not fit on sdx: the Linux partition \(number 2\), of which [\d.]+ MB are in use, ends 58\.7 MB \(58720256 bytes\) after the end of the card\.$/,
      );
    });

    it('asks to shorten the partition only, where its file system ends long before it', async () => {
      const own = makeCard('short-fs.img', 40);
      const { facts } = await refusal(planFor(own, 70 * MIB));
      expect(facts).toMatchObject({
        missingBytes: 14 * MIB,
        command: "echo ', 50M' | sudo sfdisk --no-reread -N 2 /dev/sda",
      });
    });

    it('counts a file system that is longer than its partition with its own length', async () => {
      const own = makeCard('long-fs.img', 72);
      const longer = END + 8 * MIB;
      await expect(planFor(own, longer)).resolves.toMatchObject({ willGrow: false });
      const { facts } = await refusal(planFor(own, longer - SECTOR));
      expect(facts).toMatchObject({
        missingBytes: SECTOR,
        what: 'the ext4 file system on partition 2',
        command: null,
      });
    });

    it('does not believe a superblock under a wrong checksum, and refuses one that is right and longer than its card', async () => {
      const own = makeCard('lie.img');
      // debugfs changes the file system and its checksum; dumpe2fs would not read it any more.
      const blockBytes = Number(
        /Block size:\s+(\d+)/.exec(tool('dumpe2fs', ['-h', named('root')]))?.[1],
      );
      const superblock = 20 * MIB + 1024;
      // s_blocks_count, lower half: 4 GiB in blocks of 1024.
      poke(own, superblock + 4, Uint8Array.of(0, 0, 0x40, 0));
      await expect(planFor(own, END)).resolves.toMatchObject({ adjusted: [] });
      tool('debugfs', ['-w', '-n', '-R', 'set_super_value blocks_count 4194304', named('root')]);
      put(own, named('root'), 20 * MIB);
      const { code, facts } = await refusal(planFor(own, BYTES));
      expect({ code, facts }).toMatchObject({
        code: 'TARGET_TOO_SMALL',
        facts: {
          missingBytes: 20 * MIB + 4194304 * blockBytes - BYTES,
          what: 'the ext4 file system on partition 2',
        },
      });
    });

    it('does not need a tail of zeros, and will not lose data there', async () => {
      await expect(planFor(card, END, { origin: 'whole' })).resolves.toMatchObject({
        adjusted: [],
      });
      const own = makeCard('tail.img');
      poke(own, END + 5 * MIB + 7, Uint8Array.of(1));
      const { facts } = await refusal(planFor(own, END, { origin: 'whole' }));
      expect(facts).toMatchObject({
        missingBytes: 5 * MIB + 8,
        what: 'data after the last partition',
        command: null,
      });
      await expect(
        planFor(own, END + 5 * MIB + 8 + 504, { origin: 'whole' }),
      ).resolves.toMatchObject({ adjusted: [] });
      // A backup knows that nothing lies there.
      await expect(planFor(own, END)).resolves.toMatchObject({ adjusted: [] });
    });

    it('judges a stream by its table and superblocks, and counts what it cannot see as data', async () => {
      const kept = [
        { offset: 0, bytes: MIB },
        { offset: 4 * MIB, bytes: 65536 },
        { offset: 20 * MIB, bytes: 65536 },
      ];
      const see = (source: Parameters<typeof keptOnly>[0]) => keptOnly(source, kept);
      await expect(planFor(card, END, { origin: 'whole', see })).resolves.toMatchObject({
        adjusted: [],
      });
      const { facts } = await refusal(
        planFor(makeCard('stream.img', 72), END + 8 * MIB - SECTOR, { see }),
      );
      expect(facts).toMatchObject({
        missingBytes: SECTOR,
        what: 'the ext4 file system on partition 2',
      });
      poke(named('stream.img'), END + 15 * MIB, Uint8Array.of(1));
      const tail = await refusal(
        planFor(named('stream.img'), END + 9 * MIB, { origin: 'whole', see }),
      );
      expect(tail.facts).toMatchObject({
        missingBytes: 7 * MIB,
        what: 'data after the last partition',
      });
      const larger = await planFor(card, BYTES + 200 * MIB, { see, grow: 'first-boot' });
      expect(larger).toMatchObject({
        willGrow: false,
        growth: { method: null, spareBytes: BYTES + 200 * MIB - END },
      });
    });

    it('finds an image from elsewhere that was cut off', async () => {
      const own = makeCard('cut.img');
      truncateSync(own, END - MIB);
      const error = await refusal(planFor(own, BYTES, { origin: 'whole' }));
      expect(error).toMatchObject({ code: 'IMAGE_DAMAGED', facts: { path: own } });
      expect(explain(error).message).toContain(
        '1048576 bytes before the Linux partition (number 2) does',
      );
    });

    it('refuses a card whose sectors have another size', async () => {
      const error = await refusal(planFor(card, BYTES, { sectorSize: 4096, imageSectorSize: 512 }));
      expect(error.code).toBe('UNSUPPORTED');
      expect(explain(error).message).toContain(
        'sectors of 512 bytes to sdx, whose sectors have 4096',
      );
    });
  },
);
