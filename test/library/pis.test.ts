import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Disk, WeakIdentity } from '../../src/engine/disk.ts';
import { calendarDays, lastBackupWords } from '../../src/library/last-backup.ts';
import { readLibrary } from '../../src/library/library.ts';
import { groupByPi, type Pi } from '../../src/library/pi-groups.ts';
import { openPiStore } from '../../src/library/pi-store.ts';
import { identifyWeak, recogniseAll, recognitionWords } from '../../src/library/recognise.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { cardOf, type FiledBackup, fileBackup, IMAGE_BYTES } from '../support/library.ts';

const now = new Date('2026-12-01T12:00:00Z');
const naming = { nameOf: (pi: Pi) => pi.title };
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
const groups = async (): Promise<readonly Pi[]> =>
  groupByPi((await readLibrary(library, { now })).backups, now);
const only = async (): Promise<Pi> => {
  const [pi, ...others] = await groups();
  if (!pi || others.length > 0) throw new Error(`${others.length + 1} groups`);
  return pi;
};
const weak = (facts: Partial<WeakIdentity> = {}): WeakIdentity => ({
  bytes: IMAGE_BYTES,
  mediaName: 'Reader',
  diskUuid: null,
  tableId: null,
  partitions: [{ bytes: 4096, kind: 'fat', uuid: '5E3D-A3DA' }],
  ...facts,
});

describe('the Pis of a library', () => {
  it('keep their history when the hostname or a file system changes', async () => {
    file('a.img', { strong: cardOf('5e3da3da'), at: '2026-01-01T00:00:00.000Z' });
    file('b.img', {
      strong: cardOf('5E3DA3DA', '2', 'kitchen'),
      title: 'kitchen',
      at: '2026-02-01T00:00:00.000Z',
    });
    const pi = await only();
    expect(pi).toMatchObject({ key: 'table 5e3da3da', title: 'kitchen', hints: [] });
    expect(pi.backups).toHaveLength(2);
  });

  it('are two when two have one hostname and were flashed with one image', async () => {
    file('a.img', { strong: cardOf('11111111') });
    file('b.img', { strong: cardOf('22222222') });
    const two = await groups();
    expect(two.map(({ key }) => key).sort()).toEqual(['table 11111111', 'table 22222222']);
    expect(two[0]?.hints[0]).toContain('flashed with the same image');
  });

  it('are two when one was flashed anew, and say so', async () => {
    file('a.img', { strong: cardOf('11111111', '1') });
    const anew = { ...cardOf('22222222'), fileSystems: [{ index: 2, type: 'ext', uuid: 'ffff' }] };
    file('b.img', { strong: anew });
    expect((await groups()).map(({ hints }) => hints)).toEqual([
      [expect.stringContaining('another card called octopi')],
      [expect.stringContaining('another card called octopi')],
    ]);
  });

  it('tell a cloned card by its size, or say that nothing tells it apart', async () => {
    const strong = cardOf('5e3da3da');
    file('a.img', { strong, weak: weak(), bytes: IMAGE_BYTES });
    file('b.img', { strong, weak: weak({ mediaName: 'Other' }), bytes: IMAGE_BYTES });
    file('c.img', { strong, bytes: 2 * IMAGE_BYTES });
    const pi = await only();
    expect(pi.cards.map(({ bytes, backups }) => [bytes, backups.length])).toEqual(
      expect.arrayContaining([
        [IMAGE_BYTES, 2],
        [2 * IMAGE_BYTES, 1],
      ]),
    );
    expect(pi.hints.join()).toContain('different sizes');
    expect(pi.hints.join()).toContain('indistinguishable copies');
  });

  it('get back a backup of a damaged card that lost its table, if only one can own it', async () => {
    file('a.img', { strong: cardOf('11111111', '1') });
    file('b.img', { strong: cardOf(null, '1') });
    expect((await only()).backups).toHaveLength(2);
    file('c.img', { strong: cardOf('22222222', '1') });
    expect(await groups()).toHaveLength(3);
  });

  it('can be given a name whatever a manifest calls their card', async () => {
    const long = 'x'.repeat(4000);
    file('a.img', { strong: cardOf(long), at: '2026-01-01T00:00:00.000Z' });
    const nothing = { tableId: null, fileSystems: [], hostname: null };
    file('b.img', { strong: nothing, title: long, at: '2026-02-01T00:00:00.000Z' });
    const store = await openPiStore(library);
    const pis = await groups();
    for (const pi of pis) await store.update(pi, pis, { name: pi.key.slice(0, 20) });
    const again = await openPiStore(library);
    expect(again.warning).toBeNull();
    expect(JSON.parse(readFileSync(join(library, 'pis.json'), 'utf8')).pis).toHaveLength(2);
  });

  it('lose no backup, whatever it lacks', async () => {
    const blank = { tableId: '00000000', fileSystems: [], hostname: null };
    file('a.img', { strong: blank, weak: weak() });
    file('b.img', { strong: blank, weak: weak({ mediaName: 'Other reader' }) });
    file('c.img', { strong: blank });
    expect((await groups()).map(({ backups }) => backups.length).sort()).toEqual([1, 2]);
  });
});

