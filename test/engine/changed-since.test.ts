import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, copyFileSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { readCard } from '../../src/engine/card.ts';
import {
  type ChangedSince,
  changedSince,
  changedWords,
  compareVolumes,
} from '../../src/engine/changed-since.ts';
import { readPortrait } from '../../src/engine/portrait.ts';
import type { Portrait, Volume } from '../../src/engine/portrait-schema.ts';
import { openFileDevice } from '../support/file-device.ts';
import { temporaryFolder, tool } from '../support/file-systems.ts';
import { attachLoop } from '../support/loop.ts';
import { layOut } from '../support/systems/lay-out.ts';
import { bookworm } from '../support/systems/raspberry.ts';
import { needsLoop, needsTools } from '../support/tools.ts';

const MIB = 1024 ** 2;
const ROOT = { offset: 44 * MIB, bytes: 24 * MIB };
const BOOT = 4 * MIB;

async function draw(path: string): Promise<Portrait> {
  const device = openFileDevice(path);
  try {
    return await readPortrait(device, await readCard(device));
  } finally {
    await device.close();
  }
}

async function since(path: string, before: Portrait): Promise<ChangedSince> {
  const device = openFileDevice(path);
  try {
    return await changedSince(device, await readCard(device), before);
  } finally {
    await device.close();
  }
}

function patch(path: string, offset: number, bytes: Uint8Array): void {
  const fd = openSync(path, 'r+');
  try {
    writeSync(fd, bytes, 0, bytes.length, offset);
  } finally {
    closeSync(fd);
  }
}

/** Mounts a partition of the card as its Pi would, does something, and unmounts. */
async function mounted(
  card: string,
  part: { offset: number; bytes: number },
  use: (folder: string) => void,
): Promise<void> {
  const folder = temporaryFolder();
  const loop = await attachLoop(card, part);
  try {
    execFileSync('mount', [loop.path, folder.path]);
    try {
      use(folder.path);
    } finally {
      execFileSync('umount', [folder.path]);
    }
  } finally {
    await loop.detach();
    folder.remove();
  }
}

const tools = ['mke2fs', 'debugfs', 'dumpe2fs', 'mkfs.vfat', 'mcopy', 'mmd', 'sfdisk'] as const;

