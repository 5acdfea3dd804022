import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StrongIdentity } from '../../src/engine/card.ts';
import type { WeakIdentity } from '../../src/engine/disk.ts';
import { sha256 } from '../../src/engine/image/map.ts';
import { type CardIdentity, matchBackups } from '../../src/library/backups.ts';
import { type LibraryBackup, readLibrary } from '../../src/library/library.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { type ManifestOptions, manifestOf } from '../support/manifest.ts';

const CARD_BYTES = 8192;
const HASH = sha256(new Uint8Array(1));

const strong = (tableId: string | null, uuid: string | null = null): StrongIdentity => ({
  tableId,
  fileSystems: uuid === null ? [] : [{ index: 2, type: 'ext', uuid }],
  hostname: null,
});
const weak = (facts: Partial<WeakIdentity> = {}): WeakIdentity => ({
  bytes: CARD_BYTES,
  mediaName: 'Reader A',
  diskUuid: null,
  tableId: null,
  partitions: [{ bytes: 4096, kind: 'fat', uuid: '5E3D-A3DA' }],
  ...facts,
});

describe('the backups in a library', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let library: string;
  beforeEach(() => {
    folder = temporaryFolder();
    library = join(folder.path, 'library');
    mkdirSync(library);
  });
  afterEach(() => folder.remove());

  const file = (name: string, options: ManifestOptions & { below?: string } = {}): string => {
    const where = options.below === undefined ? library : join(library, options.below);
    mkdirSync(where, { recursive: true });
    const image = join(where, name);
    const manifest = manifestOf(name, { bytes: CARD_BYTES, ...options });
    writeFileSync(image, 'an image');
    writeFileSync(`${image}.pikeep.json`, `${JSON.stringify(manifest)}\n`);
    return image;
  };
  const findBackups = async (where: string): Promise<readonly LibraryBackup[]> =>
    (await readLibrary(where)).backups;
  const found = async (): Promise<string[]> =>
    (await findBackups(library)).map(({ path }) => path.slice(library.length + 1));

  it('are found in it and in all folders below, the newest first', async () => {
    file('old.img', { at: '2026-01-01T00:00:00.000Z', below: 'octopi' });
    file('new.img.zst', { at: '2026-03-01T00:00:00.000Z', below: 'octopi', format: 'img.zst' });
    file('middle.img', { at: '2026-02-01T00:00:00.000Z' });
    file('deep.img', { at: '2025-12-01T00:00:00.000Z', below: 'octopi/attic' });
    expect(await found()).toEqual([
      'octopi/new.img.zst',
      'middle.img',
      'octopi/old.img',
      'octopi/attic/deep.img',
    ]);
    const [newest] = await findBackups(library);
    expect(newest).toMatchObject({ title: 'octopi', format: 'img.zst', bytes: CARD_BYTES });
  });

  it('say which of them were never proven', async () => {
    file('card (unverified).img', { verified: false });
    expect(await findBackups(library)).toMatchObject([{ verified: false, unreadable: 0 }]);
  });

  it('do not include what is no backup', async () => {
    file('whole.img');
    writeFileSync(join(library, 'no manifest.img'), 'x');
    // The rest of a backup that was cut off before the image got its name.
    writeFileSync(join(library, 'gone.img.pikeep.json'), JSON.stringify(manifestOf('gone.img')));
    for (const text of ['', 'null', '[]', '{"schema":1}', '{"schema":2}', 'x'.repeat(300_000)]) {
      const image = join(
        library,
        `broken ${text.slice(0, 5).replace(/\W/g, '-')}${text.length}.img`,
      );
      writeFileSync(image, 'x');
      writeFileSync(`${image}.pikeep.json`, text);
    }
    writeFileSync(join(library, 'linked.img'), 'x');
    symlinkSync(join(library, 'whole.img.pikeep.json'), join(library, 'linked.img.pikeep.json'));
    writeFileSync(join(library, 'pipe.img'), 'x');
    execFileSync('mkfifo', [join(library, 'pipe.img.pikeep.json')]);
    expect(await found()).toEqual(['whole.img']);
  });

  it('are none where there is no library', async () => {
    expect(await findBackups(join(folder.path, 'nowhere'))).toEqual([]);
  });

  it('are read without their maps, however long those are', async () => {
    const entries = 200_000;
    const map = Array.from({ length: entries }, (_, at) => ({
      offset: at * 4096,
      bytes: 4096,
      sha256: HASH,
    }));
    const bytes = entries * 4096;
    const lengths = Array.from({ length: 200_000 }, () => 123_456);
    const title = 'a ],"content":{"sha256":" trap ,"map":[';
    file('large.img.gz', {
      map,
      bytes,
      title,
      format: 'img.gz',
      blocks: { bytes: 4096, lengths, crc32: 0 },
    });
    // Damage in the middle of the map shows that nobody looks there.
    const manifest = join(library, 'large.img.gz.pikeep.json');
    const text = readFileSync(manifest);
    text.write('damage', Math.floor(text.length / 2));
    writeFileSync(manifest, text);
    expect(await findBackups(library)).toMatchObject([{ bytes, title, format: 'img.gz' }]);
  });

  describe('of one card', () => {
    const match = async (card: Partial<CardIdentity>): Promise<string[]> => {
      const backups = await findBackups(library);
      const whole = { bytes: CARD_BYTES, weak: null, strong: null, ...card };
      return matchBackups(backups, whole).map(
        ({ backup, likeness }) => `${likeness} ${backup.path.slice(library.length + 1)}`,
      );
    };

    it('are told by what was read off it', async () => {
      file('ours.img', { strong: strong('5e3da3da', 'abc') });
      file('other.img', { strong: strong('11111111', 'abc') });
      expect(await match({ strong: strong('5e3da3da', 'abc') })).toEqual(['same ours.img']);
      // A damaged card may have lost one of its identifiers, but none may contradict.
      expect(await match({ strong: strong('5e3da3da') })).toEqual(['same ours.img']);
      expect(await match({ strong: strong('5e3da3da', 'xyz') })).toEqual([]);
      expect(await match({ strong: strong(null) })).toEqual([]);
    });

    it('seem so by what the system shows, whatever reader it is in', async () => {
      file('ours.img', { weak: weak(), strong: strong('5e3da3da') });
      const inAnother = weak({ mediaName: 'Reader B' });
      expect(await match({ weak: inAnother })).toEqual(['seems ours.img']);
      expect(await match({ weak: weak({ tableId: '5e3da3da' }) })).toEqual(['seems ours.img']);
      const partitions = [{ bytes: 4096, kind: 'fat', uuid: 'FFFF-FFFF' }] as const;
      expect(await match({ weak: weak({ partitions }) })).toEqual([]);
      expect(await match({ weak: weak({ partitions: [] }) })).toEqual([]);
    });

    it('are none by sizes alone', async () => {
      const partitions = [{ bytes: 4096, kind: 'fat', uuid: null }] as const;
      file('blank.img', { weak: weak({ partitions: [...partitions] }), strong: strong(null) });
      expect(await match({ weak: weak({ partitions }) })).toEqual([]);
      expect(await match({ weak: weak({ partitions }), strong: strong(null) })).toEqual([]);
    });

    it('are none of a card of another size', async () => {
      file('ours.img', { strong: strong('5e3da3da') });
      expect(await match({ strong: strong('5e3da3da'), bytes: 2 * CARD_BYTES })).toEqual([]);
    });

    it('are not told by the look when the card itself says otherwise', async () => {
      file('ours.img', { weak: weak(), strong: strong('5e3da3da') });
      expect(await match({ weak: weak(), strong: strong('11111111') })).toEqual([]);
    });
  });
});
