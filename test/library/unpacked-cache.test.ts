import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFolderOf } from '../../src/library/cache-folder.ts';
import {
  clearUnpacked,
  findUnpacked,
  listUnpacked,
  type UnpackOptions,
  unpackToCache,
} from '../../src/library/unpacked-cache.ts';
import { temporaryFolder } from '../support/file-systems.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

describe('the cache of unpacked images', () => {
  let place: ReturnType<typeof temporaryFolder>;
  let folder: string;
  beforeEach(() => {
    place = temporaryFolder();
    folder = join(place.path, 'cache', 'unpacked');
  });
  afterEach(() => place.remove());

  const imageOf = (name: string, bytes = 1000): string => {
    const path = join(place.path, name);
    writeFileSync(path, Buffer.alloc(bytes, name));
    return path;
  };
  const unpack = (image: string, more: Partial<UnpackOptions> = {}): Promise<string> =>
    unpackToCache({
      folder,
      image,
      pieces: () => pieces([Buffer.from('start'), Buffer.alloc(3 * MIB - 5), Buffer.from('end')]),
      freeBytes: () => Promise.resolve(100 * GIB),
      ...more,
    });

  it('holds what was unpacked, sparse, private, and for that very image', async () => {
    const image = imageOf('one.gz');
    expect(await findUnpacked(folder, image)).toBeNull();
    const file = await unpack(image);
    const content = readFileSync(file);
    expect(content.length).toBe(3 * MIB + 3);
    expect(content.subarray(0, 5).toString()).toBe('start');
    expect(content.subarray(-3).toString()).toBe('end');
    expect(content.subarray(5, -3).every((byte) => byte === 0)).toBe(true);
    expect(statSync(file).blocks * 512).toBeLessThan(MIB);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(await findUnpacked(folder, image)).toBe(file);
    utimesSync(image, 5, 5);
    expect(await findUnpacked(folder, image)).toBeNull();
    const again = await unpack(image);
    renameSync(image, `${image}.old`);
    imageOf('one.gz');
    utimesSync(image, 5, 5);
    expect(await findUnpacked(folder, image)).toBeNull();
    expect((await listUnpacked(folder)).map(({ path }) => path).sort()).toEqual(
      [file, again].sort(),
    );
    await expect(findUnpacked(folder, join(place.path, 'none'))).rejects.toThrow('NO_SUCH_IMAGE');
  });

  it('keeps nothing of what failed, was cancelled, changed meanwhile, or was left by the dead', async () => {
    const image = imageOf('one.gz');
    mkdirSync(folder, { recursive: true });
    const left = join(folder, `${'0'.repeat(64)}.4194304.partial`);
    writeFileSync(left, 'left');
    const foreign = join(folder, 'mine.txt');
    writeFileSync(foreign, 'not ours');
    const broken = unpack(image, { pieces: () => pieces([Buffer.alloc(MIB, 1)], 'broken') });
    await expect(broken).rejects.toThrow('broken');
    const abort = new AbortController();
    abort.abort();
    await expect(unpack(image, { signal: abort.signal })).rejects.toThrow('INTERRUPTED');
    const changed = unpack(image, {
      async *pieces() {
        yield Buffer.from('start');
        writeFileSync(image, 'another image altogether');
      },
    });
    await expect(changed).rejects.toThrow('IMAGE_DAMAGED');
    expect(readdirSync(folder)).toEqual(['mine.txt']);
  });

  it('never fills the disk, nor grows without end', async () => {
    const image = imageOf('large.gz', 2 * MIB);
    const full = unpack(image, { freeBytes: () => Promise.resolve(GIB + MIB) });
    await expect(full).rejects.toThrow('DESTINATION_TOO_SMALL');
    const growing = unpack(image, {
      maxStoredBytes: 3 * MIB,
      pieces: () => pieces(Array.from({ length: 8 }, () => Buffer.alloc(MIB, 7))),
    });
    await expect(growing).rejects.toThrow('DESTINATION_TOO_SMALL');
    expect(readdirSync(folder)).toEqual([]);
    const made: string[] = [];
    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      const file = await unpack(imageOf(name), {
        maxStoredBytes: 2.5 * MIB,
        pieces: () => pieces([Buffer.alloc(MIB, name)]),
      });
      utimesSync(file, 1000 + index, 1000 + index);
      made.push(file);
    }
    // The one used longest ago made room.
    expect(made.map((file) => existsSync(file))).toEqual([false, true, true]);
    expect(await clearUnpacked(folder)).toHaveLength(2);
    expect(readdirSync(folder)).toEqual([]);
    expect(await listUnpacked(join(folder, 'none'))).toEqual([]);
  });

  it('lies where the system keeps what can be made again', () => {
    const of = (platform: NodeJS.Platform, cacheHome?: string): string =>
      cacheFolderOf({ platform, home: '/home/pi', cacheHome });
    expect(of('darwin', '/x')).toBe('/home/pi/Library/Caches/PiKeep/unpacked');
    expect(of('linux')).toBe('/home/pi/.cache/pikeep/unpacked');
    expect(of('linux', '/var/cache/pi')).toBe('/var/cache/pi/pikeep/unpacked');
    expect(of('linux', 'relative')).toBe('/home/pi/.cache/pikeep/unpacked');
  });
});

async function* pieces(all: readonly Uint8Array[], failure?: string): AsyncGenerator<Uint8Array> {
  yield* all;
  if (failure !== undefined) throw new Error(failure);
}
