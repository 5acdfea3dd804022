import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Disk } from '../../src/engine/disk.ts';
import { createDirectWriteDoor } from '../../src/platform/direct-write-door.ts';
import { mediumIdentity } from '../../src/platform/medium-identity.ts';
import type { OpenRequest } from '../../src/platform/ports.ts';
import { reopenForReading } from '../../src/platform/reopen-for-reading.ts';
import { openForWritingError, writeError } from '../../src/platform/write-errors.ts';
import { plainDisk } from '../support/disk.ts';
import { attachLoop, type LoopDevice } from '../support/loop.ts';
import { needsLoop, needsTools } from '../support/tools.ts';

const run = promisify(execFile);
const noLoop = needsLoop();
const CARD_BYTES = 8 * 1024 * 1024;
const sector = new Uint8Array(512).fill(7);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pikeep-refused-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function newCard(name: string, bytes = CARD_BYTES): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, new Uint8Array(bytes), { mode: 0o600 });
  return file;
}
function request(facts: Partial<Disk>): OpenRequest {
  const disk = plainDisk({ bytes: CARD_BYTES, ...facts });
  return { disk, allowDiskImage: true, authorizer: null, prompt: '' };
}
const open = (path: string) => createDirectWriteDoor().open(request({ path }));

describe('what the errno of a write means', () => {
  const errorOf = (code: string) => Object.assign(new Error(code), { code });

  test('a refused open is privacy, rights, a lock switch, somebody else or a card that has left', () => {
    const code = (errno: string, isProtected = false) =>
      openForWritingError(errorOf(errno), '/dev/sdx', isProtected).code;
    expect(code('EPERM')).toBe('PRIVACY_REFUSED');
    expect(code('EACCES')).toBe('ACCESS_DENIED');
    expect(code('EACCES', true)).toBe('WRITE_PROTECTED');
    expect(code('EPERM', true)).toBe('WRITE_PROTECTED');
    expect(code('EROFS')).toBe('WRITE_PROTECTED');
    expect(code('EBUSY')).toBe('DEVICE_BUSY');
    for (const errno of ['ENXIO', 'ENODEV', 'ENOMEDIUM']) expect(code(errno)).toBe('DEVICE_GONE');
    expect(code('EIO')).toBe('WRITE_FAILED');
  });

  test('a failed write is a worn card only when nothing else is known about it', async () => {
    const at = { path: '/dev/sdx', offset: 4096, bytes: 512 };
    const code = async (errno: string, isGone: boolean, isProtected: boolean) => {
      const asked = { isGone: async () => isGone, isProtected: async () => isProtected };
      return (await writeError(errorOf(errno), { ...at, ...asked })).code;
    };
    for (const errno of ['EIO', 'ENOSPC']) {
      expect(await code(errno, false, true)).toBe('WRITE_FAILED');
      expect(await code(errno, true, true)).toBe('DEVICE_GONE');
    }
    expect(await code('EPERM', true, true)).toBe('WRITE_PROTECTED');
    expect(await code('EACCES', false, true)).toBe('WRITE_PROTECTED');
    expect(await code('EROFS', false, false)).toBe('WRITE_PROTECTED');
    expect(await code('ENXIO', false, false)).toBe('DEVICE_GONE');
    // It could be opened for writing, so none of these is a matter of rights.
    for (const errno of ['EPERM', 'EACCES', 'EBUSY', 'EINVAL']) {
      expect(await code(errno, true, false)).toBe('WRITE_FAILED');
    }
  });
});

