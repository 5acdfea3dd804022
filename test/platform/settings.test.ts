import { execFileSync } from 'node:child_process';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSettings } from '../../src/platform/settings.ts';
import { settingsFile } from '../../src/platform/settings-file.ts';

describe('the settings', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pikeep-settings-'));
    file = join(folder, 'config', 'pikeep', 'settings.json');
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = () => openSettings({ file, home: '/home/ann' });
  const defaults = {
    library: '/home/ann/PiKeep',
    format: 'img',
    verify: 'image',
    ejectWhenDone: false,
    remindDays: null,
    showOtherExternal: false,
    neverTouch: [],
    excludeFromTimeMachine: false,
    language: 'system',
    welcomed: false,
    cardOpened: false,
    stayedBefore: null,
    looksForUpdates: null,
  };

  async function write(content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }

  it('are the defaults where there is no file, and looking makes none', async () => {
    const settings = await open();
    expect([settings.current, settings.warning]).toEqual([defaults, null]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('are kept for the next start, readable by their owner alone', async () => {
    const settings = await open();
    expect(await settings.update({ ejectWhenDone: true })).toEqual({
      ...defaults,
      ejectWhenDone: true,
    });
    expect(settings.current.ejectWhenDone).toBe(true);
    expect((await open()).current).toEqual({ ...defaults, ejectWhenDone: true });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(dirname(file))).toEqual(['settings.json']);
  });

  it('fill what a file leaves out with the defaults', async () => {
    await write('{"library": "/mnt/cards"}');
    expect((await open()).current).toEqual({ ...defaults, library: '/mnt/cards' });
  });

  it.each([
    ['nothing', ''],
    ['half of it', '{"library": "/mnt'],
    ['no object', '[]'],
    ['null', 'null'],
    ['a path that is not absolute', '{"library": "cards"}'],
    ['another type', '{"ejectWhenDone": "yes"}'],
    ['no text', new Uint8Array([0xff, 0xfe, 0x00])],
    ['far too much', JSON.stringify({ library: '/mnt', x: 'x'.repeat(2_000_000) })],
    ['lists in lists in lists', `{"x": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['no whole days', '{"remindDays": 0.5}'],
    ['a number for a word', '{"language": 7}'],
  ])('set a broken file aside and go on with the defaults: %s', async (_what, content) => {
    await write(content);
    const settings = await open();
    expect(settings.current).toEqual(defaults);
    expect(settings.warning).toEqual({ is: 'set aside', kept: `${file}.broken` });
    expect((await readFile(`${file}.broken`)).equals(Buffer.from(content))).toBe(true);
    expect((await open()).warning).toBeNull();
  });

  it('wait for no pipe in place of their file', async () => {
    const file = join(folder, 'settings.json');
    execFileSync('mkfifo', [file]);
    const store = await openSettings({ file, home: folder });
    expect(store.current.library).toBe(join(folder, 'PiKeep'));
    expect(store.warning).toEqual({ is: 'set aside', kept: `${file}.broken` });
  });

  it('keep what another PiKeep has changed meanwhile', async () => {
    const [app, command] = [await open(), await open()];
    await command.update({ library: '/mnt/cards' });
    await app.update({ ejectWhenDone: true });
    expect((await open()).current).toEqual({
      ...defaults,
      library: '/mnt/cards',
      ejectWhenDone: true,
    });
  });

  it('keep what only a newer PiKeep understands, until that very setting is changed', async () => {
    const newer = { format: 'img.future', language: 'tlh', ring: { colour: 'red' } };
    await write(JSON.stringify({ ...newer, library: '/mnt/cards', verify: 'card' }));
    const settings = await open();
    expect([settings.current, settings.warning]).toEqual([
      { ...defaults, library: '/mnt/cards', verify: 'card' },
      null,
    ]);
    await settings.update({ remindDays: 14, language: 'de' });
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      ...{ ...defaults, ...newer, library: '/mnt/cards', verify: 'card' },
      ...{ remindDays: 14, language: 'de' },
    });
    expect((await open()).current).toMatchObject({ format: 'img', remindDays: 14, language: 'de' });
  });

  it('hold as many disks that are never touched as there may be, whatever they are called', async () => {
    const settings = await open();
    const neverTouch = Array.from({ length: 256 }, (_, index) => ({
      key: `${index} `.padEnd(256, '\u0001'),
      name: '\u0001'.repeat(256),
    }));
    await settings.update({ neverTouch });
    const again = await open();
    expect(again.warning).toBeNull();
    expect(again.current.neverTouch).toEqual(neverTouch);
  });

  it('are never saved as what could not be read again, with every mark in it', async () => {
    const settings = await open();
    const marks = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ key: `disk ${index}`, name: 'backups' }));
    await settings.update({ neverTouch: marks(256) });
    for (const change of [
      { neverTouch: marks(257) },
      { neverTouch: [{ key: 'x'.repeat(257), name: '' }] },
      { library: `/${'x'.repeat(5000)}` },
    ]) {
      await expect(settings.update(change)).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });
      expect(settings.current.neverTouch).toHaveLength(256);
      const again = await open();
      expect([again.warning, again.current.neverTouch.length]).toEqual([null, 256]);
    }
  });

  it('are not replaced while they cannot be read, with every mark in them', async () => {
    const settings = await open();
    await settings.update({ neverTouch: [{ key: 'disk 1', name: 'backups' }] });
    const kept = `${file}.kept`;
    await rename(file, kept);
    await symlink(file, file);
    const refused = { code: 'SETTINGS_INVALID', facts: { detail: 'it cannot be read (ELOOP)' } };
    await expect(settings.update({ remindDays: 7 })).rejects.toMatchObject(refused);
    const later = await open();
    expect(later.warning).toEqual({ is: 'unreadable', file, errno: 'ELOOP' });
    await expect(later.update({ remindDays: 7 })).rejects.toMatchObject(refused);
    await rename(kept, file);
    expect(await later.update({ remindDays: 7 })).toMatchObject({
      neverTouch: [{ key: 'disk 1', name: 'backups' }],
      remindDays: 7,
    });
  });

  it('lose no mark that another PiKeep made meanwhile', async () => {
    const [app, command] = [await open(), await open()];
    const mark = (key: string) => (now: { neverTouch: typeof app.current.neverTouch }) => ({
      neverTouch: [...now.neverTouch, { key, name: key }],
    });
    await command.update(mark('disk 1'));
    await app.update(mark('disk 2'));
    expect((await open()).current.neverTouch.map(({ key }) => key)).toEqual(['disk 1', 'disk 2']);
  });

  it('take a key of every object for what it is: one that nobody knows', async () => {
    const odd = '{"__proto__": {"showOtherExternal": true}, "constructor": {"prototype": 7}}';
    await write(odd);
    const settings = await open();
    expect([settings.current, settings.warning]).toEqual([defaults, null]);
    await settings.update({ remindDays: 7 });
    const written = JSON.parse(await readFile(file, 'utf8'));
    expect(Object.keys(written)).toContain('__proto__');
    expect({ ...(await open()).current }).toEqual({ ...defaults, remindDays: 7 });
    expect(Reflect.get({}, 'showOtherExternal')).toBeUndefined();
  });

  it('end with the last of several changes', async () => {
    const settings = await open();
    const changes = [true, false, true, false].map((ejectWhenDone) =>
      settings.update({ ejectWhenDone }),
    );
    await Promise.all(changes);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(defaults);
    expect(await readdir(dirname(file))).toEqual(['settings.json']);
  });

  it('stay as they were when they cannot be saved', async () => {
    await writeFile(join(folder, 'config'), 'a file where the folder should be');
    const settings = await open();
    await expect(settings.update({ ejectWhenDone: true })).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
    });
    expect(settings.current).toEqual(defaults);
  });

  it.each([
    ['darwin', undefined, '/home/ann/Library/Application Support/PiKeep/settings.json'],
    ['linux', undefined, '/home/ann/.config/pikeep/settings.json'],
    ['linux', '/etc/xdg', '/etc/xdg/pikeep/settings.json'],
    ['linux', 'not/absolute', '/home/ann/.config/pikeep/settings.json'],
    ['darwin', '/etc/xdg', '/home/ann/Library/Application Support/PiKeep/settings.json'],
  ] as const)('lie where this system keeps them: %s, %s', (platform, configHome, path) => {
    expect(settingsFile({ platform, home: '/home/ann', configHome })).toBe(path);
  });
});