describe('a card that nobody has read yet', () => {
  const words = async (shown: WeakIdentity): Promise<string> =>
    recognitionWords({ candidates: identifyWeak(shown, await groups()), twins: [] }, now, naming);

  it('is told by what the system shows, with the day of its last good backup', async () => {
    file('a.img', { strong: cardOf('1'), weak: weak(), at: '2026-10-15T10:00:00.000Z' });
    file('b.img', {
      strong: cardOf('1'),
      weak: weak(),
      at: '2026-11-30T10:00:00.000Z',
      unreadable: true,
    });
    expect(await words(weak({ mediaName: 'Another reader' }))).toBe(
      'looks like octopi — last backed up 47 days ago; a newer backup is incomplete',
    );
    expect(await words(weak({ tableId: '00000001' }))).toBe('never backed up');
    expect(await words(weak({ partitions: [] }))).toBe('never backed up');
    expect(await words(weak({ bytes: 3 * IMAGE_BYTES }))).toMatch(/^looks like a copy of octopi/);
  });

  it('may be of two Pis, or have a twin in another reader', async () => {
    file('a.img', { strong: cardOf('11111111'), weak: weak() });
    file('b.img', { strong: cardOf('22222222'), weak: weak() });
    expect(await words(weak())).toMatch(
      /^looks like octopi \((1{8}|2{8})\) or octopi \((1{8}|2{8})\), which cannot be told apart/,
    );
    expect(await words(weak({ tableId: '11111111' }))).toMatch(/^looks like octopi — last/);
    const disk = (id: string): Disk => ({ ...weak(), id }) as Disk;
    const both = recogniseAll([disk('sdb'), disk('sdc')], await groups());
    expect(both.get('sdb')?.twins).toEqual(['sdc']);
  });

  it('counts days by the calendar, and no backup that is still to come', async () => {
    expect(calendarDays(new Date(2026, 2, 1, 23, 59), new Date(2026, 2, 2, 0, 1))).toBe(1);
    expect(calendarDays(new Date(2026, 2, 28), new Date(2026, 2, 30))).toBe(2);
    file('a.img', { at: '2030-01-01T00:00:00.000Z' });
    const future = (await only()).backups;
    expect(lastBackupWords(future, now)).toBe('backed up at a time that is still to come');
    file('b.img', { at: '2026-12-01T00:00:00.000Z', verified: false });
    expect(lastBackupWords((await only()).backups, new Date('2026-12-02T12:00:00Z'))).toBe(
      'last backed up yesterday, never proven',
    );
  });
});

