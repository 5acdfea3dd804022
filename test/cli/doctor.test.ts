import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsRoot } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { pikeep, temporaryFolder } from './run-pikeep.ts';

const NOBODY = 65534;

let folder: ReturnType<typeof temporaryFolder>;

describe('doctor', () => {
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('names versions, doors with their reasons, the library and its volume, and the settings', async () => {
    const library = join(folder.path, 'not', 'there', 'yet');
    const { code, events, last } = await pikeep(['doctor', '--json', '--library', library]);
    expect(code).toBe(0);
    expect(undocumented(events)).toEqual([]);
    expect(last).toMatchObject({
      node: expect.stringMatching(/^v24\./),
      disks: { problem: null },
      doors: [{ name: 'direct' }, { name: 'authopen' }, { name: 'helper' }],
      library: { folder: library, volume: { freeBytes: expect.any(Number) }, problem: null },
      leftovers: [],
    });
    for (const { reason } of last['doors'] as { reason: string }[]) expect(reason).not.toBe('');
    expect(existsSync(join(folder.path, 'not'))).toBe(false);
  });

  it('prints the same for people', async () => {
    const { code, stdout, stderr } = await pikeep(['doctor', '--library', folder.path]);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    for (const word of ['PiKeep', 'Node', 'Door “direct”', 'Library', 'Its volume', 'Leftovers']) {
      expect(stdout).toContain(word);
    }
    expect(stdout).not.toMatch(/undefined|NaN|\[object/);
  });

  it('removes leftovers only when told to, and nothing else', async () => {
    const image = join(folder.path, 'octopi 2026-11-22 16.40.img');
    writeFileSync(image, 'a finished image');
    mkdirSync(join(folder.path, 'octopi'));
    for (const name of ['octopi 2026-11-22 16.41.img.partial', 'octopi/b.img.partial']) {
      writeFileSync(join(folder.path, name), 'half of one');
      // A power failure can leave a note empty.
      writeFileSync(join(folder.path, `${name}.json`), '');
    }
    const download = join(folder.path, 'raspios.img.partial');
    writeFileSync(download, 'of another program');
    const look = ['doctor', '--json', '--library', folder.path];
    expect((await pikeep(look)).last).toMatchObject({ cleared: 0, leftovers: [{}, {}] });
    expect((await pikeep([...look, '--clear-leftovers'])).last).toMatchObject({ cleared: 2 });
    expect((await pikeep(look)).last).toMatchObject({ leftovers: [] });
    expect(readFileSync(image, 'utf8')).toBe('a finished image');
    expect(readFileSync(download, 'utf8')).toBe('of another program');
  });

  it('says that the settings were broken, goes on with the defaults and keeps the file', async () => {
    const settings = join(folder.path, 'pikeep', 'settings.json');
    mkdirSync(join(folder.path, 'pikeep'));
    writeFileSync(settings, '{"library": 7}');
    const env = { XDG_CONFIG_HOME: folder.path };
    const { code, events } = await pikeep(['doctor', '--json', '--library', folder.path], { env });
    expect(code).toBe(0);
    expect(events[0]).toMatchObject({ event: 'warning', code: 'SETTINGS_INVALID' });
    expect(readFileSync(`${settings}.broken`, 'utf8')).toBe('{"library": 7}');
  });

  it.skipIf(needsRoot())('tells an ordinary user that the direct door needs rights', async () => {
    const { code, last } = await pikeep(['doctor', '--json', '--library', '/tmp'], { uid: NOBODY });
    expect(code).toBe(0);
    expect((last['doors'] as unknown[])[0]).toMatchObject({ name: 'direct', available: false });
  });
});
