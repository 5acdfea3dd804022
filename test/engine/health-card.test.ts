import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tool } from '../support/file-systems.ts';
import { faultsOf, healthRig, status } from '../support/health-rig.ts';
import {
  BOOT,
  cutOut,
  healthTools,
  makeHealthyCard,
  onRoot,
  patch,
  putOnRoot,
  ROOT,
} from '../support/healthy-card.ts';
import { BOOT_AT } from '../support/pi-image.ts';
import { needsTools } from '../support/tools.ts';

describe.skipIf(needsTools(...healthTools))('the health of tables and file systems', () => {
  const rig = healthRig();
  const { good, copy, judges } = rig;
  beforeAll(() => rig.begin());
  afterAll(() => rig.remove());

  it('sees marks and damage of the FAT, as its judge does', async () => {
    const dirty = copy();
    patch(dirty, BOOT.offset + 65, 1, (old) => old.writeUInt8(1));
    expect(await faultsOf(dirty)).toEqual([
      expect.stringMatching(/^remark file system 1: It was in use/),
    ]);
    const copies = copy();
    const reserved = 32 * 512;
    const fatBytes = fatSectors(good) * 512;
    // Cluster 60000 is free in both; the second copy says that it is the end of a file.
    patch(copies, BOOT.offset + reserved + fatBytes + 60_000 * 4, 4, (old) =>
      old.writeUInt32LE(0x0fffffff),
    );
    expect(await faultsOf(copies)).toEqual([
      expect.stringMatching(/^remark file system 1: The two copies/),
    ]);
    const info = copy();
    patch(info, BOOT.offset + 512 + 488, 4, (old) => old.writeUInt32LE(0x7fffffff));
    expect(await faultsOf(info)).toEqual([
      expect.stringMatching(/^remark file system 1: .*FSInfo/),
    ]);
    const spare = copy();
    patch(spare, BOOT.offset + 6 * 512 + 13, 1, (old) => old.writeUInt8(8));
    expect(await faultsOf(spare)).toEqual([
      expect.stringMatching(/^remark file system 1: The spare copy/),
    ]);
    for (const [name, card] of Object.entries({ dirty, copies, info })) {
      expect(judges(card).fat, name).not.toBe(0);
    }
    // Of this one the judge only tells.
    const told = tool('fsck.vfat', ['-n', cutOut(spare, BOOT, join(rig.folder, 'spare'))]);
    expect(told).toContain('differences between boot sector and its backup');
  });

  it('sees a kernel whose chain of clusters is cut off', async () => {
    const card = copy();
    const first = Number(
      /^<(\d+)/m.exec(
        tool('mshowfat', ['-i', card + BOOT_AT, '::kernel8.img']).replace(/^.*?</, '<'),
      )?.[1],
    );
    for (const fat of [0, 1]) {
      const at = BOOT.offset + 32 * 512 + fat * fatSectors(good) * 512 + (first + 3) * 4;
      patch(card, at, 4, (old) => old.writeUInt32LE(0x0fffffff));
    }
    const faults = await faultsOf(card);
    expect(faults).toEqual([
      expect.stringMatching(/^fail boot files 1: kernel8\.img .* chain of clusters is too short/),
      expect.stringMatching(/^fail file system 1: \/kernel8\.img is damaged/),
    ]);
    expect(judges(card).fat).not.toBe(0);
  });

  it('sees errors, descriptors, spare superblocks and inodes of ext, as its judge does', async () => {
    const errors = copy();
    onRoot(errors, 'set_super_value state 2\n');
    expect(await faultsOf(errors)).toEqual([
      expect.stringMatching(/^fail file system 2: Linux noted errors/),
    ]);
    const groups = copy();
    onRoot(groups, 'set_block_group 1 checksum 4711\n');
    expect(await faultsOf(groups)).toEqual([
      expect.stringMatching(/^fail file system 2: .*descriptors of 1 of/),
    ]);
    expect(judges(groups).ext).not.toBe(0);
    const spare = copy();
    // With blocks of 1 KiB the first spare one lies at block 8193.
    patch(spare, ROOT.offset + 8193 * 1024 + 0x68, 4, (old) => old.fill(0xff));
    expect(await faultsOf(spare)).toEqual([
      expect.stringMatching(/^remark file system 2: 1 of the 1 spare/),
    ]);
    const inode = copy();
    onRoot(inode, 'set_inode_field /home/pi/notes.txt checksum 4711\n');
    expect(await faultsOf(inode)).toEqual([
      expect.stringMatching(/^fail file system 2: .*notes\.txt/),
    ]);
    expect(judges(inode).ext).not.toBe(0);
  });

  it('takes a journal that can be replayed as a remark', async () => {
    const card = copy();
    onRoot(card, 'journal_open\njournal_write -b 4000 /dev/zero\njournal_close\n');
    onRoot(card, 'feature needs_recovery\n');
    const faults = await faultsOf(card);
    expect(faults).toEqual([expect.stringMatching(/^remark file system 2: It was in use/)]);
    // Its judge replays it and finds nothing else to repair (1: something was corrected, and that is the replay).
    const ext = cutOut(card, ROOT, join(rig.folder, 'replayed'));
    expect(status('e2fsck', '-fy', ext)).toBeLessThanOrEqual(1);
    expect(status('e2fsck', '-fn', ext)).toBe(0);
  });

  it('names a broken copy of the GPT, and partitions that overlap or leave the card', async () => {
    const gpt = join(rig.folder, 'gpt.img');
    const guid = '5E3DA3DA-0000-4000-8000-000000000002';
    makeHealthyCard(gpt, {
      table: `label: gpt\nstart=8192,size=81920,type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7\nstart=90112,size=49000,uuid=${guid}\n`,
      cmdline: `root=PARTUUID=${guid.toLowerCase()} rootwait\n`,
      rootMib: 22,
    });
    const ownFstab = `PARTUUID=${guid} / ext4 defaults 0 1\n`;
    const put = (path: string): void => putOnRoot(path, '/etc/fstab', ownFstab);
    put(gpt);
    expect(await faultsOf(gpt)).toEqual([]);
    const last = join(rig.folder, 'last.img');
    copyFileSync(gpt, last);
    patch(last, 68 * 1024 ** 2 - 512, 8, (old) => old.fill(0));
    expect(await faultsOf(last)).toEqual([
      'remark partition table null: The second copy of the GPT is damaged or missing.',
    ]);
    const first = join(rig.folder, 'first.img');
    copyFileSync(gpt, first);
    patch(first, 512 + 56, 8, (old) => old.fill(0));
    expect(await faultsOf(first)).toEqual([
      expect.stringMatching(/^fail partition table null: The first copy/),
    ]);
    const long = copy();
    patch(long, 462 + 12, 4, (old) => old.writeUInt32LE(60_000));
    expect(await faultsOf(long)).toEqual([
      'fail partition table null: Partition 2 ends after the end of the disk.',
    ]);
  });

  function fatSectors(card: string): number {
    let sectors = 0;
    patch(card, BOOT.offset + 36, 4, (old) => {
      sectors = old.readUInt32LE();
    });
    return sectors;
  }
});
