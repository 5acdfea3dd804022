import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SAMPLE_CARD } from '../../scripts/sample-card.ts';
import type { Snapshot } from '../../src/contract/panel.ts';
import type { Desk } from '../../src/desk/desk.ts';
import { openSampleDesk } from '../../src/desk/open-sample.ts';
import { withSample } from '../../src/desk/with-sample.ts';
import { createPlatform } from '../../src/platform/index.ts';
import type { SampleWorld } from '../../src/platform/ports.ts';
import { openSampleWorld } from '../../src/platform/sample-world.ts';
import { openSettings } from '../../src/platform/settings.ts';
import { runTask } from '../../src/worker/run-task.ts';
import { startNodeWorker } from '../../src/worker/start-node-worker.ts';
import { patience } from '../support/patience.ts';
import { SlotRig } from './slot-rig.ts';

let rig: SlotRig;
let desk: Desk;
let world: SampleWorld | null = null;
let packed = SAMPLE_CARD;
let seen: Snapshot[] = [];
let stranger = '';

beforeEach(async () => {
  rig = await SlotRig.start();
  stranger = await mkdtemp(join(tmpdir(), 'pikeep-sample-test-'));
  seen = [];
  packed = SAMPLE_CARD;
  world = null;
  const platform = { ...(await createPlatform({ slot: rig.slot })), desktop: rig.desktop };
  const settings = await openSettings({ file: join(stranger, 'settings.json'), home: stranger });
  desk = withSample(rig.desk, async () => {
    world = await openSampleWorld(packed);
    return openSampleDesk(
      {
        ...{ platform, runTask, startWorker: startNodeWorker, authorizer: null, settings },
        ...{ where: 'browser', version: '0.1.0', home: stranger, slot: rig.slot },
      },
      world,
    );
  });
  desk.onSnapshot((snapshot) => seen.push(snapshot));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await desk.close();
  await rig.end();
  await rm(stranger, { recursive: true, force: true });
});

