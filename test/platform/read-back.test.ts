import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allocateAligned } from '../../src/engine/aligned-memory.ts';
import type { OpenedImage } from '../../src/engine/image/image-file.ts';
import { createImageFiles } from '../../src/platform/image-files.ts';
import { flipBelow } from '../support/flip-below.ts';
import { type MountedVolume, mountedVolume } from '../support/mounted.ts';
import { pattern } from '../support/pattern.ts';
import { needsLoop, needsRoot, needsTools } from '../support/tools.ts';

const run = promisify(execFile);
const images = createImageFiles();
const MIB = 1024 * 1024;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pikeep-read-back-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const noVolumes = needsLoop() || needsTools('mount', 'umount', 'filefrag');

describe.skipIf(noVolumes || needsTools('mke2fs', 'mkfs.xfs'))('reading an image back', () => {
  let volume: MountedVolume | null = null;
  afterEach(async () => {
    await volume?.close();
    volume = null;
  });

  test.each([
    { name: 'ext4', make: ['mke2fs', '-q', '-t', 'ext4'] as const, bytes: 64 * MIB },
    { name: 'xfs', make: ['mkfs.xfs', '-q'] as const, bytes: 320 * MIB },
    { name: 'ext4, growing,', make: ['mke2fs', '-q', '-t', 'ext4'] as const, bytes: 64 * MIB },
  ])(
    'from $name sees what the disk holds, even when memory says otherwise',
    async ({ name, make, bytes }) => {
      volume = await mountedVolume(make, bytes);
      const path = join(volume.folder, 'card.img');
      const size = 8 * MIB;
      const data = pattern(size, true);
      const file = await images.create(path, name.includes('growing') ? null : size);
      expect(file.readBackMethod).toBe('read-back');
      let opened: OpenedImage | null = null;
      try {
        await file.write(data.subarray(0, 4 * MIB), 0);
        // The second half comes from memory that cannot go past the cache.
        await file.write(data.slice(4 * MIB), 4 * MIB);
        await file.settle();
        expect((await readFile(path)).equals(Buffer.from(data))).toBe(true);
        opened = await images.open(path);
        expect(opened.readBackMethod).toBe('read-back');
        for (const at of [1 * MIB + 77, 6 * MIB + 4095]) {
          await flipBelow(volume.image, path, at);
          const cached = await readFile(path);
          expect(cached[at], 'memory still has the old byte').toBe(data[at]);
          const block = allocateAligned(8192);
          await file.readBack(block, at - (at % 4096));
          expect(block[at % 4096]).toBe((data[at] ?? 0) ^ 0xff);
          await opened.device.read(block, at - (at % 4096));
          expect(block[at % 4096]).toBe((data[at] ?? 0) ^ 0xff);
        }
      } finally {
        await opened?.device.close();
        await file.close();
      }
    },
  );

  test('from ext4 that journals its data is not called proven from the disk, because it is not', async () => {
    volume = await mountedVolume(['mke2fs', '-q', '-t', 'ext4', '-b', '4096'], 64 * MIB);
    await run('umount', [volume.folder]);
    await run('mount', ['-o', 'data=journal', volume.loop.path, volume.folder]);
    const path = join(volume.folder, 'card.img');
    const file = await images.create(path, MIB);
    try {
      expect(file.readBackMethod).toBe('read-back-cached');
      await file.write(pattern(MIB, true), 0);
      await file.settle();
      const opened = await images.open(path);
      expect(opened.readBackMethod).toBe('read-back-cached');
      await opened.device.close();
    } finally {
      await file.close();
    }
  });

  test('a disk that is full says so, and the file is gone when it could not even begin', async () => {
    volume = await mountedVolume(['mke2fs', '-q', '-t', 'ext4', '-m', '0'], 16 * MIB);
    const path = join(volume.folder, 'card.img');
    const file = await images.create(path, 64 * MIB);
    try {
      const data = pattern(MIB, true);
      const writing = async () => {
        for (let at = 0; at < 64 * MIB; at += MIB) await file.write(data, at);
      };
      await expect(writing()).rejects.toMatchObject({ code: 'DESTINATION_FULL', facts: { path } });
    } finally {
      await file.close();
    }
    const larger = join(volume.folder, 'larger.img');
    await expect(images.create(larger, 2 ** 52)).rejects.toMatchObject({
      code: 'DESTINATION_FULL',
    });
    await expect(stat(larger)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe.skipIf(needsRoot() || needsTools('mount', 'umount'))(
  'where nothing goes past the cache',
  () => {
    test('an image on tmpfs is read back too, but not called proven from the disk', async () => {
      const point = join(folder, 'tmpfs');
      await mkdir(point);
      await run('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', point]);
      try {
        const file = await images.create(join(point, 'card.img'), MIB);
        try {
          expect(file.readBackMethod).toBe('read-back-cached');
          const data = pattern(MIB, true);
          await file.write(data, 0);
          await file.settle();
          const back = allocateAligned(MIB);
          await file.readBack(back, 0);
          expect(Buffer.from(back).equals(Buffer.from(data))).toBe(true);
          // A later settle opens the file anew for what is read after it.
          await file.write(data.subarray(4096, 8192), 0);
          await file.settle();
          await file.readBack(back, 0);
          expect(
            Buffer.from(back.subarray(0, 4096)).equals(Buffer.from(data.subarray(4096, 8192))),
          ).toBe(true);
        } finally {
          await file.close();
        }
        const { device, readBackMethod } = await images.open(join(point, 'card.img'));
        expect(readBackMethod).toBe('read-back-cached');
        await device.close();
      } finally {
        await run('umount', [point]);
      }
    });
  },
);