describe.skipIf(needsTools(...tools))('what changed on a card since its backup', () => {
  const folder = temporaryFolder();
  const card = join(folder.path, 'card.img');
  let before: Portrait;
  beforeEach(async () => {
    layOut(card, bookworm);
    before = await draw(card);
  });
  afterAll(() => folder.remove());

  it('is nothing while nobody used it', async () => {
    expect(await since(card, before)).toEqual({ verdict: 'same', bytes: 0, isAtLeast: false });
  });

  it('is seen on the boot partition by any file that changed', async () => {
    const file = join(folder.path, 'config.txt');
    writeFileSync(file, 'auto_initramfs=1\narm_64bit=0\n');
    tool('mcopy', ['-o', '-i', `${card}@@4M`, file, '::config.txt']);
    expect(await since(card, before)).toEqual({
      verdict: 'changed',
      bytes: null,
      isAtLeast: false,
    });
  });

  it('is nothing when a Mac only looked at it', async () => {
    for (const name of ['.fseventsd', '.Spotlight-V100']) {
      tool('mmd', ['-i', `${card}@@4M`, `::${name}`]);
    }
    const file = join(folder.path, 'store');
    writeFileSync(file, 'index');
    tool('mcopy', ['-i', `${card}@@4M`, file, '::.Spotlight-V100/store.db']);
    expect((await since(card, before)).verdict).toBe('same');
  });

  it.skipIf(needsTools('fsck.vfat'))(
    'is not what marks a FAT as in use, but that is told',
    async () => {
      const fsck = (): string => {
        const boot = join(folder.path, 'boot');
        tool('dd', [`if=${card}`, `of=${boot}`, 'bs=1M', 'skip=4', 'count=40', 'status=none']);
        return spawnSync('fsck.vfat', ['-n', boot], { encoding: 'utf8' }).stdout;
      };
      expect(fsck()).not.toContain('Dirty bit is set');
      // As Linux leaves it while it is mounted: in the byte behind the drive number of the boot sector.
      patch(card, BOOT + 0x41, Buffer.from([1]));
      expect(fsck()).toContain('Dirty bit is set');
      const portrait = await draw(card);
      expect(portrait.shutdown).toBe('unclean');
      expect(portrait.volumes.map(({ clean }) => clean)).toEqual([false, true]);
      expect((await since(card, before)).verdict).toBe('same');
      // As Windows and macOS do it: in the second entry of the table, which begins behind 32 sectors.
      patch(card, BOOT + 0x41, Buffer.from([0]));
      expect((await draw(card)).shutdown).toBe('clean');
      patch(card, BOOT + 32 * 512 + 4, Buffer.from([0xff, 0xff, 0xff, 0x07]));
      expect((await draw(card)).shutdown).toBe('unclean');
    },
  );

  it('is another card’s where table or file systems are others', async () => {
    const reason = { verdict: 'changed', bytes: null, isAtLeast: false };
    expect(await since(card, { ...before, tableId: 'ffffffff' })).toEqual(reason);
    expect(await since(card, { ...before, volumes: before.volumes.slice(0, 1) })).toEqual(reason);
  });

  describe.skipIf(needsLoop())('used by a real kernel', () => {
    it('is seen after the shortest use, and counted by what Linux wrote', async () => {
      await mounted(card, ROOT, () => undefined);
      const short = await since(card, before);
      expect(short).toMatchObject({ verdict: 'changed', isAtLeast: false });
      expect(short.bytes).toBeLessThan(MIB);
      const after = await draw(card);
      expect(after).toMatchObject({ shutdown: 'clean' });

      await mounted(card, ROOT, (root) => {
        writeFileSync(join(root, 'photos.bin'), randomBytes(8 * MIB), { flush: true });
      });
      const long = await since(card, after);
      expect(long.verdict).toBe('changed');
      expect(long.bytes).toBeGreaterThanOrEqual(8 * MIB);
      expect(long.bytes).toBeLessThan(13 * MIB);
      const now = (await draw(card)).volumes.find(({ type }) => type === 'ext');
      const root = join(folder.path, 'root');
      const place = ['bs=1M', `skip=${ROOT.offset / MIB}`, `count=${ROOT.bytes / MIB}`];
      tool('dd', [`if=${card}`, `of=${root}`, ...place, 'status=none']);
      const written = /Lifetime writes:\s+(\d+) (MB|GB|kB)/.exec(tool('dumpe2fs', ['-h', root]));
      const unit = { kB: 1024, MB: MIB, GB: 1024 * MIB }[written?.[2] ?? ''] ?? 0;
      expect(Math.round((now?.writtenBytes ?? 0) / unit)).toBe(Number(written?.[1]));
    });

    it('is not counted to the end on a card that was pulled out', async () => {
      const pulled = join(folder.path, 'pulled.img');
      await mounted(card, ROOT, (root) => {
        writeFileSync(join(root, 'photos.bin'), randomBytes(4 * MIB), { flush: true });
        execFileSync('sync');
        copyFileSync(card, pulled);
      });
      const portrait = await draw(pulled);
      expect(portrait).toMatchObject({
        ...{ hostname: 'kitchen', shutdown: 'unclean', lastShutdown: null, freeBytes: null },
      });
      expect(portrait.lastWritten).not.toBe(before.lastWritten);
      const changed = await since(pulled, before);
      expect(changed.verdict).toBe('changed');
      expect(changed.isAtLeast || changed.bytes === null).toBe(true);
    });
  });
});

const ext: Volume = {
  ...{ partition: 2, type: 'ext', uuid: 'u', label: null, bytes: 10e9, freeBytes: 4e9 },
  ...{ clean: true, mountedAt: null, writtenAt: null, mounts: 3, writtenBytes: 50e9 },
  state: 'a'.repeat(64),
};
const fat: Volume = { ...ext, partition: 1, type: 'fat32', mounts: null, writtenBytes: null };
const other = 'b'.repeat(64);

