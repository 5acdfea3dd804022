import { mkdtemp, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeCard } from '../../../scripts/make-card.ts';
import type { Disk } from '../../../src/engine/disk.ts';
import { glance } from '../../../src/engine/pi-card.ts';
import { judge } from '../../../src/engine/selection.ts';
import { listDisks } from '../../../src/platform/linux/disk-list.ts';
import { systemTools } from '../../../src/platform/linux/tools.ts';
import { createLinuxVolumes } from '../../../src/platform/linux/volumes.ts';
import { attachLoop, type LoopDevice } from '../../support/loop.ts';
import { asNobody } from '../../support/nobody.ts';
import { scriptTool } from '../../support/script-tool.ts';
import { needsLoop, needsSystem, needsTools } from '../../support/tools.ts';

const notHere = needsSystem('linux') || needsTools('lsblk', 'findmnt');
const lsblk = { program: 'lsblk' };
const anyContext = {
  destinationDisks: [],
  allowDiskImage: true,
  allowOtherExternal: true,
  neverTouch: [],
};

describe.skipIf(notHere)('the disks of this computer', () => {
  test('that carry it are protected', async () => {
    const { disks } = await createLinuxVolumes(systemTools).volumeOf('/');
    const listed = await listDisks(lsblk);
    for (const id of disks) {
      const disk = listed.find((candidate) => candidate.id === id);
      expect(disk?.roles).toContain('system');
      if (disk) expect(judge(disk, anyContext)).toMatchObject({ offer: false, protected: true });
    }
  });
});

const noCards = notHere || needsLoop() || needsTools('mke2fs', 'mkfs.vfat', 'mcopy', 'sfdisk');

