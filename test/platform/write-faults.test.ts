import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { allocateAligned } from '../../src/engine/aligned-memory.ts';
import { WritableDescriptor } from '../../src/platform/writable-descriptor.ts';
import { openWritableFile } from '../../src/platform/writable-file.ts';
import { attachLoop } from '../support/loop.ts';
import { faultyReader } from '../support/nbdkit.ts';
import { needsLoop, needsRoot, needsTools } from '../support/tools.ts';
import { fillFor, OLD, writableDeviceSuite } from '../support/writable-device-suite.ts';

const run = promisify(execFile);
const noLoop = needsLoop();
const CARD_BYTES = 4 * 1024 * 1024;

let folder = '';
const undo: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pikeep-write-faults-'));
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A memory file system of 1 MiB, which is soon full. */
async function smallFileSystem(): Promise<string> {
  const point = join(folder, 'small');
  await mkdir(point, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', point]);
  undo.push(() => run('umount', [point]));
  return point;
}

/** Node's own functions for a while replaced by others, seen by every module. */
function replaceInNode(functions: Readonly<Record<string, unknown>>): () => void {
  const { write, fsync } = fs;
  Object.assign(fs, functions);
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, { write, fsync });
    syncBuiltinESMExports();
  };
}

/**
 * A system that writes no more than so many bytes of what it is asked to, as it may at any time (man 2 write), and only at
 * multiples of `unit`.
 */
function writesAtMost(bytes: number, unit: number): () => void {
  const { write } = fs;
  const short = (
    fd: number,
    data: Uint8Array,
    start: number,
    length: number,
    position: number,
    done: (error: NodeJS.ErrnoException | null, written: number) => void,
  ) => {
    if (position % unit === 0) write(fd, data, start, Math.min(length, bytes), position, done);
    else done(Object.assign(new Error('EINVAL'), { code: 'EINVAL' }), 0);
  };
  return replaceInNode({ write: short });
}

/** 1000 is no whole sector: a descriptor that takes whole sectors only has to be offered the last one again. */
for (const alignment of [1, 512]) {
  writableDeviceSuite(
    `a descriptor aligned to ${alignment}, of which 1000 bytes are written at a time,`,
    async () => {
      const file = join(folder, 'short.img');
      await writeFile(file, Buffer.alloc(CARD_BYTES, OLD));
      const fd = fs.openSync(file, 'r+');
      const stop = writesAtMost(1000, alignment);
      const device = new WritableDescriptor({
        fd,
        path: file,
        size: CARD_BYTES,
        sectorSize: 512,
        alignment,
        endsAtSize: false,
        isGone: async () => false,
        isProtected: async () => false,
        reopen: null,
      });
      return { device, medium: () => readFile(file), dispose: async () => stop() };
    },
    { bytes: CARD_BYTES },
  );
}

writableDeviceSuite(
  'a device on a system that writes at most three sectors',
  async () => {
    const file = join(folder, 'sectors.img');
    await writeFile(file, Buffer.alloc(CARD_BYTES, OLD));
    const loop = await attachLoop(file);
    const stop = writesAtMost(1536, 512);
    const device = await openWritableFile(loop.path);
    const dispose = async () => {
      stop();
      await loop.detach();
    };
    return { device, medium: () => readFile(file), dispose };
  },
  { skip: noLoop, bytes: CARD_BYTES },
);

test('a flush that failed is not followed by one that works: the kernel tells of lost data only once', async () => {
  const file = join(folder, 'lost.img');
  await writeFile(file, Buffer.alloc(CARD_BYTES, OLD));
  const device = await openWritableFile(file);
  const failing = (_fd: number, done: fs.NoParamCallback) =>
    done(Object.assign(new Error('EIO'), { code: 'EIO' }));
  try {
    await device.write(new Uint8Array(1024), 2048);
    await device.flush();
    await device.write(new Uint8Array(512), 8192);
    await device.write(new Uint8Array(512), 4096);
    const stop = replaceInNode({ fsync: failing });
    const lost = {
      code: 'WRITE_FAILED',
      facts: { path: file, offset: 4096, bytes: 4608, errno: 'EIO' },
    };
    await expect(device.flush()).rejects.toMatchObject(lost);
    stop();
    await expect(device.flush()).rejects.toMatchObject(lost);
    await expect(device.finishWriting()).rejects.toMatchObject(lost);
  } finally {
    await device.close();
  }
});

