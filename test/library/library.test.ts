import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Library, readLibrary } from '../../src/library/library.ts';
import { ManifestCache } from '../../src/library/manifest-cache.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { type FiledBackup, fileBackup } from '../support/library.ts';

const now = new Date('2026-12-01T12:00:00Z');
let folder: ReturnType<typeof temporaryFolder>;
let library: string;

beforeEach(() => {
  folder = temporaryFolder();
  library = join(folder.path, 'library');
  mkdirSync(library);
});
afterEach(() => folder.remove());

const file = (name: string, options: Partial<FiledBackup> = {}): string =>
  fileBackup(library, { file: name, ...options });
const read = (options: Parameters<typeof readLibrary>[1] = {}): Promise<Library> =>
  readLibrary(library, { now, cache: new ManifestCache(), ...options });
const below = (path: string): string => path.slice(library.length + 1);
const found = (one: Library): string[] => one.backups.map(({ path }) => below(path));
const odd = (one: Library, at = 0): string[] =>
  one.backups[at]?.oddities.map(({ code }) => code) ?? [];

describe('a library', () => {
  it('is read as deep as its files were moved, the newest first, each with what it is worth', async () => {
    file('octopi/a.img', { at: '2026-01-01T00:00:00.000Z' });
    file('attic/2025/old/b.img.zst', { at: '2026-02-01T00:00:00.000Z', format: 'img.zst' });
    file('c (unverified).img', { at: '2026-03-01T00:00:00.000Z', verified: false });
    file('d (incomplete).img.gz', {
      at: '2026-04-01T00:00:00.000Z',
      format: 'img.gz',
      unreadable: true,
    });
    const one = await read();
    expect(one.backups.map(({ path, state, format }) => [below(path), state, format])).toEqual([
      ['d (incomplete).img.gz', 'incomplete', 'img.gz'],
      ['c (unverified).img', 'unverified', 'img'],
      ['attic/2025/old/b.img.zst', 'proven', 'img.zst'],
      ['octopi/a.img', 'proven', 'img'],
    ]);
    expect(one).toMatchObject({ images: [], lost: [], problems: [] });
    expect(one.backups.map(({ oddities }) => oddities)).toEqual([[], [], [], []]);
    expect(one.backups[3]?.bmap).toBe(join(library, 'octopi/a.bmap'));
  });

  it('finds a pair that was moved and renamed together', async () => {
    const image = file('a.img');
    mkdirSync(join(library, 'x'));
    renameSync(image, join(library, 'x/mine.img'));
    renameSync(`${image}.pikeep.json`, join(library, 'x/mine.img.pikeep.json'));
    const one = await read();
    expect(found(one)).toEqual(['x/mine.img']);
    expect(odd(one)).toEqual([]);
  });

  it('finds an image that was moved without its manifest, and one that was renamed', async () => {
    const moved = file('a.img', { at: '2026-03-01T00:00:00.000Z' });
    const renamed = file('b.img', { at: '2026-02-01T00:00:00.000Z' });
    const packed = file('c.img.zst', { at: '2026-01-01T00:00:00.000Z', format: 'img.zst' });
    mkdirSync(join(library, 'x'));
    renameSync(moved, join(library, 'x/a.img'));
    renameSync(renamed, join(library, 'the good one.img'));
    renameSync(packed, join(library, 'small.img.zst'));
    const one = await read();
    expect(found(one)).toEqual(['x/a.img', 'the good one.img', 'small.img.zst']);
    expect([odd(one, 0), odd(one, 1), odd(one, 2)]).toEqual([['apart'], ['renamed'], ['renamed']]);
    expect(one).toMatchObject({ images: [], lost: [], problems: [] });
  });

  it('tells renamed images of one size by what is in them, not by their times', async () => {
    const names = ['a', 'b', 'c'];
    for (const [day, name] of names.entries()) {
      const image = file(`${name}.img`, { at: `2026-01-0${day + 1}T00:00:00.000Z` });
      const other = join(library, `renamed ${name}.img`);
      renameSync(image, other);
      // Copied by a program that does not keep times.
      utimesSync(other, new Date('2026-05-05'), new Date('2026-05-05'));
    }
    const one = await read();
    expect(one.backups.map(({ path, manifest }) => [below(path), below(manifest)])).toEqual([
      ['renamed c.img', 'c.img.pikeep.json'],
      ['renamed b.img', 'b.img.pikeep.json'],
      ['renamed a.img', 'a.img.pikeep.json'],
    ]);
  });

  it('takes no image for another one of the same size', async () => {
    const image = file('a.img');
    rmSync(image);
    writeFileSync(join(library, 'raspios.img'), Buffer.alloc(8192, 'other'));
    const one = await read();
    expect(one.backups).toEqual([]);
    expect(one.lost).toMatchObject([{ imageName: 'a.img', title: 'octopi' }]);
    expect(one.images.map(({ path }) => below(path))).toEqual(['raspios.img']);
  });

  it('does not guess between two images that fit a manifest equally', async () => {
    const image = file('a.img.zst', { format: 'img.zst' });
    copyFileSync(image, join(library, 'x.img.zst'));
    renameSync(image, join(library, 'y.img.zst'));
    const one = await read();
    expect(one.backups).toEqual([]);
    expect(one.images).toHaveLength(2);
    expect(one.problems).toMatchObject([{ problem: expect.stringContaining('any of 2 images') }]);
  });

  it('lists images without a manifest, and of other programs', async () => {
    for (const name of [
      'a.img',
      'b.img.xz',
      'c.zip',
      'd.IMG.GZ',
      'e.zst',
      'notes.txt',
      '._f.img',
    ]) {
      writeFileSync(join(library, name), 'x');
    }
    const one = await read();
    expect(one.images.map(({ path, format }) => [below(path), format])).toEqual([
      ['a.img', 'img'],
      ['b.img.xz', null],
      ['c.zip', null],
      ['d.IMG.GZ', 'img.gz'],
      ['e.zst', null],
    ]);
  });

  it('says which manifests are damaged, and keeps the image', async () => {
    const image = file('a.img');
    file('whole.img');
    chmodSync(`${image}.pikeep.json`, 0o644);
    writeFileSync(`${image}.pikeep.json`, readFileSync(`${image}.pikeep.json`).subarray(0, 300));
    const one = await read();
    expect(found(one)).toEqual(['whole.img']);
    expect(one.images.map(({ path }) => below(path))).toEqual(['a.img']);
    expect(one.problems).toEqual([
      { path: `${image}.pikeep.json`, problem: expect.stringContaining('damaged') },
    ]);
  });

  it('says when an image is not as long as it was made', async () => {
    const image = file('a.img');
    chmodSync(image, 0o644);
    writeFileSync(image, 'cut off');
    const one = await read();
    expect(one.backups).toMatchObject([{ state: 'damaged' }]);
    expect(odd(one)).toContain('size');
  });

  it('tells a copy from a second backup of a card that did not change', async () => {
    const image = file('a.img', { content: 'same', at: '2026-01-01T00:00:00.000Z' });
    file('b.img', { content: 'same', at: '2026-01-02T00:00:00.000Z' });
    cpSync(image, join(library, 'z.img'), { preserveTimestamps: true });
    cpSync(`${image}.pikeep.json`, join(library, 'z.img.pikeep.json'));
    const one = await read();
    expect(one.backups.map(({ path, copyOf }) => [below(path), copyOf && below(copyOf)])).toEqual([
      ['b.img', null],
      ['a.img', null],
      ['z.img', 'a.img'],
    ]);
  });

  it('takes the name of a Pi from its portrait where nothing else has it', async () => {
    const image = fileBackup(library, {
      ...{ file: 'a.img', title: 'Raspberry Pi card' },
      strong: { tableId: '1ec0e1ec', fileSystems: [], hostname: null },
    });
    const manifest = JSON.parse(readFileSync(`${image}.pikeep.json`, 'utf8'));
    manifest.card.hostname = null;
    const vector = new URL('../vectors/portraits/libreelec.json', import.meta.url);
    // What a vector leaves out is different on every card.
    const portrait = JSON.parse(readFileSync(vector, 'utf8'));
    manifest.portrait = { ...portrait, volumes: [], usedBytes: null, freeBytes: null };
    rmSync(`${image}.pikeep.json`);
    writeFileSync(`${image}.pikeep.json`, JSON.stringify(manifest));
    expect((await read()).backups).toMatchObject([{ hostname: 'LivingRoom' }]);
  });

  it('keeps backups whose clock was wrong, and says so', async () => {
    file('future.img', { at: '2031-01-01T00:00:00.000Z' });
    const older = file('older.img', { at: '2026-11-01T00:00:00.000Z' });
    utimesSync(older, new Date('2026-01-01'), new Date('2026-01-01'));
    const newer = file('newer.img', { at: '2020-01-01T00:00:00.000Z' });
    utimesSync(newer, new Date('2026-01-01'), new Date('2026-01-01'));
    const one = await read();
    expect(found(one)).toEqual(['future.img', 'older.img', 'newer.img']);
    expect([odd(one, 0), odd(one, 1), odd(one, 2)]).toEqual([
      ['future'],
      ['file-older'],
      ['file-newer'],
    ]);
  });

  it('is none where none was made yet, and a problem where its disk is missing', async () => {
    expect(await readLibrary(join(folder.path, 'new'), { now })).toMatchObject({
      backups: [],
      problems: [],
    });
    const gone = join(folder.path, 'volume', 'library');
    expect((await readLibrary(gone, { now })).problems).toEqual([
      { path: gone, problem: 'it is not there' },
    ]);
  });

  it('keeps in memory what is there, and not all that ever was', async () => {
    const cache = new ManifestCache();
    for (const name of ['a', 'b', 'c']) file(`${name}.img`);
    await read({ cache });
    expect(cache.size).toBe(3);
    rmSync(join(library, 'b.img'));
    rmSync(join(library, 'b.img.pikeep.json'));
    await readLibrary(join(folder.path, 'another'), { now, cache });
    expect(cache.size).toBe(3);
    expect(found(await read({ cache })).toSorted()).toEqual(['a.img', 'c.img']);
    expect(cache.size).toBe(2);
  });

  it('ends at once when it is interrupted', async () => {
    file('a.img');
    await expect(read({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
  });
});