describe('names and wishes', () => {
  it('follow the card: another hostname, other files, another table or file system', async () => {
    const image = file('a.img', { strong: cardOf('11111111', '1') });
    const first = await openPiStore(library);
    const before = await groups();
    await first.update(await only(), before, { name: 'Kitchen', keep: { last: 3 } });
    renameSync(image, join(library, 'moved.img'));
    file('b.img', { strong: cardOf('11111111', '2', 'other') });
    expect((await openPiStore(library)).of(await only(), await groups())).toMatchObject({
      name: 'Kitchen',
      keep: { last: 3 },
    });
  });

  it('follow a card whose table alone changed once no backup has the old one', async () => {
    const image = file('a.img', { strong: cardOf('11111111') });
    const store = await openPiStore(library);
    await store.update(await only(), await groups(), { name: 'Kitchen' });
    file('b.img', { strong: cardOf('22222222') });
    const both = await groups();
    expect(both.map((pi) => [pi.key, store.of(pi, both).name]).sort()).toEqual([
      ['table 11111111', 'Kitchen'],
      ['table 22222222', null],
    ]);
    renameSync(image, join(folder.path, 'a.img'));
    const [pi] = await groups();
    expect(pi && store.of(pi, [pi]).name).toBe('Kitchen');
  });

  it('stay with their own table when the card is called something else by now', async () => {
    file('a.img', { strong: cardOf('11111111') });
    const store = await openPiStore(library);
    await store.update(await only(), await groups(), { name: 'Kitchen' });
    const renamed = { strong: cardOf('11111111', '2', 'garage'), title: 'garage' };
    file('a.img', renamed);
    file('b.img', { strong: cardOf('22222222') });
    const both = await groups();
    expect(both.map((pi) => [pi.key, store.of(pi, both).name]).sort()).toEqual([
      ['table 11111111', 'Kitchen'],
      ['table 22222222', null],
    ]);
  });

  it('of two programs do not replace each other, nor what a newer one added', async () => {
    file('a.img', { strong: cardOf('11111111') });
    file('b.img', { strong: cardOf('22222222'), title: 'other' });
    const pis = await groups();
    const [one, two] = pis;
    if (!one || !two) throw new Error('two groups');
    const stores = await Promise.all([openPiStore(library), openPiStore(library)]);
    await stores[0].update(one, pis, { name: 'One' });
    await stores[1].update(two, pis, { name: 'Two' });
    const path = join(library, 'pis.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"schema": 1', '"new": 7, "schema": 1'));
    await stores[0].update(one, pis, { note: 'a note' });
    const store = await openPiStore(library);
    expect([store.nameOf(one, pis), store.nameOf(two, pis)]).toEqual(['One', 'Two']);
    expect(readFileSync(path, 'utf8')).toContain('"new": 7');
  });

  it('that are broken are set aside, again and again, and never lost', async () => {
    file('a.img');
    const path = join(library, 'pis.json');
    for (const [text, kept] of [
      ['{', 'pis.json.broken'],
      ['{"schema":1,"pis":[{"key":1}]}', 'pis.json.broken-2'],
    ] as const) {
      writeFileSync(path, text);
      const store = await openPiStore(library);
      expect(store.warning).toContain(kept);
      expect(store.of(await only(), await groups())).toMatchObject({ name: null });
      expect(readFileSync(join(library, kept), 'utf8')).toBe(text);
      expect(existsSync(path)).toBe(false);
    }
  });

  it('of a newer PiKeep are left alone', async () => {
    file('a.img');
    const text = '{"schema":2,"pis":"all new"}';
    writeFileSync(join(library, 'pis.json'), text);
    chmodSync(join(library, 'pis.json'), 0o644);
    const store = await openPiStore(library);
    expect(store.warning).toContain('newer PiKeep');
    await expect(store.update(await only(), await groups(), { name: 'x' })).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
    });
    expect(readFileSync(join(library, 'pis.json'), 'utf8')).toBe(text);
  });
});