describe.skipIf(noCards)('a card behind a loop device', () => {
  let folder = '';
  const cards = { mbr: '', gpt: '' };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pikeep-list-'));
    for (const scheme of ['mbr', 'gpt'] as const) {
      cards[scheme] = join(folder, `${scheme}.img`);
      await makeCard({ out: cards[scheme], scheme });
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  let loop: LoopDevice | null = null;
  afterEach(async () => {
    await loop?.detach();
    loop = null;
  });
  async function listed(): Promise<Disk> {
    const disk = (await listDisks(lsblk)).find(({ id }) => id === loop?.id);
    if (!disk) throw new Error('not listed');
    return disk;
  }

  test.each(['mbr', 'gpt'] as const)('is recognised as a Pi card (%s)', async (scheme) => {
    loop = await attachLoop(cards[scheme]);
    const disk = await listed();
    expect(disk).toMatchObject({
      path: loop.path,
      rawPath: loop.path,
      bytes: 96 * 1024 * 1024,
      sectorBytes: 512,
      bus: 'disk-image',
      virtual: true,
      writable: true,
      scheme,
      roles: [],
      diskImage: { backingFile: cards[scheme], backingOwner: process.getuid?.() },
    });
    expect(disk.partitions.map(({ label, offset }) => ({ label, offset }))).toEqual([
      { label: 'bootfs', offset: 8 * 1024 * 1024 },
      { label: 'rootfs', offset: 48 * 1024 * 1024 },
    ]);
    expect(disk.bootFiles).toEqual(expect.arrayContaining(['config.txt', 'kernel8.img']));
    expect(glance(disk).pi).toBe('yes');
    expect(judge(disk, anyContext).offer).toBe(true);
    expect(judge(disk, { ...anyContext, allowDiskImage: false })).toMatchObject({
      offer: false,
      reason: 'disk-image',
    });
  });

  test('says the same to all who ask at once', async () => {
    loop = await attachLoop(cards.mbr);
    const answers = await Promise.all([listed(), listed(), listed()]);
    expect(answers[0]?.partitions).toHaveLength(2);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  test('shows the nodes of its partitions where the system has made them, and its lock switch', async () => {
    loop = await attachLoop(cards.mbr, { partitions: true, readOnly: true });
    const disk = await listed();
    expect(disk.partitions.map(({ node }) => node)).toEqual([`${loop.id}p1`, `${loop.id}p2`]);
    expect(disk.writable).toBe(false);
  });

  test('whose file was deleted belongs to nobody', async () => {
    const file = join(folder, 'deleted.img');
    await makeCard({ out: file });
    loop = await attachLoop(file);
    await unlink(file);
    expect((await listed()).diskImage).toEqual({
      backingFile: `${file} (deleted)`,
      backingOwner: null,
    });
  });

  test('is listed for a user who may not read it, with what the system shows', async () => {
    loop = await attachLoop(cards.mbr);
    const answer = await asNobody(
      'import { listDisks } from "./src/platform/linux/disk-list.ts";',
      `const disks = await listDisks({ program: 'lsblk' });
       const { bytes, partitions, bootFiles } = disks.find(({ id }) => id === '${loop.id}');
       console.log(JSON.stringify({ bytes, partitions, bootFiles }));`,
    );
    // Where udev runs, lsblk takes partitions from its database; without it nobody may know them.
    expect(JSON.parse(answer)).toMatchObject({ bytes: 96 * 1024 * 1024, bootFiles: null });
  });
});

describe.skipIf(notHere)('what the kind of a disk says', () => {
  const base = {
    ...{ 'log-sec': 512, rm: true, ro: false, hotplug: true, model: null, vendor: null },
    ...{ size: 0, pttype: null, type: 'disk', mountpoints: [null] },
  };
  async function listedAs(node: object): Promise<Disk[]> {
    const answer = JSON.stringify({ blockdevices: [{ ...base, ...node }] });
    const tool = await scriptTool(`cat <<'END'\n${answer}\nEND`);
    try {
      return [...(await listDisks({ program: tool.program }))];
    } finally {
      await tool.remove();
    }
  }
  const names = (kname: string) => ({ kname, path: `/dev/${kname}` });

  test.each([
    [
      { ...names('sdx'), tran: 'usb' },
      { bus: 'usb', internal: false, removable: true },
    ],
    [
      { ...names('nvme8n1'), tran: 'nvme', rm: false },
      { bus: 'nvme', internal: true },
    ],
    [
      { ...names('sdx'), tran: 'sata', rm: false, hotplug: false },
      { bus: 'sata', internal: true },
    ],
    [
      { ...names('mmcblk8'), tran: 'mmc', rm: false },
      { bus: 'secure-digital', removable: null },
    ],
    [
      { ...names('vdx'), tran: 'virtio' },
      { bus: 'other', internal: null },
    ],
  ])('%o', async (node, expected) => {
    const [disk] = await listedAs(node);
    expect(disk).toMatchObject(expected);
  });

  test('an optical drive is no disk', async () => {
    expect(await listedAs({ ...names('sr0'), type: 'rom', tran: 'usb' })).toEqual([]);
  });

  test('types of partitions become one vocabulary, and labels of cards lose their control characters', async () => {
    const part = (kname: string, parttype: string, label: string | null) => ({
      ...base,
      ...names(kname),
      ...{ type: 'part', size: 512, parttype, label, uuid: null },
    });
    const [disk] = await listedAs({
      ...names('sdx'),
      ...{ tran: 'usb', pttype: 'dos', ptuuid: '5E3DA3DA' },
      children: [
        part('sdx1', '0xc', 'boot\u001b[2Jfs\u0000'),
        part('sdx2', '0x83', '  '),
        part('sdx3', 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b', null),
        part('sdx4', 'nonsense', null),
      ],
    });
    expect(disk?.tableId).toBe('5e3da3da');
    expect(disk?.partitions.map(({ kind }) => kind)).toEqual([
      'fat',
      'linux',
      'efi-system',
      'other',
    ]);
    expect(disk?.partitions.map(({ label }) => label)).toEqual(['boot [2Jfs', null, null, null]);
  });
});
