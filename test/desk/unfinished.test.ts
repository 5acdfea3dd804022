import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { JobRunner } from '../../src/desk/job-runner.ts';
import { backupTask } from '../../src/desk/job-tasks.ts';
import { watchSleep } from '../../src/desk/sleep-watch.ts';
import type { DeskInput } from '../../src/desk/state.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { openSettings } from '../../src/platform/settings.ts';
import type { RunTask, RunTaskOptions } from '../../src/worker/run-task.ts';
import { startNodeWorker } from '../../src/worker/start-node-worker.ts';
import type { BackupTask, Task } from '../../src/worker/tasks.ts';
import { SteppedClock } from '../support/stepped-clock.ts';
import { SlotRig } from './slot-rig.ts';

const GIB = 1024 ** 3;
const LONG = 120_000;

let rig: SlotRig;
afterEach(() => rig.end());

function same(image: string, card: string): boolean {
  return spawnSync('cmp', [image, card]).status === 0;
}

describe('a backup that was cut off', () => {
  it(
    'is offered with its card, and goes on from what is proven',
    async () => {
      rig = await SlotRig.start();
      const card = await rig.insert('octopi.img', GIB);
      expect(card.unfinished).toBeNull();
      await rig.backUp(card);
      await rig.untilProven();
      rig.workers[0]?.kill();
      await rig.job('failed');
      await rig.until(({ disks: [disk] }) => Boolean(disk?.unfinished));
      const { disks, jobs, leftovers } = rig.desk.snapshot;
      const rest = disks[0]?.unfinished;
      expect(rest?.bytes).toBeGreaterThan(0);
      expect(rest?.total).toBeGreaterThan(rest?.bytes ?? 0);
      expect(jobs[0]?.unfinished).toEqual(rest);
      expect(leftovers).toMatchObject([{ unfinished: rest }]);
      const { disk, card: key } = card;
      const reply = await rig.desk.command({ command: 'backup', disk, card: key, continue: true });
      expect(reply).toEqual({ ok: true });
      const { state } = await rig.job('done');
      expect(leftovers[0]?.name).toBe(state.image.split('/').at(-1));
      expect(same(state.image, join(rig.slot, 'octopi.img'))).toBe(true);
      await rig.until(({ leftovers: none, disks: [one] }) => none.length === 0 && !one?.unfinished);
    },
    LONG,
  );

  it(
    'by the end of PiKeep is kept; begun again, it stays to be cleared away, and is not offered any more',
    async () => {
      rig = await SlotRig.start();
      const card = await rig.insert('octopi.img', GIB);
      await rig.backUp(card);
      await rig.untilProven();
      rig.workers[0]?.kill();
      await rig.until(({ disks: [disk] }) => Boolean(disk?.unfinished));
      const { disk, card: key } = card;
      await rig.desk.command({ command: 'backup', disk, card: key, continue: false });
      const { state } = await rig.job('done');
      expect(same(state.image, join(rig.slot, 'octopi.img'))).toBe(true);
      await rig.until(({ disks: [one], leftovers }) => leftovers.length === 1 && !one?.unfinished);
      await rig.desk.command({ command: 'backup', disk, card: key });
      await rig.job('working');
      await vi.waitFor(() => {
        expect(rig.desk.snapshot.jobs.at(-1)?.state).toMatchObject({ phase: 'copying' });
      }, LONG);
      await rig.desk.close();
      expect((await rig.kept()).filter((name) => name.endsWith('.img'))).toHaveLength(1);
    },
    LONG,
  );

  it(
    'by the user stays if that was asked for, and is thrown away otherwise',
    async () => {
      rig = await SlotRig.start();
      const card = await rig.insert('octopi.img', GIB);
      for (const keep of [false, true]) {
        await rig.backUp(card);
        await rig.untilProven();
        const job = rig.desk.snapshot.jobs.at(-1)?.job ?? '';
        await rig.desk.command({ command: 'cancel', job, keep });
        // Whoever presses twice changes nothing of what was said first.
        await rig.desk.command({ command: 'cancel', job, keep: !keep });
        await rig.job('cancelled');
        await rig.until(({ disks: [one] }) => Boolean(one?.unfinished) === keep);
        expect(rig.desk.snapshot.leftovers).toHaveLength(keep ? 1 : 0);
      }
    },
    LONG,
  );
});