describe.skipIf(noLoop || needsTools('mke2fs', 'mount', 'umount', 'blockdev'))(
  'a real block device',
  () => {
    const undo: (() => Promise<unknown>)[] = [];
    afterEach(async () => {
      for (const step of undo.splice(0).reverse()) await step();
    });
    const attach = async (file: string, options = {}): Promise<LoopDevice> => {
      const loop = await attachLoop(file, options);
      undo.push(() => loop.detach());
      return loop;
    };

    test('with its lock switch on is WRITE_PROTECTED', async () => {
      const loop = await attach(await newCard('lock.img'), { readOnly: true });
      await expect(open(loop.path)).rejects.toMatchObject({
        code: 'WRITE_PROTECTED',
        facts: { path: loop.path },
      });
    });

    test('that locks itself in mid-stream is WRITE_PROTECTED too', async () => {
      const loop = await attach(await newCard('self-locking.img'));
      const device = await open(loop.path);
      // The flag outlives the loop device, and would meet whoever gets its number next.
      undo.push(() => run('blockdev', ['--setrw', loop.path]));
      try {
        await device.write(sector, 0);
        await run('blockdev', ['--setro', loop.path]);
        await expect(device.write(sector, 512)).rejects.toMatchObject({ code: 'WRITE_PROTECTED' });
      } finally {
        await device.close();
      }
    });

    test('that is mounted is DEVICE_BUSY, and cannot be mounted until it is proven and closed', async () => {
      const file = await newCard('mounted.img');
      await run('mke2fs', ['-q', '-t', 'ext4', file]);
      const loop = await attach(file);
      const point = join(folder, 'mnt');
      await mkdir(point);
      await run('mount', [loop.path, point]);
      undo.push(() => run('umount', [point]));
      await expect(open(loop.path)).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
      await undo.pop()?.();
      const device = await open(loop.path);
      try {
        await expect(run('mount', [loop.path, point])).rejects.toThrow(/busy|already mounted/);
        await device.finishWriting();
        await expect(run('mount', [loop.path, point])).rejects.toThrow(/busy|already mounted/);
      } finally {
        await device.close();
      }
    });

    test('that somebody mounts between writing and proving is DEVICE_BUSY', async () => {
      const file = await newCard('stolen.img');
      await run('mke2fs', ['-q', '-t', 'ext4', file]);
      const loop = await attach(file);
      const point = join(folder, 'stolen');
      await mkdir(point);
      const stolen = reopenForReading({
        path: loop.path,
        bytes: CARD_BYTES,
        sectorSize: 512,
        identity: await mediumIdentity(await stat(loop.path)),
        fd: -1,
        lock: null,
        close: async () => {
          await run('mount', [loop.path, point]);
          undo.push(() => run('umount', [point]));
        },
      });
      await expect(stolen).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
    });

    test('of the same number and size, but another medium, is IDENTITY_CHANGED', async () => {
      // Under a number that no other test on this machine is given the moment it is free.
      const number = 7100 + (process.pid % 16);
      const first = await attach(await newCard('first.img'), { number });
      const device = await open(first.path);
      const identity = await mediumIdentity(await stat(first.path));
      await device.close();
      await undo.pop()?.();
      const second = await attach(await newCard('second.img'), { number });
      expect(await mediumIdentity(await stat(second.path))).not.toBe(identity);
      const reopening = reopenForReading({
        path: second.path,
        bytes: CARD_BYTES,
        sectorSize: 512,
        identity,
        fd: -1,
        lock: null,
        close: async () => {},
      });
      await expect(reopening).rejects.toMatchObject({ code: 'IDENTITY_CHANGED' });
    });

    test('is not reached by a link', async () => {
      const loop = await attach(await newCard('linked.img'));
      const link = join(folder, 'by-id');
      await symlink(loop.path, link);
      await expect(open(link)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    });

    test('whose medium has left in mid-stream is DEVICE_GONE', async () => {
      const file = await newCard('pulled.img');
      const loop = await attach(file);
      const device = await open(loop.path);
      try {
        await device.write(sector, 0);
        // As a reader without its card: still there, of no size.
        await truncate(file, 0);
        await run('losetup', ['--set-capacity', loop.path]);
        await expect(device.write(sector, 1024)).rejects.toMatchObject({ code: 'DEVICE_GONE' });
        await expect(device.finishWriting()).rejects.toMatchObject({ code: 'DEVICE_GONE' });
      } finally {
        await device.close();
      }
    });
  },
);