describe.skipIf(needsRoot() || needsTools('mount', 'umount'))('where there is no room', () => {
  test('a file that cannot grow into its holes is WRITE_FAILED with ENOSPC', async () => {
    const file = join(await smallFileSystem(), 'sparse.img');
    await writeFile(file, '');
    await truncate(file, CARD_BYTES);
    const device = await openWritableFile(file);
    try {
      // The system takes a part of it first.
      const writing = device.write(new Uint8Array(2 * 1024 * 1024).fill(1), 512);
      await expect(writing).rejects.toMatchObject({
        code: 'WRITE_FAILED',
        facts: { path: file, offset: 512, bytes: 2 * 1024 * 1024, errno: 'ENOSPC' },
      });
    } finally {
      await device.close();
    }
  });

  test.skipIf(noLoop)('a device that has no cells left is WRITE_FAILED, not gone', async () => {
    const file = join(await smallFileSystem(), 'thin.img');
    await writeFile(file, '');
    await truncate(file, CARD_BYTES);
    const loop = await attachLoop(file);
    undo.push(() => loop.detach());
    const device = await openWritableFile(loop.path);
    try {
      const writing = device.write(allocateAligned(2 * 1024 * 1024).fill(1), 0);
      await expect(writing).rejects.toMatchObject({
        code: 'WRITE_FAILED',
        facts: { offset: 0, bytes: 2 * 1024 * 1024, errno: expect.stringMatching(/ENOSPC|EIO/) },
      });
    } finally {
      await device.close();
    }
  });
});

describe.skipIf(noLoop || needsTools('nbdkit', 'nbdfuse', 'fusermount3'))(
  'a card that fails on writing',
  () => {
    const start = async (errno: 'EIO' | 'ENOSPC') => {
      const image = join(folder, 'worn.img');
      await writeFile(image, Buffer.alloc(CARD_BYTES, OLD));
      const failing = join(folder, 'failing');
      const reader = await faultyReader(image, { failWritesWhile: { path: failing, errno } });
      undo.push(() => reader.close());
      undo.push(() => rm(failing, { force: true }));
      return { reader, failing, image };
    };

    test.each(['EIO', 'ENOSPC'] as const)(
      '%s is WRITE_FAILED where it was asked for, and what works again is written',
      async (errno) => {
        const { reader, failing, image } = await start(errno);
        const device = await openWritableFile(reader.path);
        const data = fillFor(allocateAligned(64 * 1024), 1);
        try {
          await device.write(data, 0);
          await writeFile(failing, '');
          await expect(device.write(data, 1024 * 1024)).rejects.toMatchObject({
            code: 'WRITE_FAILED',
            facts: { path: reader.path, offset: 1024 * 1024, bytes: data.byteLength },
          });
          await rm(failing);
          await device.write(data, 2 * 1024 * 1024);
          await device.finishWriting();
          const into = new Uint8Array(data.byteLength);
          await device.read(into, 2 * 1024 * 1024);
          expect(Buffer.from(into).equals(data)).toBe(true);
          const below = await readFile(image);
          expect(below.subarray(0, data.byteLength).equals(data)).toBe(true);
          expect(below[1024 * 1024]).toBe(OLD);
        } finally {
          await device.close();
        }
      },
    );

    test('a reader that dies in mid-stream fails writes and flushes, and closing still works', async () => {
      const { reader } = await start('EIO');
      const device = await openWritableFile(reader.path);
      try {
        await device.write(allocateAligned(4096), 0);
        await reader.kill();
        await expect(device.write(allocateAligned(4096), 4096)).rejects.toMatchObject({
          code: 'WRITE_FAILED',
        });
        await expect(device.finishWriting()).rejects.toMatchObject({ code: 'WRITE_FAILED' });
        // The first flush that fails is told by the kernel; so are all others.
        await expect(device.finishWriting()).rejects.toMatchObject({ code: 'WRITE_FAILED' });
      } finally {
        await device.close();
      }
      expect((await stat(reader.path)).isBlockDevice()).toBe(true);
    });
  },
);
