import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { waysOf } from '../../../src/cli/doctor-access.ts';
import { type JobView, parseSnapshot } from '../../../src/contract/panel.ts';
import { createDesk, type Desk } from '../../../src/desk/desk.ts';
import { PiKeepError } from '../../../src/engine/errors.ts';
import { glance } from '../../../src/engine/pi-card.ts';
import type { AccessLook, Authorizer, Platform } from '../../../src/platform/ports.ts';
import { openSettings } from '../../../src/platform/settings.ts';
import { runBackup } from '../../../src/worker/backup-task.ts';
import type { RunTask } from '../../../src/worker/run-task.ts';
import type { TaskContext } from '../../../src/worker/task-context.ts';
import { useMac } from '../../support/mac/harness.ts';
import { patience } from '../../support/patience.ts';
import { taskContext } from '../../support/task-context.ts';

const harness = useMac();

let desk: Desk;
/** What the desk has looked at, and what it is told instead of the truth. */
let looks: string[];
let pretended: AccessLook | null;
let authorizer: Authorizer;

/** The real task in this process, where it finds the Mac of the test. */
const runHere = (async (task, options) => {
  if (task.task !== 'backup') throw new PiKeepError('UNSUPPORTED', { what: task.task });
  const context: TaskContext = {
    ...taskContext(options.signal ? { signal: options.signal } : {}),
    createPlatform: () => Promise.resolve(platform()),
    authorizer,
  };
  return await runBackup(task, context);
}) as RunTask;

function platform(): Platform {
  const { access } = harness.platform;
  return {
    ...harness.platform,
    access: {
      ...access,
      look: async (disk) => {
        looks.push(disk.id);
        return pretended ?? (await access.look(disk));
      },
    },
  };
}

beforeEach(async () => {
  looks = [];
  pretended = null;
  authorizer = harness.mac.authorizer;
  const { folder } = harness.mac.state;
  const home = join(folder, 'home');
  mkdirSync(join(home, 'PiKeep'), { recursive: true });
  const line = `/dev/disk1s1 on ${home} (apfs, local, journaled, nobrowse, protect)`;
  harness.mac.state.update(({ mounts }) => mounts.push(line));
  desk = createDesk({
    platform: platform(),
    runTask: runHere,
    startWorker: () => {
      throw new Error('nobody starts a worker here');
    },
    authorizer,
    settings: await openSettings({ file: join(folder, 'settings.json'), home }),
    where: 'electron',
    version: '0.1.0',
    home,
    responsibleApp: 'PiKeep',
    slot: null,
    recordsFolder: join(folder, 'records'),
  });
});
afterEach(() => desk.close());

async function backUp(): Promise<void> {
  await desk.rescan();
  const [card] = desk.snapshot.disks;
  if (!card) throw new Error('no card is offered');
  const { disk, card: key } = card;
  expect(await desk.command({ command: 'backup', disk, card: key })).toEqual({ ok: true });
}

function jobIn(is: JobView['state']['is']): Promise<JobView> {
  return vi.waitFor(() => {
    const job = parseSnapshot(desk.snapshot)?.jobs.at(-1);
    if (job?.state.is !== is) throw new Error(JSON.stringify(job?.state));
    return job;
  }, patience);
}

function coachOf({ state }: JobView) {
  return state.is === 'failed' ? state.coach : undefined;
}

describe('the coach on a Mac', { timeout: 90_000 }, () => {
  it('leads from a privacy refusal to the right pane, and to the backup once the switch is on', async () => {
    harness.insertCard({ openRefusal: 'Operation not permitted' });
    await backUp();
    const { job } = await jobIn('failed');
    expect(coachOf(await jobIn('failed'))).toMatchObject({
      kind: 'privacy',
      app: 'PiKeep',
      pane: 'removable-volumes',
      worksNow: false,
    });

    const pane = 'full-disk-access';
    await desk.command({ command: 'open-privacy-settings' });
    await desk.command({ command: 'open-privacy-settings', pane });
    expect(harness.mac.state.calls('open').map(({ args }) => args)).toEqual([
      ['x-apple.systempreferences:com.apple.preference.security?Privacy_RemovableVolume'],
      ['x-apple.systempreferences:com.apple.preference.security?Privacy_AllFiles'],
    ]);

    // Back, but nothing was switched on.
    pretended = 'private';
    await desk.command({ command: 'look-again' });
    expect(coachOf(await jobIn('failed'))?.worksNow).toBe(false);
    // The switch is on: the plain open says EACCES, as for every card on a Mac.
    pretended = null;
    harness.mac.state.update(({ cards }) => {
      for (const card of cards) card.openRefusal = null;
    });
    await desk.command({ command: 'look-again' });
    expect(coachOf(await jobIn('failed'))?.worksNow).toBe(true);
    expect(looks).toEqual(['disk4', 'disk4']);
    await desk.command({ command: 'retry', job, forceUnmount: false });
    await jobIn('done');
  });

  it('touches no card that nobody asked to have opened', async () => {
    harness.insertCard();
    await desk.rescan();
    await desk.command({ command: 'look-again' });
    expect(looks).toEqual([]);
    // And doctor neither, unless it is told to.
    const { disks, access } = platform();
    const card = await harness.disk();
    const seen = [
      { disk: card, verdict: { offer: true, warnings: [] }, glance: glance(card) },
    ] as const;
    expect((await disks.list()).length).toBeGreaterThan(0);
    const doors = await access.doors([card]);
    expect(await waysOf(platform(), seen, doors, false)).toMatchObject([
      { id: 'disk4', door: 'authopen', coach: null },
    ]);
    expect(looks).toEqual([]);
    pretended = 'private';
    expect(await waysOf(platform(), seen, doors, true)).toMatchObject([
      { door: null, coach: { kind: 'privacy' } },
    ]);
    expect(looks).toEqual(['disk4']);
  });

  it('asks again where the dialog was closed, and is not fooled by a look', async () => {
    authorizer = {
      authorize: () => Promise.reject(new PiKeepError('DIALOG_CANCELLED', { door: 'authopen' })),
    };
    harness.insertCard();
    await backUp();
    const { job } = await jobIn('failed');
    await desk.command({ command: 'look-again' });
    expect(coachOf(await jobIn('failed'))).toMatchObject({ kind: 'cancelled', worksNow: false });
    authorizer = harness.mac.authorizer;
    await desk.command({ command: 'retry', job, forceUnmount: false });
    await jobIn('done');
  });
});
