import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeSampleCard } from '../../scripts/sample-card.ts';
import type { JobState } from '../../src/contract/panel.ts';
import { createDesk, type Desk } from '../../src/desk/desk.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { openSettings } from '../../src/platform/settings.ts';
import { runTask } from '../../src/worker/run-task.ts';
import { startNodeWorker } from '../../src/worker/start-node-worker.ts';
import { tool } from '../support/file-systems.ts';
import { attachLoop, type LoopDevice } from '../support/loop.ts';
import { patience } from '../support/patience.ts';
import { needsLoop, needsRoot, needsSystem, needsTools } from '../support/tools.ts';
import { RecordingDesktop } from './slot-rig.ts';

const skip =
  needsSystem('linux') || needsRoot() || needsLoop() || needsTools('mount', 'umount', 'lsblk');

describe.skipIf(skip)('a card that a program holds', { timeout: 90_000 }, () => {
  let mountPoint: string;
  let loop: LoopDevice;
  let desk: Desk;
  let holder: ChildProcess;
  /** What was set up so far, to be undone in the opposite order. */
  let undo: (() => unknown)[];

  beforeEach(async () => {
    undo = [];
    const folder = await mkdtemp(join(tmpdir(), 'pikeep-held-'));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    mountPoint = join(folder, 'mounted');
    const home = join(folder, 'home');
    await mkdir(mountPoint);
    await mkdir(home);
    const image = join(folder, 'card.img');
    await writeSampleCard(image);
    loop = await attachLoop(image, { partitions: true });
    undo.push(() => loop.detach());
    // The Linux partition: not every kernel that runs tests can mount FAT.
    tool('mount', ['-o', 'ro', `${loop.path}p2`, mountPoint]);
    undo.push(async () => {
      if (await isMounted()) tool('umount', [mountPoint]);
    });
    holder = spawn('sleep', ['600'], { cwd: mountPoint, stdio: 'ignore' });
    undo.push(letGo);
    desk = createDesk({
      platform: { ...(await createPlatform({ slot: null })), desktop: new RecordingDesktop() },
      runTask,
      startWorker: startNodeWorker,
      authorizer: null,
      settings: await openSettings({ file: join(folder, 'settings.json'), home }),
      where: 'browser',
      version: '0.1.0',
      home,
      slot: null,
      allowDiskImage: true,
    });
    undo.push(() => desk.close());
    await desk.rescan();
  });

  afterEach(async () => {
    for (const step of undo.toReversed()) await step();
  });

  async function letGo(): Promise<void> {
    if (holder.exitCode !== null || holder.signalCode !== null) return;
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await gone;
  }

  async function isMounted(): Promise<boolean> {
    return (await readFile('/proc/self/mountinfo', 'utf8')).includes(` ${mountPoint} `);
  }

  function outcome<I extends JobState['is']>(is: I): Promise<{ job: string; state: JobState }> {
    return vi.waitFor(() => {
      const job = desk.snapshot.jobs.at(-1);
      if (job?.state.is !== is) throw new Error(JSON.stringify(job?.state));
      return { job: job.job, state: job.state };
    }, patience);
  }

  async function backUp(): Promise<void> {
    const card = desk.snapshot.disks.find(({ disk }) => disk === loop.id);
    expect(card?.kind).toBe('pi');
    const { disk = '', card: key = '' } = card ?? {};
    expect(await desk.command({ command: 'backup', disk, card: key })).toEqual({ ok: true });
  }

  it('is refused with the name of the program, and backed up by force', async () => {
    await backUp();
    const { job, state } = await outcome('failed');
    expect(state).toMatchObject({
      problem: {
        code: 'UNMOUNT_REFUSED',
        message: expect.stringContaining(`sleep (process ${holder.pid})`),
      },
      actions: ['retry', 'force-unmount'],
    });
    expect(await isMounted()).toBe(true);
    expect(await desk.command({ command: 'retry', job, forceUnmount: true })).toEqual({ ok: true });
    await vi.waitFor(async () => expect(await isMounted()).toBe(false), patience);
    await letGo();
    const done = await outcome('done');
    tool('cmp', [done.state.is === 'done' ? done.state.image : '', loop.path]);
  });

  it('is backed up as soon as it has let go', async () => {
    await backUp();
    const { job } = await outcome('failed');
    await letGo();
    expect(await desk.command({ command: 'retry', job, forceUnmount: false })).toEqual({
      ok: true,
    });
    await outcome('done');
    expect(await isMounted()).toBe(false);
  });
});
