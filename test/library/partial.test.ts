import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageFormats } from '../../src/engine/image/image-format.ts';
import { MANIFEST_SUFFIX, type Manifest, parseManifest } from '../../src/engine/image/manifest.ts';
import { mapSha256, sha256 } from '../../src/engine/image/map.ts';
import { imageStem, safeTitle, splitImageName } from '../../src/library/image-name.ts';
import { readManifest } from '../../src/library/manifest-file.ts';
import { createPartial, type Partial } from '../../src/library/partial.ts';
import { createImageFiles } from '../../src/platform/image-files.ts';
import { temporaryFolder } from '../support/file-systems.ts';

const BYTES = 8192;
const imageFiles = createImageFiles();
const noon = new Date(2026, 10, 22, 16, 40);

function manifestOf(name: string): Manifest {
  const map = [{ offset: 0, bytes: BYTES, sha256: sha256(new Uint8Array(BYTES)) }];
  const at = '2026-11-22T16:40:00.000Z';
  return {
    schema: 1,
    card: {
      weak: null,
      strong: { tableId: null, fileSystems: [], hostname: null },
      title: 'octopi',
      label: null,
      hostname: null,
      os: null,
      model: null,
      pi: 'yes',
    },
    source: { bytes: BYTES, sectorBytes: 512 },
    image: { file: name, format: 'img', bytes: BYTES },
    map,
    content: { sha256: mapSha256(map), plainSha256: null },
    partitions: [],
    unreadable: [],
    verified: { at, method: 'read-back' },
    checks: [],
    warnings: [],
    times: { started: at, copied: at, finished: at },
    tool: { name: 'PiKeep', version: '0' },
  };
}

describe('a backup in the making', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const open: Partial[] = [];
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    for (const partial of open.splice(0)) await partial.discard();
    folder.remove();
  });

  const start = async (stem = 'octopi 2026-11-22 16.40', exact = false): Promise<Partial> => {
    const partial = await createPartial({
      imageFiles,
      folder: folder.path,
      stem,
      incompleteStem: `${stem} (incomplete)`,
      format: 'img',
      bytes: BYTES,
      exact,
    });
    open.push(partial);
    return partial;
  };

  const place = (): Omit<Parameters<typeof createPartial>[0], 'format'> => ({
    imageFiles,
    folder: folder.path,
    stem: 'octopi',
    incompleteStem: 'octopi (incomplete)',
    bytes: BYTES,
    exact: false,
  });

  it('carries no final name until it is filed, then image, manifest and bmap, read-only', async () => {
    const partial = await start();
    const name = 'octopi 2026-11-22 16.40.img';
    expect(readdirSync(folder.path).toSorted()).toEqual([
      `${name}.partial`,
      `${name}.partial.json`,
    ]);
    const manifestPath = await partial.promote(manifestOf(name));
    const bmap = 'octopi 2026-11-22 16.40.bmap';
    expect(readdirSync(folder.path).toSorted()).toEqual([bmap, name, `${name}${MANIFEST_SUFFIX}`]);
    expect(statSync(join(folder.path, bmap)).mode & 0o777).toBe(0o444);
    expect(statSync(join(folder.path, name)).mode & 0o777).toBe(0o444);
    expect(statSync(manifestPath).mode & 0o777).toBe(0o444);
    expect((await readManifest(join(folder.path, name))).card.title).toBe('octopi');
    await partial.discard();
    expect(readdirSync(folder.path)).toHaveLength(3);
  });

  it('keeps two backups of the same minute, also while the first is still being made', async () => {
    const first = await start();
    const second = await start();
    await second.promote(manifestOf('second'));
    const third = await start();
    await third.promote(manifestOf('third'));
    await first.promote(manifestOf('first'));
    expect(
      readdirSync(folder.path)
        .filter((name) => name.endsWith('.img'))
        .toSorted(),
    ).toEqual([
      'octopi 2026-11-22 16.40 (2).img',
      'octopi 2026-11-22 16.40 (3).img',
      'octopi 2026-11-22 16.40.img',
    ]);
  });

  it('never replaces a file that appeared under the final name meanwhile', async () => {
    const partial = await start();
    writeFileSync(partial.finalPath, 'somebody else');
    await expect(partial.promote(manifestOf('x'))).rejects.toMatchObject({
      code: 'DESTINATION_EXISTS',
    });
    await partial.discard();
    expect(readFileSync(partial.finalPath, 'utf8')).toBe('somebody else');
    expect(readdirSync(folder.path)).toHaveLength(1);
  });

  it.each(imageFormats)('has the ending of its format: .%s', async (format) => {
    const partial = await createPartial({ ...place(), format });
    open.push(partial);
    const name = `octopi.${format}`;
    expect(readdirSync(folder.path).toSorted()).toEqual([
      `${name}.partial`,
      `${name}.partial.json`,
    ]);
    await partial.promote(manifestOf(name));
    expect(readdirSync(folder.path).toSorted()).toEqual([
      'octopi.bmap',
      name,
      `${name}${MANIFEST_SUFFIX}`,
    ]);
    expect(readFileSync(join(folder.path, 'octopi.bmap'), 'utf8')).toContain(
      `<ImageSize> ${BYTES} `,
    );
  });

  it('never shares its bmap with an image of another format', async () => {
    const making: Partial[] = [];
    for (const format of imageFormats) {
      making.push(await createPartial({ ...place(), format }));
    }
    open.push(...making);
    for (const partial of making) await partial.promote(manifestOf(partial.finalPath));
    expect(
      readdirSync(folder.path)
        .filter((name) => name.endsWith('.bmap'))
        .toSorted(),
    ).toEqual(['octopi (2).bmap', 'octopi (3).bmap', 'octopi.bmap']);
    writeFileSync(join(folder.path, 'mine.bmap'), 'not ours');
    await expect(start('mine', true)).rejects.toMatchObject({ code: 'DESTINATION_EXISTS' });
  });

  it('leaves neither manifest nor bmap when the image cannot get its name', async () => {
    const partial = await createPartial({ ...place(), format: 'img.gz' });
    open.push(partial);
    writeFileSync(join(folder.path, 'octopi.bmap'), 'somebody else');
    await expect(partial.promote(manifestOf('octopi.img.gz'))).rejects.toMatchObject({
      code: 'DESTINATION_EXISTS',
    });
    await partial.discard();
    expect(readdirSync(folder.path)).toEqual(['octopi.bmap']);
    expect(readFileSync(join(folder.path, 'octopi.bmap'), 'utf8')).toBe('somebody else');
  });

  it('refuses the exact file the user named when it exists', async () => {
    writeFileSync(join(folder.path, 'mine.img'), '');
    await expect(start('mine', true)).rejects.toMatchObject({ code: 'DESTINATION_EXISTS' });
  });

  it('leaves nothing behind when it is discarded', async () => {
    const partial = await start();
    await partial.discard();
    await partial.discard();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('says that a folder is missing', async () => {
    const missing = join(folder.path, 'missing');
    await expect(
      createPartial({
        imageFiles,
        folder: missing,
        stem: 'x',
        incompleteStem: 'x (incomplete)',
        format: 'img',
        bytes: BYTES,
        exact: false,
      }),
    ).rejects.toMatchObject({ code: 'DESTINATION_MISSING' });
  });

  it('reads no manifest that does not fit, and says what is wrong', async () => {
    const image = join(folder.path, 'x.img');
    await expect(readManifest(image)).rejects.toMatchObject({ code: 'NO_SUCH_IMAGE' });
    writeFileSync(image, '');
    await expect(readManifest(image)).rejects.toMatchObject({ code: 'MANIFEST_MISSING' });
    writeFileSync(image + MANIFEST_SUFFIX, 'not json');
    await expect(readManifest(image)).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
    rmSync(image + MANIFEST_SUFFIX);
    execFileSync('mkfifo', [image + MANIFEST_SUFFIX]);
    await expect(readManifest(image)).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
    chmodSync(image, 0o600);
  });
});