async function opened(): Promise<SampleWorld> {
  expect(await desk.handle({ command: 'sample-start' })).toEqual({ ok: true });
  if (!world) throw new Error('no sample world was opened');
  return world;
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

it('is offered, backed up and proven in a folder of its own, and leaves nothing behind', {
  timeout: 90_000,
}, async () => {
  expect(desk.snapshot.sample).toEqual({ is: 'offered', waits: false });
  const { folder, library } = await opened();
  expect(desk.snapshot.sample).toEqual({ is: 'shown', waits: false });
  expect(desk.snapshot.settings.ejectWhenDone).toBe(false);
  const card = desk.snapshot.disks[0];
  expect(card).toMatchObject({ kind: 'pi', title: 'Raspberry Pi card' });
  await desk.handle({ command: 'backup', disk: card?.disk, card: card?.card });
  await vi.waitFor(() => expect(desk.snapshot.jobs[0]?.state.is).toBe('done'), patience);
  const state = desk.snapshot.jobs[0]?.state;
  if (state?.is !== 'done') throw new Error('it is not done');
  expect(state.verified).not.toBeNull();
  expect(state.image.startsWith(library)).toBe(true);
  expect(await exists(state.image)).toBe(true);
  await vi.waitFor(() => expect(desk.snapshot.backups).toHaveLength(1), patience);
  // The real desk knows nothing of it.
  expect(rig.desk.snapshot).toMatchObject({ jobs: [], backups: [], disks: [] });
  expect(rig.events).toEqual([]);
  expect(await exists(rig.library)).toBe(false);

  expect(await desk.handle({ command: 'sample-end' })).toEqual({ ok: true });
  expect(desk.snapshot).toMatchObject({ jobs: [], backups: [], sample: { is: 'offered' } });
  expect(await exists(folder)).toBe(false);
  const revisions = seen.map(({ revision }) => revision);
  expect(revisions).toEqual(revisions.toSorted((one, other) => one - other));
  expect(new Set(revisions).size).toBe(revisions.length);
  expect(seen.some(({ sample }) => sample?.is === 'starting')).toBe(true);
});

it('says that a real card waits, and shows it afterwards', { timeout: 60_000 }, async () => {
  await opened();
  await rig.insert('octopi.img');
  await vi.waitFor(() => expect(desk.snapshot.sample?.waits).toBe(true), patience);
  expect(desk.snapshot.disks.map(({ disk }) => disk)).toEqual(['sample card.img']);
  await desk.handle({ command: 'sample-end' });
  expect(desk.snapshot.disks.map(({ disk }) => disk)).toEqual(['octopi.img']);
});

it('ends with the app in the middle of a backup', { timeout: 60_000 }, async () => {
  const { folder } = await opened();
  const card = desk.snapshot.disks[0];
  await desk.handle({ command: 'backup', disk: card?.disk, card: card?.card });
  await desk.close();
  expect(await exists(folder)).toBe(false);
});

it('touches nothing outside of its folder, whatever its page asks for', {
  timeout: 90_000,
}, async () => {
  const { folder, library, platform } = await opened();
  expect(platform.timeMachine).toBeUndefined();
  const treasure = join(stranger, 'PiKeep');
  await mkdir(treasure);
  await writeFile(join(treasure, 'old.img'), 'mine');
  for (const command of [
    { command: 'library-set', folder: treasure },
    { command: 'settings-set', change: { excludeFromTimeMachine: true } },
    { command: 'settings-set', change: { remindDays: 7 } },
    { command: 'library-look' },
  ]) {
    expect(await desk.handle(command)).toEqual({ ok: true });
  }
  const card = desk.snapshot.disks[0];
  await desk.handle({ command: 'backup', disk: card?.disk, card: card?.card });
  await vi.waitFor(() => expect(desk.snapshot.jobs[0]?.state.is).toBe('done'), patience);
  // Jobs of the two desks have names of their own: a page that is late stops nothing real.
  expect(desk.snapshot.jobs[0]?.job).not.toBe('job-1');
  const state = desk.snapshot.jobs[0]?.state;
  const image = state?.is === 'done' ? state.image : '';
  expect(image.startsWith(library)).toBe(true);
  await platform.trash.move(image);
  expect(await exists(image)).toBe(false);
  expect(await readdir(join(folder, 'trash'))).toHaveLength(1);
  // Links that lead out are removed, not followed.
  await symlink(treasure, join(library, 'link'));
  await symlink(treasure, join(folder, 'slot', 'link'));
  await desk.handle({ command: 'sample-end' });
  expect(await exists(folder)).toBe(false);
  expect(await readdir(treasure)).toEqual(['old.img']);
  expect((await readdir(stranger)).sort()).toEqual(['PiKeep']);
});

it('started twice is one, and one without a card is refused', { timeout: 60_000 }, async () => {
  const first = await opened();
  await Promise.all([
    desk.handle({ command: 'sample-start' }),
    desk.handle({ command: 'sample-start' }),
  ]);
  expect(world).toBe(first);
  await desk.handle({ command: 'sample-end' });
  packed = join(stranger, 'missing.gz');
  // Other tests have samples of their own in the usual place.
  vi.stubEnv('TMPDIR', stranger);
  const before = await readdir(stranger);
  expect(await desk.handle({ command: 'sample-start' })).toMatchObject({
    ok: false,
    problem: { code: 'UNSUPPORTED' },
  });
  expect(desk.snapshot.sample).toEqual({ is: 'offered', waits: false });
  expect(await readdir(stranger)).toEqual(before);
});

it('libraries of the two desks are never taken for each other', { timeout: 60_000 }, async () => {
  const before = desk.snapshot.libraryRevision;
  await opened();
  const inside = desk.snapshot.libraryRevision;
  await desk.handle({ command: 'sample-end' });
  expect(inside).toBeGreaterThan(before);
  expect(desk.snapshot.libraryRevision).toBeGreaterThan(inside);
});