describe('a desk whose worker is told what to do', () => {
  /** Keeps what a task was started with, and ends it as it is told to. */
  const told = () => {
    const calls: { task: Task; options: RunTaskOptions; fail: (error: PiKeepError) => void }[] = [];
    const runTask: RunTask = (task, options) =>
      new Promise((_, reject) => {
        options.signal?.addEventListener('abort', () => reject(new PiKeepError('INTERRUPTED', {})));
        calls.push({ task, options, fail: reject });
      });
    return { calls, runTask };
  };

  it('says while a backup waits, and why', async () => {
    const { calls, runTask } = told();
    rig = await SlotRig.startWith({ runTask });
    await rig.backUp(await rig.insert('octopi.img'));
    const options = calls[0]?.options;
    const held = () => {
      const state = rig.desk.snapshot.jobs[0]?.state;
      return state?.is === 'working' ? state.held : undefined;
    };
    const stall = { who: 'reader', name: 'SD Reader', seconds: 40, phase: 'copying' } as const;
    options?.onStall?.(stall);
    expect(held()).toEqual({
      why: 'stalled',
      text: 'The card reader (SD Reader) has not answered for 40 s. Leave the card in; PiKeep goes on as soon as it answers.',
    });
    options?.onStall?.(null);
    expect(held()).toBeNull();
    options?.onHeld?.({ why: 'destination-full', neededBytes: 3e9, freeBytes: 4e6 });
    expect(held()).toMatchObject({
      why: 'destination-full',
      text: expect.stringContaining('3 GB'),
    });
    options?.onHeld?.(null);
    expect(held()).toBeNull();
  });

  it('throws away what the user cancels, and keeps what only the end of PiKeep stops', async () => {
    const { calls, runTask } = told();
    rig = await SlotRig.startWith({ runTask });
    const [one, two] = [await rig.insert('one.img'), await rig.insert('two.img')];
    await rig.backUp(one);
    const { job } = await rig.job('working');
    await rig.backUp(two);
    await rig.desk.command({ command: 'cancel', job });
    expect(calls[0]?.options.keepOnAbort?.()).toBe(false);
    await rig.desk.close();
    expect(calls.map(({ options }) => options.keepOnAbort?.())).toEqual([false, true]);
  });

  it('throws everything away where it is closed for good', async () => {
    const { calls, runTask } = told();
    rig = await SlotRig.startWith({ runTask });
    await rig.backUp(await rig.insert('octopi.img'));
    await rig.desk.close({ keep: false });
    expect(calls[0]?.options.keepOnAbort?.()).toBe(false);
  });
});

describe('a rest that does not fit its card any more', () => {
  it(
    'is not offered again',
    async () => {
      const real = (await import('../../src/worker/run-task.ts')).runTask;
      const asked: BackupTask[] = [];
      const runTask: RunTask = (task, options) => {
        if (task.task === 'backup') asked.push(task);
        if (task.task !== 'backup' || !task.continueFrom) return real(task, options);
        const facts = { disk: task.disk, what: 'the root file system' };
        return Promise.reject(new PiKeepError('CARD_CHANGED', facts));
      };
      rig = await SlotRig.startWith({ runTask });
      const card = await rig.insert('octopi.img', GIB);
      await rig.backUp(card);
      await rig.untilProven();
      rig.workers[0]?.kill();
      await rig.until(({ disks: [disk] }) => Boolean(disk?.unfinished));
      const { disk, card: key } = card;
      await rig.desk.command({ command: 'backup', disk, card: key, continue: true });
      const { job, state } = await rig.job('failed');
      expect(state.problem.code).toBe('CARD_CHANGED');
      expect(rig.desk.snapshot.disks[0]?.unfinished).toBeNull();
      expect(rig.desk.snapshot.leftovers).toHaveLength(1);
      await rig.desk.command({ command: 'retry', job, forceUnmount: false });
      await rig.job('done');
      const from = asked.map(({ continueFrom }) => continueFrom ?? null);
      expect(from).toEqual([null, expect.stringContaining('.img.partial'), null]);
    },
    LONG,
  );
});

describe('a job that cannot go on with a rest', () => {
  it('begins anew where that was said to be right, and fails otherwise', async () => {
    rig = await SlotRig.start();
    const card = await rig.insert('octopi.img');
    const gone = new PiKeepError('NOTHING_TO_CONTINUE', { path: '/a', detail: 'x' });
    const begun: (string | null)[] = [];
    const runTask: RunTask = (task) => {
      const from = task.task === 'backup' ? (task.continueFrom ?? null) : null;
      begun.push(from);
      return Promise.reject(from === null ? new PiKeepError('DEVICE_GONE', { path: 'b' }) : gone);
    };
    const told: DeskInput[] = [];
    const options = { runTask, startWorker: startNodeWorker, authorizer: null, home: '/' };
    const runner = new JobRunner(options, {
      apply: (input) => told.push(input),
      look: () => Promise.resolve(),
    });
    const { current } = await openSettings({ file: join(rig.folder, 'x.json'), home: rig.folder });
    const settings = { ...current, library: rig.library };
    const access = { slot: rig.slot };
    const [seen] = await (await createPlatform({ slot: rig.slot })).disks.list();
    if (!seen) throw new Error(`no ${card.disk}`);
    const anew = backupTask({ disk: seen, settings, access, forceUnmount: false });
    const task = { ...anew, continueFrom: '/a.img.partial' };
    await runner.run('job-1', task, anew);
    await runner.run('job-2', task);
    expect(begun).toEqual(['/a.img.partial', null, '/a.img.partial']);
    expect(told).toMatchObject([
      { input: 'failed', job: 'job-1', error: { code: 'DEVICE_GONE' } },
      { input: 'failed', job: 'job-2', error: { code: 'NOTHING_TO_CONTINUE' } },
    ]);
  });
});

describe('the computer asleep', () => {
  it.each(['jump', 'sleep'] as const)('is noticed when it wakes: %s', async (how) => {
    rig = await SlotRig.start();
    const clock = new SteppedClock();
    let wakes = 0;
    const end = watchSleep(clock, () => {
      wakes++;
    });
    clock.pass(600);
    expect(wakes).toBe(0);
    clock[how](3600);
    clock.pass(30);
    expect(wakes).toBe(1);
    clock.pass(600);
    end();
    clock[how](3600);
    clock.pass(30);
    expect(wakes).toBe(1);
    expect(clock.waiting).toBe(0);
  });
});
