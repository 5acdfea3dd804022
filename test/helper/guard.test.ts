import { execFileSync } from 'node:child_process';
import {
  chownSync,
  constants,
  mkdtempSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BlockDevice } from '../../src/engine/block-device.ts';
import type { Disk } from '../../src/engine/disk.ts';
import { openGuarded } from '../../src/helper/guard.ts';
import type { HelperRequest } from '../../src/helper/protocol.ts';
import { type HelperWorld, systemWorld } from '../../src/helper/world.ts';
import { attachLoop, type LoopDevice } from '../support/loop.ts';
import { mknodLike } from '../support/mknod.ts';
import { needsLoop, needsTools } from '../support/tools.ts';
import { diskOf, requestFor, STRANGER_UID } from './caller-rig.ts';

const MIB = 1024 * 1024;

/** 4 MiB with an MBR that has a signature and one FAT partition from 1 MiB on. */
function cardImage(signature: number): Uint8Array {
  const image = Buffer.alloc(4 * MIB, 0x5a);
  image.fill(0, 0, 512);
  image.writeUInt32LE(signature, 440);
  image.set([0, 0, 0, 0, 0x0c, 0, 0, 0], 446);
  image.writeUInt32LE(2048, 454);
  image.writeUInt32LE(4096, 458);
  image.writeUInt16LE(0xaa55, 510);
  return image;
}