describe('manifests from elsewhere', () => {
  const good = manifestOf('x.img');
  const parse = (manifest: unknown): Manifest => parseManifest(JSON.stringify(manifest), 'x');

  it('are read back as they were written', () => {
    expect(parse(good)).toEqual(good);
  });

  const [entry] = good.map;
  const bad: Record<string, unknown> = {
    'another schema': { ...good, schema: 2 },
    'an entry larger than 8 MiB': { ...good, map: [{ ...entry, bytes: 9 * 1024 * 1024 }] },
    'entries that overlap': { ...good, map: [entry, { ...entry, offset: 4096 }] },
    'a map past the end of the card': { ...good, source: { bytes: 4096, sectorBytes: 512 } },
    'a changed hash': { ...good, map: [{ ...entry, sha256: '0'.repeat(64) }] },
    'a negative offset': { ...good, map: [{ ...entry, offset: -1 }] },
    'a number too large': { ...good, source: { bytes: 2 ** 60, sectorBytes: 512 } },
  };
  for (const [name, manifest] of Object.entries(bad)) {
    it(`are refused: ${name}`, () => {
      expect(() => parse(manifest)).toThrow(expect.objectContaining({ code: 'MANIFEST_INVALID' }));
    });
  }

  it('are refused or right, whatever is changed in them', () => {
    const text = JSON.stringify(good);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, insert) => {
        const changed = text.slice(0, at) + insert + text.slice(at + insert.length);
        try {
          expect(parseManifest(changed, 'x').schema).toBe(1);
        } catch (error) {
          expect(error).toMatchObject({ code: 'MANIFEST_INVALID' });
        }
      }),
    );
  });
});

describe('names of images', () => {
  it('are taken apart by the ending of their format', () => {
    expect(splitImageName('octopi 16.40.img')).toEqual({ stem: 'octopi 16.40', format: 'img' });
    expect(splitImageName('octopi.img.GZ')).toEqual({ stem: 'octopi', format: 'img.gz' });
    expect(splitImageName('a.img.zst')).toEqual({ stem: 'a', format: 'img.zst' });
    for (const other of ['a.gz', 'a.img.xz', 'img', 'a.bmap'])
      expect(splitImageName(other)).toBeNull();
  });

  it('carry the Pi and the local minute', () => {
    expect(imageStem('octopi', noon)).toBe('octopi 2026-11-22 16.40');
  });

  it('are safe on every file system, whatever the card calls itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (title) => {
        const name = safeTitle(title);
        expect(name).not.toBe('');
        expect(name).not.toMatch(/[/\\:*?"<>|\p{Cc}]/u);
        expect(name).not.toMatch(/^\.|\.$|^\s|\s$/);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(120);
      }),
    );
  });
});
