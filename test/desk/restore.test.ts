import { randomFillSync } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DiskView, ReadyState, Reply, Snapshot } from '../../src/contract/panel.ts';
import { backupKey } from '../../src/desk/backup-view.ts';
import { sha256 } from '../../src/engine/image/map.ts';
import { readManifest } from '../../src/library/manifest-file.ts';
import { GIB, SlotRig } from './slot-rig.ts';

function codeOf(reply: Reply): string {
  return reply.ok ? 'carried out' : reply.problem.code;
}

describe('restores at the desk over a slot', { timeout: 120_000 }, () => {
  let rig: SlotRig;

  afterEach(() => rig.end());

  const send = (...[command]: Parameters<SlotRig['desk']['command']>) => rig.desk.command(command);
  const restoreOf = ({ restore }: Snapshot) => restore;

  /** A card whose first 8 MiB are random old data, as large as the backup's. */
  async function insertOld(name: string, bytes: number): Promise<DiskView> {
    const outside = join(rig.folder, `new-${name}`);
    await writeFile(outside, randomFillSync(Buffer.alloc(Math.min(bytes, 8 * 1024 ** 2))));
    await truncate(outside, bytes);
    await rename(outside, join(rig.slot, name));
    return rig.card(name);
  }

  /** Starts with a card that is backed up, and the page open for that backup. */
  async function open(bytes?: number): Promise<{ job: string; image: string; bytes: number }> {
    rig = await SlotRig.start();
    const card = await rig.insert('octopi.img', bytes);
    await rig.backUp(card);
    const { job, state } = await rig.job('done');
    expect(await send(fromJob(job))).toEqual({ ok: true });
    return { job, image: state.image, bytes: card.bytes };
  }

  /** Offsets of what the backup holds and the card does not, by the hashes that were taken while it was made. */
  async function differing(name: string, image: string): Promise<number[]> {
    const { map } = await readManifest(image);
    expect(map.length).toBeGreaterThan(1);
    const card = await readFile(join(rig.slot, name));
    const wrong = map.filter(
      ({ offset, bytes, sha256: hash }) => sha256(card.subarray(offset, offset + bytes)) !== hash,
    );
    return wrong.map(({ offset }) => offset);
  }

  const fromJob = (job: string) =>
    ({ command: 'restore-open', from: { with: 'job', job, forceUnmount: false } }) as const;

  /** Chooses the card and waits for what there is to be confirmed. */
  async function choose({ disk, card }: DiskView): Promise<ReadyState & { token: string }> {
    expect(await send({ command: 'restore-choose', disk, card })).toEqual({ ok: true });
    return vi.waitFor(
      () => {
        const { chosen } = restoreOf(rig.desk.snapshot) ?? {};
        if (chosen?.card !== card || chosen.state.is !== 'ready' || chosen.state.token === null) {
          throw new Error(JSON.stringify(chosen));
        }
        return { ...chosen.state, token: chosen.state.token };
      },
      { timeout: 25_000 },
    );
  }

  const start = (token: string) =>
    send({ command: 'restore-start', token, typedName: null, grow: 'leave' });

  async function confirm(disk: DiskView): Promise<Reply> {
    const { token } = await choose(disk);
    expect(await send({ command: 'restore-review', token })).toEqual({ ok: true });
    expect(restoreOf(rig.desk.snapshot)?.step).toBe('confirm');
    return start(token);
  }

  it('chooses the card the backup is of, says what is on the others, and restores to one of them', async () => {
    const { image, bytes } = await open();
    expect(restoreOf(rig.desk.snapshot)?.chosen?.disk).toBe('octopi.img');
    const old = await insertOld('old.img', bytes);
    await rig.until(({ restore }) => restore?.chosen?.state.is === 'ready');
    const origin = restoreOf(rig.desk.snapshot)?.targets[0];
    expect(origin).toMatchObject({ disk: 'octopi.img', title: 'octopi', isOrigin: true });
    expect(origin?.lastBackup).not.toBeNull();

    const { lost, written } = await choose(old);
    expect(lost).toMatchObject({ lastBackup: null, unfinished: null });
    expect(written).toMatchObject({ title: 'octopi', mapOrigin: 'manifest', verified: true });
    expect(await confirm(old)).toEqual({ ok: true });
    expect(restoreOf(rig.desk.snapshot)).toBeNull();
    const { state } = await rig.job('restored');
    expect(state).toMatchObject({ bytes, skippedBytes: 0, ejected: false });
    expect(state.provenBytes).toBe(state.mappedBytes);
    expect((await stat(state.report)).isFile()).toBe(true);
    expect(await differing('old.img', image)).toEqual([]);
    // It looks like another card now, and is still the one that was put in.
    expect(rig.desk.snapshot.disks.find(({ disk }) => disk === 'old.img')).toMatchObject({
      card: old.card,
      kind: 'pi',
    });
    expect(rig.events.map(({ happened }) => happened)).toEqual([
      'card-appeared',
      'job-done',
      'card-appeared',
      'restore-done',
    ]);
    expect(rig.desktop.awake.now).toBe(0);
  });

  it('restores an image without a manifest from anywhere in the library, and tries it again', async () => {
    rig = await SlotRig.start();
    const loose = join(rig.library, 'attic/from a friend/card.img.gz');
    const { bytes } = await rig.insert('octopi.img');
    const content = await readFile(join(rig.slot, 'octopi.img'));
    await mkdir(dirname(loose), { recursive: true });
    await writeFile(loose, gzipSync(content, { level: 1 }));
    await send({ command: 'library-look' });
    const query = { ask: 'loose', search: '', offset: 0, limit: 10 };
    const answered = await rig.desk.ask({ page: 'test', query }, new AbortController().signal);
    expect(answered).toMatchObject({ ok: true, answer: { images: [{ name: 'card.img.gz' }] } });
    const backup = backupKey(loose);
    const from = { with: 'backup', backup } as const;
    expect(await send({ command: 'restore-open', from })).toEqual({ ok: true });
    expect(restoreOf(rig.desk.snapshot)).toMatchObject({
      backup: { backup, title: 'card.img.gz', at: null, verified: null, incomplete: false },
      // Nobody knows whose it is: no card is chosen for it.
      chosen: null,
    });
    const old = await insertOld('old.img', bytes);
    const { written } = await choose(old);
    expect(written).toMatchObject({ name: 'card.img.gz', verified: null, mapOrigin: 'whole' });
    expect(await confirm(old)).toEqual({ ok: true });
    const { job } = await rig.job('restored');
    expect((await readFile(join(rig.slot, 'old.img'))).equals(content)).toBe(true);
    expect(await send(fromJob(job))).toEqual({ ok: true });
    expect(restoreOf(rig.desk.snapshot)).toMatchObject({ backup: { backup } });
    await rm(loose);
    expect(codeOf(await send({ command: 'restore-open', from }))).toBe('USAGE');
    expect(codeOf(await send(fromJob(job)))).toBe('NO_SUCH_IMAGE');
  });

  it('writes nothing without the token of what is shown, looked at and not changed', async () => {
    const { bytes } = await open();
    const old = await insertOld('old.img', bytes);
    const before = await readFile(join(rig.slot, 'old.img'));
    const { token } = await choose(old);
    expect(codeOf(await start(token))).toBe('NOT_CONFIRMED');
    expect(codeOf(await start('another'))).toBe('IDENTITY_CHANGED');
    expect(codeOf(await send({ command: 'restore-review', token: 'another' }))).toBe(
      'IDENTITY_CHANGED',
    );
    await send({ command: 'restore-review', token });
    await send({ command: 'restore-back' });
    expect(codeOf(await start(token))).toBe('NOT_CONFIRMED');
    await send({ command: 'restore-close' });
    expect(codeOf(await start(token))).toBe('NOT_CONFIRMED');
    expect(rig.desk.snapshot.jobs.map(({ kind }) => kind)).toEqual(['backup']);
    expect((await readFile(join(rig.slot, 'old.img'))).equals(before)).toBe(true);
  });

  it('takes the question back when another card is put in its place, and writes to neither', async () => {
    const { bytes } = await open();
    const old = await insertOld('old.img', bytes);
    const { token } = await choose(old);
    await send({ command: 'restore-review', token });
    const other = randomFillSync(Buffer.alloc(bytes * 2));
    await writeFile(join(rig.folder, 'other'), other);
    await rename(join(rig.folder, 'other'), join(rig.slot, 'old.img'));
    expect(codeOf(await start(token))).toBe('NOT_CONFIRMED');
    expect(restoreOf(rig.desk.snapshot)).toMatchObject({ step: 'choose', changed: true });
    expect((await readFile(join(rig.slot, 'old.img'))).equals(other)).toBe(true);
  });

  it('restores to two cards at once, and lets nothing else begin on them', async () => {
    const { job, image } = await open(GIB / 8);
    const [one, two] = [await rig.insert('one.img', GIB / 4), await rig.insert('two.img', GIB / 2)];
    expect(await confirm(one)).toEqual({ ok: true });
    const first = rig.desk.snapshot.jobs.at(-1)?.job;
    expect(codeOf(await rig.backUp(one))).toBe('JOB_EXISTS');
    await send(fromJob(job));
    const page = restoreOf(rig.desk.snapshot);
    expect(page?.targets.find(({ card }) => card === one.card)?.job).toBe(first ?? '');
    expect(await confirm(two)).toEqual({ ok: true });
    await rig.until(({ jobs }) => jobs.filter(({ state }) => state.is === 'restored').length === 2);
    for (const name of ['one.img', 'two.img']) expect(await differing(name, image)).toEqual([]);
  });

  it('says that a card is not finished when the restore was stopped, and heals it', async () => {
    const { bytes, image } = await open(GIB / 2);
    const old = await insertOld('old.img', bytes);
    await confirm(old);
    await rig.until(({ jobs }) => {
      const state = jobs.at(-1)?.state;
      return state?.is === 'working' && state.phase === 'writing';
    });
    const { job } = await rig.job('working');
    expect(codeOf(await send({ command: 'retry', job, forceUnmount: false }))).toBe(
      'NOT_CONFIRMED',
    );
    await send({ command: 'cancel', job });
    expect((await rig.job('cancelled')).state).toMatchObject({ card: 'unfinished' });
    expect(await send(fromJob(job))).toEqual({ ok: true });
    const again = await rig.card('old.img');
    const { lost } = await choose(again);
    expect(lost).toMatchObject({ canUndo: false, backUpFirst: false });
    expect(lost.unfinished).toMatch(/^octopi .*\.img$/);
    expect(await confirm(again)).toEqual({ ok: true });
    await rig.job('restored');
    expect(await differing('old.img', image)).toEqual([]);
  });

  it('says so when the worker was killed in the middle, and tells the user', async () => {
    const { bytes } = await open(GIB / 2);
    await confirm(await insertOld('old.img', bytes));
    await rig.until(({ jobs }) => {
      const state = jobs.at(-1)?.state;
      return state?.is === 'working' && state.phase === 'writing';
    });
    rig.workers.at(-1)?.kill();
    const { state } = await rig.job('failed');
    expect(state).toMatchObject({ problem: { code: 'WORKER_DIED' }, card: 'unfinished' });
    expect(rig.events.at(-1)).toMatchObject({
      happened: 'job-failed',
      kind: 'restore',
      card: 'unfinished',
    });
  });

  it('backs the card up first, and comes back to the page with that', async () => {
    await open();
    const second = await rig.insert('second.img', GIB / 8);
    expect((await choose(second)).lost).toMatchObject({ lastBackup: null, backUpFirst: true });
    expect(await rig.backUp(second)).toEqual({ ok: true });
    expect(restoreOf(rig.desk.snapshot)?.targets.some(({ job }) => job !== null)).toBe(true);
    await rig.job('done');
    const { lost } = await choose(second);
    expect(lost.backUpFirst).toBe(false);
    expect(lost.lastBackup).not.toBeNull();
  });

  it('leaves the card alone when the image was damaged meanwhile', async () => {
    const { image, bytes } = await open();
    const old = await insertOld('old.img', bytes);
    const before = await readFile(join(rig.slot, 'old.img'));
    const { token } = await choose(old);
    await send({ command: 'restore-review', token });
    const data = await readFile(image);
    data[4096] = (data[4096] ?? 0) ^ 1;
    await rm(image);
    await writeFile(image, data);
    await start(token);
    const { state } = await rig.job('failed');
    expect(state).toMatchObject({ problem: { code: 'IMAGE_DAMAGED' }, card: 'untouched' });
    expect((await readFile(join(rig.slot, 'old.img'))).equals(before)).toBe(true);
  });

  it('never offers a disk that was marked “never touch”, until the mark is taken away', async () => {
    rig = await SlotRig.start('octopi.img');
    const { disk, card } = await rig.card('octopi.img');
    expect(await send({ command: 'protect', disk, card })).toEqual({ ok: true });
    expect(rig.desk.snapshot.disks).toEqual([]);
    const [refused] = rig.desk.snapshot.refused;
    expect(refused?.reason).toBe('You marked it “never touch”.');
    expect(codeOf(await rig.backUp({ disk, card } as DiskView))).toBe('PROTECTED_DISK');
    const key = refused?.protectedBy ?? '';
    expect(await send({ command: 'unprotect', key })).toEqual({ ok: true });
    await rig.card('octopi.img');
    const saved = await readFile(join(rig.folder, 'settings.json'), 'utf8');
    expect(JSON.parse(saved)).toMatchObject({ neverTouch: [] });
  });
});