describe.skipIf(needsLoop())('the guard', () => {
  let folder: string;
  let image: string;
  let loop: LoopDevice;
  let disk: Disk;
  let world: HelperWorld;
  let opened: BlockDevice | null = null;
  const extraLoops: LoopDevice[] = [];

  beforeEach(async () => {
    folder = mkdtempSync('/tmp/pikeep-guard-');
    image = join(folder, 'card.img');
    writeFileSync(image, cardImage(0x5e3da3da));
    loop = await attachLoop(image);
    disk = await diskOf(loop.id);
    world = await systemWorld();
  });
  afterEach(async () => {
    await opened?.close();
    opened = null;
    for (const one of [loop, ...extraLoops.splice(0)]) await one.detach();
    rmSync(folder, { recursive: true });
  });

  const attachSecond = async (signature: number): Promise<LoopDevice> => {
    const other = join(folder, 'other.img');
    writeFileSync(other, cardImage(signature));
    const second = await attachLoop(other);
    extraLoops.push(second);
    return second;
  };
  const guard = async (
    change: Partial<HelperRequest> = {},
    uid = 0,
    inWorld = world,
  ): Promise<BlockDevice> => {
    opened = await openGuarded({ ...requestFor(disk), ...change }, uid, inWorld);
    return opened;
  };

  test('opens the loop device of a file that belongs to the caller', async () => {
    const device = await guard();
    expect([device.path, device.size, device.sectorSize]).toEqual([loop.path, 4 * MIB, 512]);
    const into = new Uint8Array(16);
    await device.read(into, MIB);
    expect(into.every((byte) => byte === 0x5a)).toBe(true);
  });

  test('holds it so that nothing can be mounted meanwhile', async () => {
    await guard();
    await expect(openGuarded(requestFor(disk), 0, world)).rejects.toMatchObject({
      code: 'DEVICE_BUSY',
    });
  });

  test('refuses a loop device when the request does not ask for one', async () => {
    await expect(guard({ allowDiskImage: false })).rejects.toMatchObject({
      code: 'NOT_A_CARD',
      facts: { disk: loop.id, reason: 'disk-image' },
    });
  });

  test('refuses the loop device of somebody else’s file, whatever the request asks for', async () => {
    await expect(guard({}, STRANGER_UID)).rejects.toMatchObject({
      code: 'NOT_A_CARD',
      facts: { reason: 'disk-image' },
    });
    chownSync(image, STRANGER_UID, STRANGER_UID);
    await expect(guard()).rejects.toMatchObject({ code: 'NOT_A_CARD' });
    expect((await guard({}, STRANGER_UID)).size).toBe(4 * MIB);
  });

  test('is not taken in by a file that is named like the deleted one behind the device', async () => {
    unlinkSync(image);
    const planted = `${image} (deleted)`;
    writeFileSync(planted, cardImage(0x5e3da3da));
    chownSync(planted, STRANGER_UID, STRANGER_UID);
    expect(disk.diskImage?.backingFile).toBe(image);
    await expect(guard({}, STRANGER_UID)).rejects.toMatchObject({ code: 'NOT_A_CARD' });
  });

  test('is not taken in by another file at the place of the one behind the device', async () => {
    renameSync(image, join(folder, 'moved.img'));
    writeFileSync(image, cardImage(0x5e3da3da));
    chownSync(image, STRANGER_UID, STRANGER_UID);
    await expect(guard({}, STRANGER_UID)).rejects.toMatchObject({ code: 'NOT_A_CARD' });
  });

  test('refuses a symbolic link as the device', async () => {
    const link = '/dev/pikeepTestLink';
    symlinkSync(loop.path, link);
    try {
      await expect(guard({ device: link })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    } finally {
      unlinkSync(link);
    }
  });

  test('refuses a second name for the device, because the listing does not know it', async () => {
    const alias = '/dev/pikeepTestAlias';
    mknodLike(alias, loop.path);
    try {
      await expect(guard({ device: alias })).rejects.toMatchObject({ code: 'NO_SUCH_DISK' });
    } finally {
      unlinkSync(alias);
    }
  });

  test('refuses what is no disk at all', async () => {
    await expect(guard({ device: '/dev/null' })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(guard({ device: '/dev/shm' })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(guard({ device: '/dev/pikeepNone' })).rejects.toMatchObject({
      code: 'NO_SUCH_DISK',
    });
  });

  test('refuses a partition', async () => {
    await expect(guard({ disk: 'vda1', device: '/dev/vda1' })).rejects.toMatchObject({
      code: expect.stringMatching(/NO_SUCH_DISK|DEVICE_BUSY/),
    });
  });

  test('refuses a node that was swapped for another device’s before the open', async () => {
    const second = await attachSecond(0x5e3da3da);
    const kept = `${loop.path}PikeepKept`;
    renameSync(loop.path, kept);
    try {
      mknodLike(loop.path, second.path);
      await expect(guard()).rejects.toMatchObject({
        code: 'IDENTITY_CHANGED',
        facts: { disk: loop.id, found: expect.stringContaining('not the device of that name') },
      });
    } finally {
      renameSync(kept, loop.path);
    }
  });

  test('keeps reading the device it judged when the node is swapped afterwards', async () => {
    const second = await attachSecond(0x11111111);
    const kept = `${loop.path}PikeepKept`;
    const device = await guard();
    renameSync(loop.path, kept);
    try {
      mknodLike(loop.path, second.path);
      const into = new Uint8Array(4);
      await device.read(into, 440);
      expect(Buffer.from(into).readUInt32LE()).toBe(0x5e3da3da);
    } finally {
      renameSync(kept, loop.path);
    }
  });

  test('refuses a node that is swapped between the open and the listing', async () => {
    const second = await attachSecond(0x11111111);
    const kept = `${loop.path}PikeepKept`;
    const swapping: HelperWorld = {
      ...world,
      list: async () => {
        renameSync(loop.path, kept);
        mknodLike(loop.path, second.path);
        return (await world.list()).map((one) =>
          one.id === loop.id ? { ...one, tableId: '11111111' } : one,
        );
      },
    };
    try {
      const refused = guard(
        { expected: { ...requestFor(disk).expected, tableId: null, partitions: [] } },
        0,
        swapping,
      );
      await expect(refused).rejects.toMatchObject({
        code: 'IDENTITY_CHANGED',
        facts: { expected: '11111111', found: '5e3da3da' },
      });
    } finally {
      renameSync(kept, loop.path);
    }
  });

  test('refuses another card behind the same device number', async () => {
    const before = requestFor(disk);
    await loop.detach();
    writeFileSync(image, cardImage(0x22222222));
    loop = await attachLoop(image);
    expect(loop.path).toBe(before.device);
    await expect(openGuarded(before, 0, world)).rejects.toMatchObject({ code: 'IDENTITY_CHANGED' });
  });

  test('refuses a card of another size, name, table or partition than the caller saw', async () => {
    const expected = requestFor(disk).expected;
    for (const other of [
      { ...expected, bytes: expected.bytes + 512 },
      { ...expected, mediaName: 'SD32G' },
      { ...expected, diskUuid: 'x' },
      { ...expected, tableId: '5e3da3db' },
      { ...expected, tableId: null, partitions: [{ bytes: 512, kind: 'fat' as const, uuid: 'A' }] },
    ]) {
      await expect(guard({ expected: other })).rejects.toMatchObject({ code: 'IDENTITY_CHANGED' });
    }
  });

  test('refuses the disk of the running system', async () => {
    const asked = requestFor(await diskOf(systemDisk()));
    // It is in use; where the machine forbids even root to open it, that answer comes first.
    await expect(guard(asked)).rejects.toMatchObject({
      code: expect.stringMatching(/^(DEVICE_BUSY|PRIVACY_REFUSED|ACCESS_DENIED)$/),
    });
  });

  test.skipIf(needsTools('mke2fs'))(
    'refuses a disk that carries a part of the running system, by use and by the rule',
    async () => {
      const systemFolder = mkdtempSync('/srv/pikeep-guard-');
      execFileSync('mke2fs', ['-q', '-F', loop.path]);
      disk = await diskOf(loop.id);
      execFileSync('mount', ['-o', 'ro', loop.path, systemFolder]);
      try {
        await expect(guard()).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
        const notExclusive = { ...world, openFlags: world.openFlags & ~constants.O_EXCL };
        await expect(guard({}, 0, notExclusive)).rejects.toMatchObject({
          code: 'PROTECTED_DISK',
          facts: { disk: loop.id, reason: 'system-disk' },
        });
      } finally {
        execFileSync('umount', [systemFolder]);
        rmdirSync(systemFolder);
      }
    },
  );

  test('leaves no descriptor open when it refuses', async () => {
    await expect(guard({ allowDiskImage: false })).rejects.toThrow();
    await expect(
      guard({ expected: { ...requestFor(disk).expected, tableId: 'ffffffff' } }),
    ).rejects.toThrow();
    expect((await guard()).size).toBe(4 * MIB);
  });

  test('does not wait for a pipe in place of a device', async () => {
    const pipe = '/dev/pikeepTestPipe';
    execFileSync('mkfifo', [pipe]);
    try {
      await expect(guard({ device: pipe })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    } finally {
      unlinkSync(pipe);
    }
  });
});

/** The whole disk below `/`. */
function systemDisk(): string {
  const source = execFileSync('findmnt', ['-no', 'SOURCE', '/'], { encoding: 'utf8' }).trim();
  const names = execFileSync('lsblk', ['-nrso', 'NAME', source], { encoding: 'utf8' });
  return names.trim().split('\n').at(-1) ?? '';
}
