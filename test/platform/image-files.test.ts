import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allocateAligned } from '../../src/engine/aligned-memory.ts';
import { createImageFiles } from '../../src/platform/image-files.ts';
import { asNobody } from '../support/nobody.ts';
import { pattern } from '../support/pattern.ts';
import { needsRoot } from '../support/tools.ts';

const images = createImageFiles();
const MIB = 1024 * 1024;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pikeep-image-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a new image file', () => {
  test('is private, of its final size and empty from the start', async () => {
    const file = await images.create(join(folder, 'new.img'), 64 * MIB);
    try {
      const stats = await stat(file.path);
      expect(stats.size).toBe(64 * MIB);
      expect(stats.mode & 0o777).toBe(0o600);
      expect(await file.storedBytes()).toBe(0);
    } finally {
      await file.close();
    }
  });

  test('of no given size grows, can be read as far as it has settled, and ends where its data ends', async () => {
    const path = join(folder, 'growing.img');
    const file = await images.create(path, null);
    const data = pattern(9 * MIB + 1234, true);
    try {
      expect(file.size).toBe(0);
      // The second piece may well be written before the first.
      await Promise.all([
        file.write(data.subarray(4 * MIB, 8 * MIB), 4 * MIB),
        file.write(data.subarray(0, 4 * MIB), 0),
      ]);
      await file.settle();
      const block = allocateAligned(MIB);
      await file.readBack(block, 6 * MIB);
      expect(Buffer.from(block).equals(Buffer.from(data.subarray(6 * MIB, 7 * MIB)))).toBe(true);
      const [, , back] = await Promise.all([
        file.write(data.subarray(8 * MIB), 8 * MIB),
        file.settle(),
        file.readBack(block, 7 * MIB).then(() => Buffer.from(block)),
      ]);
      expect(back.equals(Buffer.from(data.subarray(7 * MIB, 8 * MIB)))).toBe(true);
      await file.settle();
      expect(file.size).toBe(data.length);
      const end = new Uint8Array(2000);
      await file.readBack(end, data.length - 2000);
      expect(Buffer.from(end).equals(Buffer.from(data.subarray(-2000)))).toBe(true);
    } finally {
      await file.close();
    }
    expect((await readFile(path)).equals(Buffer.from(data))).toBe(true);
  });

  test.each([
    { memory: 'aligned', aligned: true },
    { memory: 'ordinary', aligned: false },
  ])(
    'holds what was written from $memory memory, up to an odd end',
    async ({ memory, aligned }) => {
      const size = 2 * MIB + 1234;
      const data = pattern(size, aligned);
      const path = join(folder, `${memory}.img`);
      const file = await images.create(path, size);
      try {
        const writes = [];
        for (let at = 0; at < size; at += 512 * 1024) {
          writes.push(file.write(data.subarray(at, Math.min(size, at + 512 * 1024)), at));
        }
        await Promise.all(writes);
        await file.settle();
        const back = allocateAligned(size);
        await file.readBack(back, 0);
        expect(Buffer.from(back).equals(Buffer.from(data))).toBe(true);
        const piece = new Uint8Array(777);
        await file.readBack(piece, size - 777);
        expect(Buffer.from(piece).equals(Buffer.from(data.subarray(size - 777)))).toBe(true);
      } finally {
        await file.close();
      }
      expect((await readFile(path)).equals(Buffer.from(data))).toBe(true);
    },
  );

  test('keeps as holes what is never written', async () => {
    const file = await images.create(join(folder, 'sparse.img'), 1024 * MIB);
    try {
      await file.write(pattern(MIB, true), 512 * MIB);
      await file.settle();
      expect(await file.storedBytes()).toBeGreaterThanOrEqual(MIB);
      expect(await file.storedBytes()).toBeLessThan(2 * MIB);
      const hole = allocateAligned(4096).fill(1);
      await file.readBack(hole, 4096);
      expect(hole.every((byte) => byte === 0)).toBe(true);
    } finally {
      await file.close();
    }
  });

  test('refuses crooked and outlying writes as bugs of the caller', async () => {
    const file = await images.create(join(folder, 'crooked.img'), MIB);
    try {
      await expect(file.write(new Uint8Array(4096), 100)).rejects.toThrow(RangeError);
      await expect(file.write(new Uint8Array(100), 0)).rejects.toThrow(RangeError);
      await expect(file.write(new Uint8Array(8192), MIB - 4096)).rejects.toThrow(RangeError);
      await expect(file.write(new Uint8Array(4096), -4096)).rejects.toThrow(RangeError);
    } finally {
      await file.close();
    }
  });

  test('waits for its writes when closed, may be closed twice, and takes nothing after', async () => {
    const file = await images.create(join(folder, 'closed.img'), 4 * MIB);
    let done = false;
    const writing = file.write(pattern(4 * MIB, true), 0).then(() => {
      done = true;
    });
    await file.close();
    expect(done).toBe(true);
    await writing;
    await file.close();
    await expect(file.write(new Uint8Array(4096), 0)).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(file.readBack(new Uint8Array(1), 0)).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

describe('what can be wrong with the place for an image', () => {
  test('a name that is taken is never overwritten, nor is a link followed', async () => {
    const path = join(folder, 'taken.img');
    await writeFile(path, 'mine');
    await expect(images.create(path, MIB)).rejects.toMatchObject({ code: 'DESTINATION_EXISTS' });
    const link = join(folder, 'dangling.img');
    await symlink(join(folder, 'elsewhere.img'), link);
    await expect(images.create(link, MIB)).rejects.toMatchObject({ code: 'DESTINATION_EXISTS' });
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  test('a folder that does not exist, or is a file', async () => {
    const missing = join(folder, 'no', 'card.img');
    await expect(images.create(missing, MIB)).rejects.toMatchObject({
      code: 'DESTINATION_MISSING',
      facts: { path: join(folder, 'no') },
    });
    await writeFile(join(folder, 'file'), '');
    await expect(images.create(join(folder, 'file', 'card.img'), MIB)).rejects.toMatchObject({
      code: 'DESTINATION_MISSING',
    });
  });

  test.skipIf(needsRoot())('a folder that this user may not write to', async () => {
    await chmod(folder, 0o755);
    const answer = await asNobody(
      'import { createImageFiles } from "./src/platform/image-files.ts";',
      `try { await createImageFiles().create(${JSON.stringify(join(folder, 'no.img'))}, 4096); }
       catch (error) { console.log(error.code, error.facts.errno); }`,
    );
    expect(answer).toBe('DESTINATION_NOT_WRITABLE EACCES');
  });

  test('an image that is missing or a folder is NO_SUCH_IMAGE', async () => {
    const missing = join(folder, 'missing.img');
    await expect(images.open(missing)).rejects.toMatchObject({ code: 'NO_SUCH_IMAGE' });
    await mkdir(join(folder, 'folder.img'));
    await expect(images.open(join(folder, 'folder.img'))).rejects.toMatchObject({
      code: 'NO_SUCH_IMAGE',
    });
  });

  test('an image of an odd size can be opened and read to its end', async () => {
    const path = join(folder, 'odd.img');
    const data = pattern(10_001, false);
    await writeFile(path, data);
    const { device } = await images.open(path);
    try {
      expect(device.size).toBe(10_001);
      const into = allocateAligned(10_001);
      await device.read(into, 0);
      expect(Buffer.from(into).equals(Buffer.from(data))).toBe(true);
    } finally {
      await device.close();
    }
  });
});
