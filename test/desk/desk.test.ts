import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Reply } from '../../src/contract/panel.ts';
import { GIB, SlotRig } from './slot-rig.ts';

function codeOf(reply: Reply): string {
  return reply.ok ? 'carried out' : reply.problem.code;
}

describe('the desk over a slot', { timeout: 90_000 }, () => {
  let rig: SlotRig;

  afterEach(() => rig.end());

  it('shows a card that was there from the start without a notice, and gives one for the next', async () => {
    rig = await SlotRig.start('octopi.img');
    expect(rig.desk.snapshot.disks).toMatchObject([{ disk: 'octopi.img', kind: 'pi' }]);
    expect(rig.events).toEqual([]);
    await rig.insert('second.img');
    expect(rig.events).toMatchObject([
      { happened: 'card-appeared', disk: 'second.img', kind: 'pi' },
    ]);
  });

  it('says nothing when a look at the disks finds what was there before', async () => {
    rig = await SlotRig.start('octopi.img');
    const { revision } = rig.desk.snapshot;
    await rig.desk.rescan();
    await rig.desk.rescan();
    expect(rig.desk.snapshot.revision).toBe(revision);
  });

  it('backs a card up: progress, outcome, notice, and a file that is the card', async () => {
    rig = await SlotRig.start();
    const card = await rig.insert('octopi.img', GIB / 2);
    expect(await rig.backUp(card)).toEqual({ ok: true });
    const { state } = await rig.job('done');
    expect(state).toMatchObject({ bytes: GIB / 2, place: '~/PiKeep/octopi', ejected: false });
    expect(state.verified).not.toBeNull();
    const [image, original] = await Promise.all(
      [state.image, join(rig.slot, 'octopi.img')].map((path) => readFile(path)),
    );
    expect(image && original && image.equals(original)).toBe(true);
    expect(rig.events.map(({ happened }) => happened)).toEqual(['card-appeared', 'job-done']);
    expect(rig.desktop.awake).toEqual({ asked: 1, now: 0 });
    expect(rig.desk.snapshot.jobs[0]?.title).toBe('octopi');
  });

  it('publishes every change once, with growing revisions, and mere progress at most ten times a second', async () => {
    rig = await SlotRig.start();
    await rig.backUp(await rig.insert('octopi.img', GIB));
    await rig.job('done');
    const revisions = rig.snapshots.map(({ snapshot }) => snapshot.revision);
    expect(revisions).toEqual(revisions.map((_, index) => (revisions[0] ?? 0) + index));
    const working = rig.snapshots.filter(
      ({ snapshot }) => snapshot.jobs[0]?.state.is === 'working',
    );
    const counted = new Set(working.map(({ snapshot }) => JSON.stringify(snapshot.jobs[0]?.state)));
    expect(counted.size).toBeGreaterThan(2);
    const first = working[1]?.at ?? 0;
    const seconds = ((working.at(-1)?.at ?? 0) - first) / 1000;
    expect(working.length - 2).toBeLessThanOrEqual(seconds * 10 + 2);
  });

  it('refuses what does not fit: a second job, another card, no card, nonsense', async () => {
    rig = await SlotRig.start();
    const card = await rig.insert('octopi.img', GIB);
    expect(codeOf(await rig.backUp({ ...card, card: 'another' }))).toBe('IDENTITY_CHANGED');
    expect(codeOf(await rig.backUp({ ...card, disk: 'none.img' }))).toBe('DEVICE_GONE');
    for (const message of [
      null,
      'backup',
      {},
      { command: 'format' },
      { ...card, command: 'backup' },
    ]) {
      expect(codeOf(await rig.desk.handle(message))).toBe('BAD_MESSAGE');
    }
    expect(codeOf(await rig.desk.handle({ command: 'cancel', job: 'job-9' }))).toBe('USAGE');
    expect(rig.desk.snapshot.jobs).toEqual([]);
    expect(await rig.backUp(card)).toEqual({ ok: true });
    expect(codeOf(await rig.backUp(card))).toBe('JOB_EXISTS');
    const { disk } = card;
    expect(codeOf(await rig.desk.command({ command: 'eject', disk, card: card.card }))).toBe(
      'JOB_EXISTS',
    );
    await rig.job('done');
  });

  it('cancels a job, which leaves nothing behind, and does it again when asked', async () => {
    rig = await SlotRig.start();
    await rig.backUp(await rig.insert('octopi.img', 2 * GIB));
    await rig.until(
      ({ jobs: [job] }) => job?.state.is === 'working' && job.state.phase === 'copying',
    );
    const { job } = await rig.job('working');
    expect(await rig.desk.command({ command: 'cancel', job })).toEqual({ ok: true });
    expect(rig.desk.snapshot.jobs[0]?.state).toMatchObject({ is: 'working', cancelling: true });
    await rig.job('cancelled');
    expect(await rig.kept()).toEqual([]);
    expect(rig.desk.snapshot.leftovers).toEqual([]);
    expect(rig.desktop.awake.now).toBe(0);
    await rig.desk.command({ command: 'retry', job, forceUnmount: false });
    expect((await rig.job('working')).job).not.toBe(job);
    expect(rig.desk.snapshot.jobs).toHaveLength(1);
  });

  it('says that a card was pulled out, keeps saying it, and tries again when the card is back', async () => {
    rig = await SlotRig.start();
    const card = await rig.insert('octopi.img', 2 * GIB);
    await rig.backUp(card);
    await rig.until(
      ({ jobs: [job] }) => job?.state.is === 'working' && job.state.phase === 'copying',
    );
    await rig.pull('octopi.img');
    const { job, state } = await rig.job('failed');
    // A file that lost its content is not always taken for a card that has left.
    expect(state.problem.code).toMatch(/^(DEVICE_GONE|READ_FAILED)$/);
    expect(state.actions).toEqual(['retry']);
    await rig.until(({ disks }) => disks.length === 0);
    expect(codeOf(await rig.desk.command({ command: 'retry', job, forceUnmount: false }))).toBe(
      'DEVICE_GONE',
    );
    expect(rig.desk.snapshot.jobs).toHaveLength(1);
    await rig.insert('back.img', 2 * GIB);
    expect(await rig.desk.command({ command: 'retry', job, forceUnmount: false })).toEqual({
      ok: true,
    });
    await rig.job('done');
    expect(rig.events.map(({ happened }) => happened)).toEqual([
      'card-appeared',
      'job-failed',
      'card-appeared',
      'job-done',
    ]);
  });

  it('survives a worker that is killed, shows what it left behind, and clears it away', async () => {
    rig = await SlotRig.start();
    await rig.backUp(await rig.insert('octopi.img', 2 * GIB));
    await rig.until(
      ({ jobs: [job] }) => job?.state.is === 'working' && job.state.phase === 'copying',
    );
    rig.workers[0]?.kill();
    const { state } = await rig.job('failed');
    expect(state.problem.code).toBe('WORKER_DIED');
    await rig.until(({ leftovers }) => leftovers.length === 1);
    const [leftover] = rig.desk.snapshot.leftovers;
    const file = leftover?.file ?? '';
    expect(leftover?.name).toMatch(/^octopi .*\.img$/);
    const { slot } = rig;
    const foreign = await rig.desk.command({
      command: 'clear-leftover',
      file: join(slot, 'octopi.img'),
    });
    expect(codeOf(foreign)).toBe('USAGE');
    expect(await rig.desk.command({ command: 'clear-leftover', file })).toEqual({ ok: true });
    expect(rig.desk.snapshot.leftovers).toEqual([]);
    expect(await rig.kept()).toEqual([]);
  });

  it('explains a library that cannot be used, and works once it can', async () => {
    rig = await SlotRig.start();
    await writeFile(rig.library, 'a file in the way');
    await rig.backUp(await rig.insert('octopi.img'));
    const { job, state } = await rig.job('failed');
    expect(state.problem.code).toMatch(/^DESTINATION_/);
    await rm(rig.library);
    await rig.desk.command({ command: 'retry', job, forceUnmount: false });
    await rig.job('done');
  });

  it('reveals, ejects and dismisses', async () => {
    rig = await SlotRig.start();
    const { disk, card } = await rig.insert('octopi.img');
    await rig.backUp(await rig.card('octopi.img'));
    const { job, state } = await rig.job('done');
    await rig.desk.command({ command: 'reveal', job });
    expect(rig.desktop.revealed).toEqual([state.image]);
    expect(await rig.desk.command({ command: 'eject', disk, card })).toEqual({ ok: true });
    expect(rig.desk.snapshot.disks).toEqual([]);
    expect((await rig.job('done')).state.ejected).toBe(true);
    await rig.desk.command({ command: 'dismiss', job });
    expect(rig.desk.snapshot.jobs).toEqual([]);
  });

  it('ejects by itself when that is set, and remembers the setting', async () => {
    rig = await SlotRig.start();
    await rig.desk.command({ command: 'set-eject-when-done', value: true });
    expect(rig.desk.snapshot.settings.ejectWhenDone).toBe(true);
    const saved: unknown = JSON.parse(await readFile(join(rig.folder, 'settings.json'), 'utf8'));
    expect(saved).toMatchObject({ ejectWhenDone: true });
    await rig.backUp(await rig.insert('octopi.img'));
    expect((await rig.job('done')).state.ejected).toBe(true);
    await rig.until(({ disks }) => disks.length === 0);
  });

  it('says why no disks can be seen, and recovers', async () => {
    rig = await SlotRig.start('octopi.img');
    await rename(rig.slot, `${rig.slot}-away`);
    await rig.desk.rescan();
    expect(rig.desk.snapshot).toMatchObject({ trouble: { code: 'USAGE' }, disks: [] });
    await rename(`${rig.slot}-away`, rig.slot);
    await rig.card('octopi.img');
    expect(rig.desk.snapshot.trouble).toBeNull();
    expect(rig.events).toEqual([]);
  });

  it('ends its jobs when it is closed', async () => {
    rig = await SlotRig.start();
    await rig.backUp(await rig.insert('octopi.img', 2 * GIB));
    await rig.until(
      ({ jobs: [job] }) => job?.state.is === 'working' && job.state.phase === 'copying',
    );
    await rig.desk.close();
    // What was proven by then, if anything, can be continued; nothing else stays.
    for (const name of await rig.kept())
      expect(name).toMatch(/\.img\.partial(\.checkpoint|\.json)?$/);
    expect(rig.desktop.awake.now).toBe(0);
  });
});
