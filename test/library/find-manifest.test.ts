import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManifest } from '../../src/library/manifest-file.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { fileBackup } from '../support/library.ts';

describe('the manifest of an image that was parted from it', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let library: string;
  beforeEach(() => {
    folder = temporaryFolder();
    library = join(folder.path, 'library');
  });
  afterEach(() => folder.remove());

  const nameIn = async (image: string, where: string | null = null): Promise<string> =>
    readManifest(image, where).then(
      (manifest) => manifest.image.file,
      (error) => String(error.code),
    );

  it('is found in the same folder when the image was renamed', async () => {
    const image = fileBackup(library, { file: 'octopi/one.img' });
    fileBackup(library, { file: 'octopi/two.img' });
    fileBackup(library, { file: 'octopi/below/three.img' });
    const renamed = join(library, 'octopi/kitchen.img');
    renameSync(image, renamed);
    expect(await nameIn(renamed)).toBe('one.img');
    // As long as its own is there, nothing else is asked.
    expect(await nameIn(join(library, 'octopi/two.img'))).toBe('two.img');
  });

  it('is found anywhere in the library when one of them was moved, and nowhere else', async () => {
    const image = fileBackup(library, { file: 'octopi/one.img' });
    const moved = join(library, 'attic/old/one.img');
    mkdirSync(join(library, 'attic/old'), { recursive: true });
    renameSync(image, moved);
    expect(await nameIn(moved)).toBe('MANIFEST_MISSING');
    expect(await nameIn(moved, library)).toBe('one.img');
    const outside = join(folder.path, 'one.img');
    renameSync(moved, outside);
    expect(await nameIn(outside, library)).toBe('MANIFEST_MISSING');
  });

  it('is not that of another image of the same length, nor one that is damaged', async () => {
    const image = fileBackup(library, { file: 'one.img' });
    const other = fileBackup(folder.path, { file: 'other.img' });
    const stranger = join(library, 'stranger.img');
    renameSync(other, stranger);
    rmSync(image);
    expect(await nameIn(stranger)).toBe('MANIFEST_MISSING');
    writeFileSync(`${stranger}.pikeep.json`, '{');
    expect(await nameIn(stranger)).toBe('MANIFEST_INVALID');
  });
});