describe('the rule of what changed', () => {
  const rule = (was: readonly Volume[], is: readonly Volume[]): ChangedSince =>
    compareVolumes({ tableId: 't', volumes: [...was] }, { tableId: 't', volumes: [...is] });

  it('counts what was written, and never more than there is', () => {
    const now = { ...ext, state: other, writtenBytes: 51.2e9 };
    expect(rule([fat, ext], [fat, now])).toEqual({
      ...{ verdict: 'changed', bytes: 1.2e9, isAtLeast: false },
    });
    expect(rule([ext], [{ ...now, writtenBytes: 900e9 }]).bytes).toBe(6e9);
    const both = rule([fat, ext], [{ ...fat, state: other }, now]);
    expect(both).toEqual({ verdict: 'changed', bytes: 1.2e9, isAtLeast: true });
  });

  it('counts nothing where the count went back, or was never kept', () => {
    const unknownAmount = { verdict: 'changed', bytes: null, isAtLeast: false };
    for (const writtenBytes of [49e9, null]) {
      expect(rule([ext], [{ ...ext, state: other, writtenBytes }])).toEqual(unknownAmount);
    }
  });

  it('claims that nothing changed only where that is sure', () => {
    expect(rule([fat, ext], [fat, ext]).verdict).toBe('same');
    expect(rule([fat], [fat]).verdict).toBe('unknown');
    const btrfs = { ...ext, partition: 3, type: 'btrfs', state: null };
    expect(rule([ext, btrfs], [ext, btrfs]).verdict).toBe('unknown');
    const squashfs = { ...btrfs, type: 'squashfs' };
    expect(rule([ext, squashfs], [ext, squashfs]).verdict).toBe('same');
    const unread = { ...ext, state: null };
    expect(rule([unread], [unread]).verdict).toBe('unknown');
    expect(rule([], []).verdict).toBe('unknown');
  });
});

describe('what changed, in words', () => {
  const now = new Date('2026-11-22T12:00:00Z');
  const words = (changed: Partial<ChangedSince>, at: string, timeZone = 'UTC'): string | null =>
    changedWords(
      { verdict: 'changed', bytes: null, isAtLeast: false, ...changed },
      ...([new Date(at), now, timeZone] as const),
    );

  it('names the backup by its day', () => {
    const same = (at: string, timeZone?: string): string | null =>
      words({ verdict: 'same' }, at, timeZone);
    expect(same('2026-11-22T00:10:00Z')).toBe('same as your backup of today');
    expect(same('2026-11-21T23:50:00Z')).toBe('same as your backup of yesterday');
    expect(same('2026-11-21T23:50:00Z', 'Asia/Tokyo')).toBe('same as your backup of today');
    expect(same('2026-11-17T12:00:00Z')).toBe('same as your backup of Tuesday');
    expect(same('2026-11-16T00:00:00Z')).toBe('same as your backup of Monday');
    expect(same('2026-11-15T12:00:00Z')).toBe('same as your backup of 15 November 2026');
    expect(same('2026-11-23T12:00:00Z')).toBe('same as your backup of 23 November 2026');
  });

  it('says how much, as exactly as it is known', () => {
    const at = '2026-11-17T12:00:00Z';
    expect(words({ bytes: 1.2e9 }, at)).toBe('about 1.2 GB changed since');
    expect(words({ bytes: 1.2e9, isAtLeast: true }, at)).toBe('more than 1.2 GB changed since');
    expect(words({ bytes: 40_000 }, at)).toBe('less than 1 MB changed since');
    expect(words({ bytes: 40_000, isAtLeast: true }, at)).toBe('changed since');
    expect(words({}, at)).toBe('changed since');
    expect(words({ verdict: 'unknown' }, at)).toBeNull();
  });
});
