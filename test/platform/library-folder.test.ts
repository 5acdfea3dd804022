import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPlatform } from '../../src/platform/index.ts';
import { createLibraryFolders } from '../../src/platform/library-folder.ts';
import type { Volumes } from '../../src/platform/ports.ts';
import { syncServiceOf } from '../../src/platform/synced-folder.ts';

let folder: string;
let home: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'pikeep-folder-')));
  home = join(folder, 'home');
  await mkdir(home);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a folder that a service keeps on a server', () => {
  it.each([
    ['Library/Mobile Documents/com~apple~CloudDocs/Backups', 'iCloud Drive'],
    ['Library/CloudStorage/Dropbox/Backups', 'Dropbox'],
    ['Library/CloudStorage/OneDrive-Personal', 'OneDrive'],
    ['Library/CloudStorage/GoogleDrive-ann@example.org/My Drive/x', 'Google Drive'],
    ['Library/CloudStorage/Box-Box/x', 'Box'],
    ['Library/CloudStorage/Somebody', null],
    ['Dropbox/Backups', 'Dropbox'],
    ['Dropbox (Work)/Backups', 'Dropbox'],
    ['OneDrive - Work/Backups', 'OneDrive'],
    ['Google Drive/x', 'Google Drive'],
    ['Boxes/x', null],
    ['PiKeep', null],
    ['Documents/PiKeep', null],
    ['x/Dropbox', null],
  ])('is known by where it lies: ~/%s', async (path, service) => {
    expect(await syncServiceOf(join(home, path), home)).toBe(service);
  });

  it('is the desktop, and what is in Documents, once iCloud Drive has them', async () => {
    const cloud = join(home, 'Library', 'Mobile Documents', 'com~apple~CloudDocs');
    await mkdir(join(cloud, 'Documents'), { recursive: true });
    expect(await syncServiceOf(join(home, 'Documents', 'Pis'), home)).toBe('iCloud Drive');
    expect(await syncServiceOf(join(home, 'Desktop'), home)).toBeNull();
  });

  it('is found behind a link, and where Dropbox says that it is', async () => {
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(join(elsewhere, 'in'), { recursive: true });
    await mkdir(join(home, '.dropbox'));
    const info = join(home, '.dropbox', 'info.json');
    await writeFile(info, JSON.stringify({ personal: { path: elsewhere, host: 7 } }));
    expect(await syncServiceOf(join(elsewhere, 'in', 'new'), home)).toBe('Dropbox');
    expect(await syncServiceOf(`${elsewhere}-not`, home)).toBeNull();
    await symlink(elsewhere, join(home, 'link'));
    expect(await syncServiceOf(join(home, 'link', 'in'), home)).toBe('Dropbox');
    for (const broken of ['', '[]', '{"personal":', '{"personal": 7}', 'x'.repeat(100_000)]) {
      await writeFile(info, broken);
      expect(await syncServiceOf(join(elsewhere, 'in'), home)).toBeNull();
    }
  });
});

describe('a folder for backups', () => {
  const folders = async (volumes?: Volumes) =>
    createLibraryFolders(volumes ? { volumes } : await createPlatform({ slot: null }), home);

  it('is looked at without touching it', async () => {
    const { look } = await folders();
    await writeFile(join(folder, 'file'), '');
    const found = await look(home);
    expect(found).toMatchObject({ is: 'folder', isWritable: true, syncedBy: null });
    expect(found.volume?.freeBytes).toBeGreaterThan(0);
    expect(await look(join(home, 'Dropbox', 'new'))).toMatchObject({
      ...{ is: 'missing', isWritable: true, syncedBy: 'Dropbox' },
    });
    expect((await look(join(folder, 'file'))).is).toBe('no folder');
    expect((await look(join(folder, 'file', 'in'))).is).toBe('no folder');
  });

  it('is made alone, never with a folder above it', async () => {
    const { make, look } = await folders();
    await make(join(home, 'PiKeep'));
    await make(join(home, 'PiKeep'));
    expect((await look(join(home, 'PiKeep'))).is).toBe('folder');
    await expect(make(join(home, 'a', 'b'))).rejects.toMatchObject({ code: 'DESTINATION_MISSING' });
  });

  it.skipIf(process.getuid?.() === 0)('says that it may not be written', async () => {
    const { look } = await folders();
    await chmod(home, 0o500);
    expect((await look(home)).isWritable).toBe(false);
  });

  it('may not be written where its volume is read-only, and is silent where that does not answer', async () => {
    const host = await createPlatform({ slot: null });
    const facts = { ...(await host.volumes.volumeOf(home)), readOnly: true };
    const readOnly = await folders({ volumeOf: async () => facts });
    expect((await readOnly.look(home)).isWritable).toBe(false);
    let asked = 0;
    const volumeOf = () => {
      asked += 1;
      return new Promise<never>(() => {});
    };
    const dead = await folders({ volumeOf });
    const looks = await Promise.all([dead.look(home), dead.look(home), dead.look(home)]);
    expect(looks.map(({ is, volume }) => [is, volume])).toEqual(Array(3).fill(['silent', null]));
    // Asked again and again, it holds no more than one look.
    expect(asked).toBe(1);
  }, 30_000);
});
