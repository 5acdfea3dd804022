import { execFile } from 'node:child_process';
import { constants, open as openCallback } from 'node:fs';
import { link, mkdir, mkdtemp, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { allocateAligned } from '../../src/engine/aligned-memory.ts';
import { blockFacts, hasLeft } from '../../src/platform/block-facts.ts';
import { openError, readError } from '../../src/platform/device-errors.ts';
import { deviceFromDescriptor, openFileDevice } from '../../src/platform/file-device.ts';
import { blockDeviceSuite, SUITE_BYTES, suiteContent } from '../support/block-device-suite.ts';
import { faultyDevice } from '../support/faulty-device.ts';
import { attachLoop, type LoopDevice } from '../support/loop.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { type FaultyReader, faultyReader } from '../support/nbdkit.ts';
import { asNobody } from '../support/nobody.ts';
import { needsLoop, needsRoot, needsTools } from '../support/tools.ts';

const run = promisify(execFile);
const openDescriptor = promisify(openCallback);
const noRoot = needsRoot();
const noLoop = needsLoop();

let folder = '';
let image = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pikeep-device-'));
  image = join(folder, 'card.img');
  await writeFile(image, suiteContent());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

blockDeviceSuite('a device in memory', async () => ({ device: memoryDevice(suiteContent()) }));
blockDeviceSuite('a device that returns short reads', async () => ({
  device: faultyDevice(memoryDevice(suiteContent()), { pieces: 4096 }),
}));
blockDeviceSuite('an image file', async () => ({ device: await openFileDevice(image) }));
blockDeviceSuite('an image file read through the cache', async () => ({
  device: await openFileDevice(image, { direct: false }),
}));
blockDeviceSuite('a borrowed descriptor', async () => {
  const fd = await openDescriptor(image, constants.O_RDONLY);
  return { device: await deviceFromDescriptor(fd, { path: 'borrowed' }) };
});
blockDeviceSuite('a borrowed descriptor that demands alignment', async () => {
  const fd = await openDescriptor(image, constants.O_RDONLY);
  return { device: await deviceFromDescriptor(fd, { path: 'borrowed', direct: true }) };
});
blockDeviceSuite(
  'a loop device',
  async () => {
    const loop = await attachLoop(image, { readOnly: true });
    const device = await openFileDevice(loop.path, { exclusive: true, expectedBytes: SUITE_BYTES });
    return { device, dispose: () => loop.detach() };
  },
  { skip: noLoop },
);
blockDeviceSuite(
  'a loop device of 4096-byte sectors',
  async () => {
    const loop = await attachLoop(image, { readOnly: true, sectorSize: 4096 });
    return { device: await openFileDevice(loop.path), dispose: () => loop.detach() };
  },
  { skip: noLoop, bytes: SUITE_BYTES - (SUITE_BYTES % 4096) },
);

describe('opening a device file', () => {
  test('EPERM, EACCES, EBUSY and ENXIO are four different stories', () => {
    const code = (errno: string) =>
      openError(Object.assign(new Error(errno), { code: errno }), '/dev/sdx').code;
    expect(code('EPERM')).toBe('PRIVACY_REFUSED');
    expect(code('EACCES')).toBe('ACCESS_DENIED');
    expect(code('EBUSY')).toBe('DEVICE_BUSY');
    for (const errno of ['ENXIO', 'ENODEV', 'ENOMEDIUM']) expect(code(errno)).toBe('DEVICE_GONE');
    expect(code('ENOENT')).toBe('NO_SUCH_DISK');
    expect(code('EIO')).toBe('READ_FAILED');
  });

  test('a read that fails with EIO is a bad sector while the device is there, and a pulled card after', async () => {
    const error = Object.assign(new Error('EIO'), { code: 'EIO' });
    const at = { path: '/dev/sdx', offset: 4096, bytes: 512 };
    const bad = await readError(error, { ...at, isGone: async () => false });
    expect(bad.code).toBe('READ_FAILED');
    expect(bad.facts).toEqual({ ...at, errno: 'EIO' });
    expect((await readError(error, { ...at, isGone: async () => true })).code).toBe('DEVICE_GONE');
  });

  test('a name that is not there is NO_SUCH_DISK, a folder is UNSUPPORTED', async () => {
    await expect(openFileDevice(join(folder, 'no'))).rejects.toMatchObject({
      code: 'NO_SUCH_DISK',
    });
    await expect(openFileDevice(folder)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  test('a link is followed, or refused where links are not wanted', async () => {
    const name = join(folder, 'link.img');
    await symlink(image, name);
    const device = await openFileDevice(name);
    await device.close();
    await expect(openFileDevice(name, { noFollow: true })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
  });

  test('a device of another size than expected is refused', async () => {
    await expect(openFileDevice(image, { expectedBytes: 512 })).rejects.toMatchObject({
      code: 'SIZE_CHANGED',
      facts: { path: image, expectedBytes: 512, foundBytes: SUITE_BYTES },
    });
  });

  test('a file that was cut short behind our back is a failed read, never zeros', async () => {
    const name = join(folder, 'cut.img');
    await writeFile(name, suiteContent());
    const device = await openFileDevice(name);
    try {
      await truncate(name, 1024 * 1024);
      const into = allocateAligned(1024 * 1024);
      await expect(device.read(into, 512 * 1024)).rejects.toMatchObject({ code: 'READ_FAILED' });
      await expect(device.read(new Uint8Array(9), 2_000_000)).rejects.toMatchObject({
        code: 'READ_FAILED',
        facts: { offset: 2_000_000, bytes: 9, errno: 'EIO' },
      });
    } finally {
      await device.close();
    }
  });

  test.skipIf(noRoot)('a user without rights is told ACCESS_DENIED', async () => {
    const name = join(folder, 'private.img');
    await link(image, name);
    await run('chmod', ['600', name]);
    await run('chmod', ['711', folder]);
    const answer = await asNobody(
      'import { openFileDevice } from "./src/platform/file-device.ts";',
      `try { await openFileDevice(${JSON.stringify(name)}); } catch (error) { console.log(error.code); }`,
    );
    expect(answer).toBe('ACCESS_DENIED');
  });
});

describe.skipIf(noLoop || needsTools('mke2fs', 'mount', 'umount'))(
  'opening a real block device',
  () => {
    const loops: LoopDevice[] = [];
    const mounts: string[] = [];
    afterEach(async () => {
      for (const point of mounts.splice(0)) await run('umount', [point]);
      for (const loop of loops.splice(0)) await loop.detach();
    });
    const attach = async (file: string, options = {}) => {
      const loop = await attachLoop(file, options);
      loops.push(loop);
      return loop;
    };

    test('a mounted one is DEVICE_BUSY when asked for exclusively, and cannot be mounted while we hold it', async () => {
      const file = join(folder, 'ext4.img');
      await writeFile(file, '');
      await truncate(file, 8 * 1024 * 1024);
      await run('mke2fs', ['-q', '-t', 'ext4', file]);
      const loop = await attach(file);
      const point = join(folder, 'mnt');
      await mkdir(point);
      await run('mount', [loop.path, point]);
      mounts.push(point);
      await expect(openFileDevice(loop.path, { exclusive: true })).rejects.toMatchObject({
        code: 'DEVICE_BUSY',
      });
      await run('umount', [point]);
      mounts.splice(0);
      const device = await openFileDevice(loop.path, { exclusive: true });
      try {
        await expect(run('mount', [loop.path, point])).rejects.toThrow(/busy|already mounted/);
      } finally {
        await device.close();
      }
    });

    test('a part of a sector at the end of a device does not count', async () => {
      const loop = await attach(image, { readOnly: true, sectorSize: 4096 });
      const device = await openFileDevice(loop.path);
      expect(device.size).toBe(SUITE_BYTES - (SUITE_BYTES % 4096));
      await device.close();
    });

    test('a device whose medium has left is DEVICE_GONE, and known to have left', async () => {
      // Under a number that no other test on this machine is given the moment it is free.
      const loop = await attach(image, { number: 7000 + (process.pid % 16) });
      const stats = await stat(loop.path);
      expect(await hasLeft(stats)).toBe(false);
      expect(await blockFacts(stats)).toEqual({ size: SUITE_BYTES, sectorSize: 512 });
      loops.splice(0);
      await loop.detach();
      expect(await hasLeft(stats)).toBe(true);
      expect(await hasLeft(await stat(image)), 'a file does not leave this way').toBe(false);
      await expect(openFileDevice(loop.path)).rejects.toMatchObject({ code: 'DEVICE_GONE' });
    });

    test('reads go past the page cache: what changes below the device is seen at once', async () => {
      const file = join(folder, 'below.img');
      await writeFile(file, suiteContent());
      const loop = await attach(file);
      const device = await openFileDevice(loop.path);
      const cached = await openFileDevice(loop.path, { direct: false });
      try {
        const before = new Uint8Array(1);
        await cached.read(before, 0);
        await run('dd', [`of=${file}`, 'bs=1', 'count=1', 'conv=notrunc,fsync', 'if=/dev/zero']);
        const after = new Uint8Array(1);
        await device.read(after, 0);
        expect(after[0]).toBe(0);
        await cached.read(after, 0);
        expect(after[0]).toBe(before[0]);
      } finally {
        await device.close();
        await cached.close();
      }
    });
  },
);

describe.skipIf(noLoop || needsTools('nbdkit', 'nbdfuse', 'fusermount3'))(
  'a card that misbehaves',
  () => {
    let reader: FaultyReader | null = null;
    afterEach(async () => {
      await reader?.close();
      reader = null;
    });

    test('a bad sector is READ_FAILED where it was asked for, and its neighbours still read', async () => {
      const bad = 1024 * 1024;
      reader = await faultyReader(image, { bad: [{ offset: bad, bytes: 4096 }] });
      const device = await openFileDevice(reader.path);
      try {
        await expect(device.read(allocateAligned(65_536), bad - 4096)).rejects.toMatchObject({
          code: 'READ_FAILED',
          facts: { path: reader.path, offset: bad - 4096, bytes: 65_536, errno: 'EIO' },
        });
        for (const offset of [bad - 4096, bad + 4096]) {
          const into = allocateAligned(4096);
          await device.read(into, offset);
          const expected = suiteContent().subarray(offset, offset + 4096);
          expect(Buffer.from(into).equals(Buffer.from(expected))).toBe(true);
        }
      } finally {
        await device.close();
      }
    });

    test('a reader that dies in mid-stream is a failed read, and closing still works', async () => {
      reader = await faultyReader(image, {});
      const device = await openFileDevice(reader.path);
      try {
        await device.read(allocateAligned(4096), 0);
        await reader.kill();
        await expect(device.read(allocateAligned(4096), 2 * 1024 * 1024)).rejects.toMatchObject({
          code: 'READ_FAILED',
        });
      } finally {
        await device.close();
      }
    });
  },
);
