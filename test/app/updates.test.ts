/** When newer versions are looked for, and what comes first. How they are fetched: update-from-feed.test.ts. */

import { expect, it } from 'vitest';
import { createUpdates, type Updater } from '../../src/app/updates.ts';
import type { Snapshot } from '../../src/contract/panel.ts';
import { empty, octopi, working } from './snapshots.ts';

const HOUR = 3_600_000;
const busy: Snapshot = { ...empty, disks: [octopi], jobs: [working('copying', 50)] };
const checking: Snapshot = {
  ...empty,
  errands: [
    {
      errand: 'errand 1',
      kind: 'check',
      backup: 'backup 1',
      title: 'octopi',
      state: {
        is: 'working',
        bytes: 1,
        total: 2,
        bytesPerSecond: null,
        secondsLeft: null,
        cancelling: false,
      },
    } as Snapshot['errands'][number],
  ],
};

/** `offered` is what the feed has: a version, none, or a failure. */
function rig(offered: { version: string | null | Error }, { looks = true as boolean | null } = {}) {
  const happened: string[] = [];
  const listeners: (() => void)[] = [];
  const world = { now: 0, snapshot: empty, wish: looks, answers: [] as boolean[] };
  const failing: Partial<Record<'download' | 'prepare', Error>> = {};
  const during: Partial<Record<'prepare', () => void>> = {};
  const updater: Updater = {
    async check() {
      happened.push('check');
      if (offered.version instanceof Error) throw offered.version;
      return offered.version;
    },
    async download(onPercent) {
      happened.push('download');
      onPercent(43);
      happened.push(JSON.stringify(updates.state));
      if (failing.download) throw failing.download;
    },
    async prepare() {
      happened.push('prepare');
      during.prepare?.();
      if (failing.prepare) throw failing.prepare;
    },
    restart: () => happened.push('restart'),
  };
  const answer = async (question: string): Promise<boolean> => {
    happened.push(question);
    return world.answers.shift() ?? false;
  };
  const updates = createUpdates({
    updater,
    desk: {
      get snapshot() {
        return world.snapshot;
      },
      onSnapshot(listener) {
        listeners.push(() => listener(world.snapshot));
        return () => undefined;
      },
    },
    talk: {
      askToLook: () => answer('look?'),
      askToDownload: (version) => answer(`download ${version}?`),
      tellOf: (state, version) => happened.push(`${state} ${version}`),
      tellFailed: (what, version) => happened.push(`failed to ${what} ${version}`),
    },
    wish: {
      get: () => world.wish,
      async set(wish) {
        world.wish = wish;
      },
    },
    leave: async (then) => {
      then();
      return true;
    },
    failed: (what, error) => happened.push(`${what}: ${String(error)}`),
    now: () => world.now,
  });
  return {
    ...{ updates, happened, world, offered, failing, during },
    /** What has happened since it was last asked. */
    since: () => happened.splice(0),
    show(snapshot: Snapshot) {
      world.snapshot = snapshot;
      for (const listener of listeners) listener();
    },
  };
}

it('looks at the start and once a day, sooner after a failure or when the clock was set back', async () => {
  const { updates, offered, world, since } = rig({ version: null });
  await updates.look();
  expect(since()).toEqual(['check']);
  world.now = 24 * HOUR - 1;
  await updates.look();
  expect(since()).toEqual([]);
  world.now = 24 * HOUR;
  offered.version = new Error('no network');
  await updates.look();
  expect(since()).toEqual(['check', 'check: Error: no network']);
  expect(updates.state.is).toBe('none');
  world.now += HOUR - 1;
  await updates.look();
  expect(since()).toEqual([]);
  world.now += 1;
  offered.version = '1.2.0';
  await updates.look();
  expect(since()).toEqual(['check', 'found 1.2.0']);
  world.now = -5 * HOUR;
  offered.version = '1.3.0';
  await updates.look();
  expect(since()).toEqual(['check', 'found 1.3.0']);
});

it('tells of a version once, and forgets one that the feed takes back', async () => {
  const { updates, offered, world, since } = rig({ version: '1.2.0' });
  for (const day of [0, 1, 2]) {
    world.now = day * 24 * HOUR;
    await updates.look();
  }
  expect(since()).toEqual(['check', 'found 1.2.0', 'check', 'check']);
  offered.version = null;
  world.now += 24 * HOUR;
  await updates.look();
  expect(updates.state.is).toBe('none');
});

it('does not look against the user’s will, and asks for it once', async () => {
  const never = rig({ version: '1.2.0' }, { looks: null });
  never.world.answers = [false];
  await never.updates.look();
  never.world.now = 48 * HOUR;
  await never.updates.look();
  expect(never.since()).toEqual(['look?']);
  expect(never.updates.looks).toBe(false);
  await never.updates.setLooks(true);
  expect(never.since()).toEqual(['check', 'found 1.2.0']);
  await never.updates.setLooks(false);
  expect(never.updates.state.is).toBe('none');
});

it.each([
  ['a card is copied', busy],
  ['a backup is checked', checking],
])('waits while %s', async (_what, snapshot) => {
  const { updates, show, since } = rig({ version: '1.2.0' });
  show(snapshot);
  await updates.look();
  expect(since()).toEqual([]);
  show(empty);
  await expect.poll(() => updates.state.is).toBe('found');
  show(snapshot);
  await updates.download();
  await updates.download(true);
  expect(since()).toEqual(['check', 'found 1.2.0']);
  show(empty);
  await updates.download(true);
  expect(updates.state.is).toBe('ready');
  show(snapshot);
  await updates.install();
  expect(since()).toEqual([
    'download',
    '{"is":"downloading","version":"1.2.0","percent":43}',
    'ready 1.2.0',
  ]);
});

it('does not ask for the way out once a card has been put in meanwhile, and does so later', async () => {
  const { updates, show, during, since } = rig({ version: '1.2.0' });
  await updates.look();
  await updates.download(true);
  since();
  during.prepare = () => show(busy);
  await updates.install();
  expect(since()).toEqual(['prepare']);
  expect(updates.state.is).toBe('ready');
  show(empty);
  delete during.prepare;
  await updates.install();
  expect(since()).toEqual(['prepare', 'restart']);
});

it('goes back to the offer after a failure, writes it down, and says it to who has asked', async () => {
  const { updates, failing, since } = rig({ version: '1.2.0' });
  await updates.look();
  since();
  failing.download = new Error('cut off');
  await updates.download(true);
  expect(since().slice(2)).toEqual(['download: Error: cut off', 'failed to download 1.2.0']);
  expect(updates.state).toEqual({ is: 'found', version: '1.2.0' });
  delete failing.download;
  await updates.download(true);
  failing.prepare = new Error('another signature');
  since();
  await updates.install();
  expect(since()).toEqual([
    'prepare',
    'install: Error: another signature',
    'failed to install 1.2.0',
  ]);
  expect(updates.state.is).toBe('found');
});
