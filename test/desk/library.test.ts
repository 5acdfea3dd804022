import { chmod, copyFile, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AnswerTo, ErrandState, Query, QueryKind } from '../../src/contract/panel.ts';
import { systemClock } from '../../src/desk/clock.ts';
import { patience } from '../support/patience.ts';
import { GIB, SlotRig } from './slot-rig.ts';

const DAY = 24 * 3600_000;

describe('the library at the desk over a slot', { timeout: 120_000 }, () => {
  let rig: SlotRig;
  /** Days by which the clock of the desk is ahead. */
  let ahead = 0;

  afterEach(() => {
    vi.unstubAllEnvs();
    ahead = 0;
    return rig.end();
  });

  const clock = { ...systemClock, wall: () => Date.now() + ahead * DAY };
  const send = (...[command]: Parameters<SlotRig['desk']['command']>) => rig.desk.command(command);

  async function ask<K extends QueryKind>(query: Extract<Query, { ask: K }>): Promise<AnswerTo<K>> {
    const answered = await rig.desk.ask({ page: 'test', query }, new AbortController().signal);
    if (!answered.ok) throw new Error(answered.problem.code);
    return answered.answer as AnswerTo<K>;
  }
  async function refusal(query: object): Promise<string> {
    const answered = await rig.desk.ask({ page: 'test', query }, new AbortController().signal);
    return answered.ok ? 'answered' : answered.problem.code;
  }
  const firstPi = async (): Promise<string> => {
    const { pis } = await ask({ ask: 'library', search: '', offset: 0, limit: 10 });
    if (!pis[0]) throw new Error('no Pi');
    return pis[0].pi;
  };

  function errand<I extends ErrandState['is']>(is: I): Promise<Extract<ErrandState, { is: I }>> {
    return vi.waitFor(() => {
      const state = rig.desk.snapshot.errands.at(-1)?.state;
      if (state?.is !== is) throw new Error(`the errand is ${JSON.stringify(state)}`);
      return state as Extract<ErrandState, { is: I }>;
    }, patience);
  }

  /** A desk with one backup of a card, which is taken out again. */
  async function withBackup(): Promise<{ image: string; backup: string }> {
    rig = await SlotRig.startWith({ clock });
    const card = await rig.insert('octopi.img');
    await rig.backUp(card);
    const { state } = await rig.job('done');
    await rig.until(({ backups }) => backups.length === 1);
    await rm(join(rig.slot, 'octopi.img'));
    await rig.until(({ disks }) => disks.length === 0);
    return { image: state.image, backup: rig.desk.snapshot.backups[0]?.backup ?? '' };
  }

  it('says on insertion whose card it looks like and when that was backed up', async () => {
    await withBackup();
    rig.events.length = 0;
    ahead = 47;
    await rig.insert('octopi.img');
    const pi = await firstPi();
    const history = {
      text: 'Looks like octopi — last backed up 47 days ago',
      portrait: 'Raspberry Pi OS 13 (trixie)',
      pi,
      isAmbiguous: false,
    };
    await rig.until(({ disks }) => disks[0]?.history !== null);
    expect(rig.desk.snapshot.disks[0]?.history).toMatchObject(history);
    expect(rig.events).toEqual([
      expect.objectContaining({
        happened: 'card-appeared',
        history: 'looks like octopi — last backed up 47 days ago',
      }),
    ]);
    await rig.insert('copy.img');
    await rig.until(({ disks }) => disks[0]?.history?.isAmbiguous === true);
    expect(rig.desk.snapshot.disks[1]?.history?.text).toContain('indistinguishable copies');
    expect(rig.desk.snapshot.disks[1]?.history?.pi).toBe(null);
  });

  it('says “never backed up” of a card that has no backup, and nothing while the library is away', async () => {
    rig = await SlotRig.start();
    await rig.insert('octopi.img');
    await rig.until(({ disks }) => disks[0]?.history?.text === 'Never backed up');
    await rm(join(rig.folder, 'home'), { recursive: true });
    await send({ command: 'library-look' });
    expect(rig.desk.snapshot.disks[0]?.history).toBe(null);
    expect((await ask({ ask: 'library', search: '', offset: 0, limit: 1 })).state).toBe(
      'unreachable',
    );
  });

  it('backs a card up by itself when it is put in, once, and ejects it; the same evening not again', async () => {
    await withBackup();
    const pi = await firstPi();
    expect(await send({ command: 'pi-set', pi, change: { handsFree: true } })).toEqual({
      ok: true,
    });
    await rig.insert('octopi.img');
    await rig.desk.rescan();
    expect(rig.desk.snapshot.jobs.filter(({ state }) => state.is === 'working')).toEqual([]);
    await rm(join(rig.slot, 'octopi.img'));
    await rig.until(({ disks }) => disks.length === 0);

    ahead = 2;
    rig.events.length = 0;
    await rig.insert('octopi.img');
    await vi.waitFor(() => {
      expect(rig.events.map(({ happened }) => happened)).toEqual(['card-appeared', 'job-done']);
    }, patience);
    expect(rig.events[1]).toMatchObject({ title: 'octopi', byItself: true, ejected: true });
    await rig.until(({ backups }) => backups.length === 2);
    await rig.desk.rescan();
    expect(rig.events).toHaveLength(2);
  });

  it('checks a backup, keeps what came of it, and finds damage that was done meanwhile', async () => {
    const { backup, image } = await withBackup();
    expect((await ask({ ask: 'report', backup })).verdict).toBe(null);
    const before = rig.desk.snapshot.libraryRevision;
    expect(await send({ command: 'check', backup })).toEqual({ ok: true });
    const checked = await errand('checked');
    expect(checked).toMatchObject({ verdict: expect.stringMatching(/^(good|remarks)$/) });
    expect(rig.desk.snapshot.libraryRevision).toBeGreaterThan(before);
    const report = await ask({ ask: 'report', backup });
    expect(report.verdict).toBe(checked.verdict);
    expect(report.findings.map(({ name }) => name)).toContain('partition table');
    expect(report.portrait?.hostname).toBe('octopi');
    expect(report.backup?.checkedAt).toBe(report.checkedAt);

    // It is known again under another name; what was changed is not what was checked.
    const moved = join(dirname(image), 'renamed.img');
    await rename(image, moved);
    await rename(`${image}.pikeep.json`, `${moved}.pikeep.json`);
    await send({ command: 'library-look' });
    const again = rig.desk.snapshot.backups[0]?.backup ?? '';
    expect(again).not.toBe(backup);
    expect((await ask({ ask: 'report', backup: again })).verdict).toBe(checked.verdict);
    expect(await refusal({ ask: 'report', backup })).toBe('USAGE');
    await chmod(moved, 0o644);
    const bytes = await readFile(moved);
    bytes.writeUInt8(bytes.readUInt8(1024 * 1024) ^ 1, 1024 * 1024);
    await writeFile(moved, bytes);
    await utimes(moved, new Date(), new Date(Date.now() + DAY));
    await send({ command: 'library-look' });
    expect((await ask({ ask: 'report', backup: again })).verdict).toBe(null);
    rig.events.length = 0;
    await send({ command: 'check', backup: again });
    expect((await errand('checked')).verdict).toBe('damaged');
    expect(rig.events).toEqual([
      expect.objectContaining({ happened: 'checked', title: 'octopi', isBad: true }),
    ]);
    const { pis } = await ask({ ask: 'library', search: '', offset: 0, limit: 10 });
    expect(pis[0]?.damaged).toBe(1);
  });

  it('lists, searches and shows files, and saves one that equals the one on the card', async () => {
    const { backup } = await withBackup();
    const at = { ask: 'files', backup, search: null, offset: 0, limit: 500 } as const;
    const { partitions } = await ask({ ...at, path: null });
    expect(partitions.map(({ role }) => role)).toContain('boot');
    const boot = partitions.find(({ role }) => role === 'boot')?.path ?? '';
    const root = await ask({ ...at, path: boot });
    const names = root.files.map(({ name }) => name);
    expect(names).toContain('config.txt');
    expect(root.parent).toBe(null);
    // Page by page it is the same.
    const paged: string[] = [];
    for (let offset: number | null = 0; offset !== null; ) {
      const page: AnswerTo<'files'> = await ask({
        ...at,
        path: boot,
        offset,
        limit: Math.ceil(names.length / 2),
      });
      paged.push(...page.files.map(({ name }) => name));
      offset = page.next;
    }
    expect(paged).toEqual(names);
    const found = await ask({ ...at, path: boot, search: 'CONFIG' });
    expect(found.files.map(({ name }) => name)).toContain('config.txt');
    const path = root.files.find(({ name }) => name === 'config.txt')?.path ?? '';
    const look = await ask({ ask: 'preview', backup, path });
    if (look.shown.kind !== 'text') throw new Error(look.shown.kind);
    expect(await send({ command: 'save', backup, paths: [path] })).toEqual({ ok: true });
    expect(await errand('saved')).toMatchObject({ files: 1, place: '~/Downloads', remarks: [] });
    const saved = join(rig.folder, 'home', 'Downloads', 'config.txt');
    expect(await readFile(saved, 'utf8')).toBe(look.shown.text);
    await send({ command: 'errand-reveal', errand: rig.desk.snapshot.errands[0]?.errand ?? '' });
    expect(rig.desktop.revealed).toEqual([saved]);
    expect(await refusal({ ...at, path: '9:/etc' })).not.toBe('answered');
  });

  it('puts exactly what was shown into the Trash, and nothing after a change', async () => {
    const { image, backup } = await withBackup();
    vi.stubEnv('XDG_DATA_HOME', join(rig.folder, 'data'));
    ahead = 1;
    await rig.backUp(await rig.insert('octopi.img'));
    await rig.until(({ backups }) => backups.length === 2);
    const pi = await firstPi();
    const what = { by: 'choice' as const, pi, backups: [backup] };
    const offer = await ask({ ask: 'forget', what });
    expect(offer.goes.map((one) => one.backup)).toEqual([backup]);
    const codeOf = async (token: string): Promise<string> => {
      const reply = await send({ command: 'forget', token });
      return reply.ok ? 'gone' : reply.problem.code;
    };
    expect(await codeOf('f'.repeat(64))).toBe('LIBRARY_CHANGED');
    await utimes(image, new Date(), new Date(Date.now() - DAY));
    expect(await codeOf(offer.token ?? '')).toBe('LIBRARY_CHANGED');
    expect(await rig.kept()).toHaveLength(6);
    const { token } = await ask({ ask: 'forget', what });
    expect(await codeOf(token ?? '')).toBe('gone');
    expect(rig.desk.snapshot.backups.map((one) => one.backup)).not.toContain(backup);
    expect(rig.desk.snapshot.backups).toHaveLength(1);
    expect(await codeOf(token ?? '')).toBe('LIBRARY_CHANGED');
    // What is left is the only good one.
    const rest = rig.desk.snapshot.backups.map((one) => one.backup);
    const none = await ask({ ask: 'forget', what: { ...what, backups: rest } });
    expect(none).toMatchObject({ token: null, goes: [] });
  });

  it('ends a check when it is cancelled, and takes the waiting ones in their order', async () => {
    rig = await SlotRig.start();
    const card = await rig.insert('octopi.img', GIB / 2);
    await rig.backUp(card);
    const { state } = await rig.job('done');
    await copyFile(state.image, join(rig.library, 'plain.img'));
    await send({ command: 'library-look' });
    const backup = rig.desk.snapshot.backups[0]?.backup ?? '';
    const { images } = await ask({ ask: 'loose', search: 'plain', offset: 0, limit: 10 });
    const plain = images[0]?.backup ?? '';
    await send({ command: 'check', backup });
    await send({ command: 'check', backup: plain });
    expect(await send({ command: 'check', backup })).toMatchObject({ ok: false });
    expect(rig.desk.snapshot.errands.map(({ state: { is } }) => is)).toEqual([
      'working',
      'waiting',
    ]);
    const [first, second] = rig.desk.snapshot.errands;
    await send({ command: 'errand-cancel', errand: first?.errand ?? '' });
    await vi.waitFor(() => {
      const states = rig.desk.snapshot.errands.map(({ state: { is } }) => is);
      expect(states[0]).toBe('cancelled');
      expect(['working', 'checked']).toContain(states[1]);
    }, patience);
    await send({ command: 'errand-cancel', errand: second?.errand ?? '' });
    await rig.until(({ errands }) => errands.every(({ state: { is } }) => is !== 'working'));
    expect(rig.workers.length).toBeLessThan(5);
  });
});
