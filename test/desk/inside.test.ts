import { execFileSync } from 'node:child_process';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { writeSampleCard } from '../../scripts/sample-card.ts';
import { nextLook, sinceView } from '../../src/desk/inside.ts';
import { surveyTask } from '../../src/desk/job-tasks.ts';
import { type DeskInput, type DeskState, emptyState } from '../../src/desk/state.ts';
import { step } from '../../src/desk/step.ts';
import { Surveyor } from '../../src/desk/surveyor.ts';
import type { Disk } from '../../src/engine/disk.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import type { KnownBackup } from '../../src/worker/restore-results.ts';
import type { RunTask } from '../../src/worker/run-task.ts';
import type { Task } from '../../src/worker/tasks.ts';
import { needsTools } from '../support/tools.ts';
import { context, piCard } from './cards.ts';
import { settings } from './lives.ts';
import { backupOf, libraryOf, surveyOf } from './restores.ts';
import { SlotRig } from './slot-rig.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const TUESDAY = '2026-11-17T12:00:00.000Z';
const same = { verdict: 'same', bytes: 0, isAtLeast: false, words: '' } as const;

function stateWith(disks: readonly Disk[], at = TUESDAY): DeskState {
  const backups = [backupOf(piCard('sdb'), { at })];
  let { state } = step(emptyState(settings), { input: 'ticked', now: NOW });
  state = step(state, libraryOf(backups)).state;
  return step(state, { input: 'listed', disks, context }).state;
}

function looked(state: DeskState, lastBackup: KnownBackup | null): DeskState {
  const wanted = nextLook(state);
  if (!wanted) throw new Error('nobody wants to look');
  const { seen, of } = wanted;
  return step(state, { input: 'looked-inside', card: seen.key, of, lastBackup }).state;
}

function shown(state: DeskState): string | null {
  const [seen] = state.disks;
  return seen ? sinceView(state, seen) : null;
}

describe('what changed since the last backup', () => {
  const known = { image: '/h/PiKeep/octopi.img', at: TUESDAY };

  it('is said of the card that was looked into, by the day and as far as it is known', () => {
    const state = stateWith([piCard('sdb')]);
    expect(shown(state)).toBeNull();
    expect(shown(looked(state, { ...known, changed: same }))).toBe(
      'Same as your backup of Tuesday',
    );
    const changed = { ...same, verdict: 'changed', bytes: 1.2e9 } as const;
    const after = looked(state, { ...known, changed });
    expect(shown(after)).toBe('About 1.2 GB changed since your backup of Tuesday');
    // The day after, the same is said of the same day.
    expect(shown(step(after, { input: 'ticked', now: NOW + 86_400_000 }).state)).toMatch(
      /Tuesday$/,
    );
    expect(shown(looked(state, { ...known, changed: null }))).toBeNull();
    expect(shown(looked(state, null))).toBeNull();
  });

  it('is looked for once, and again when card or library are not what they were', () => {
    const after = looked(stateWith([piCard('sdb')]), { ...known, changed: same });
    expect(nextLook(after)).toBeNull();
    const newer = libraryOf([backupOf(piCard('sdb'), { at: '2026-11-22T11:00:00.000Z' })]);
    const backedUp = step(after, newer).state;
    expect(shown(backedUp)).toBeNull();
    expect(nextLook(backedUp)).not.toBeNull();
    const other = piCard('sdb', { bytes: 16 * 1024 * 1024 });
    const swapped = step(after, { input: 'listed', disks: [other], context }).state;
    expect(shown(swapped)).toBeNull();
    const again = step(after, { input: 'listed', disks: [], context }).state;
    const back = step(again, { input: 'listed', disks: [piCard('sdb')], context }).state;
    expect(shown(back)).toBeNull();
    expect(nextLook(back)).not.toBeNull();
  });

  it('is not looked for without a backup, and while a job has the card', () => {
    expect(
      nextLook(stateWith([piCard('sdb', { tableId: 'ffffffff', partitions: [] })])),
    ).toBeNull();
    const state = stateWith([piCard('sdb')]);
    const card = state.disks[0]?.key ?? '';
    const busy = step(state, { input: 'started', card, order: { kind: 'backup' } }).state;
    expect(nextLook(busy)).toBeNull();
  });

  it('remembers no more than so many cards', () => {
    let state = stateWith([]);
    for (let count = 0; count < 100; count++) {
      state = step(state, { input: 'listed', disks: [], context }).state;
      state = step(state, { input: 'listed', disks: [piCard('sdb')], context }).state;
      state = looked(state, null);
    }
    expect(Object.keys(state.inside)).toHaveLength(32);
  });
});

describe('a look inside', () => {
  function surveyor(looksInside: boolean, runTask: RunTask) {
    let state = stateWith([piCard('sdb')]);
    const made = new Surveyor({
      runTask,
      startWorker: () => {
        throw new Error('no worker is needed');
      },
      looksInside,
      task: (image, { disk }) =>
        surveyTask(image, { disk, settings, access: { slot: null, recordsFolder: '/h/records' } }),
      state: () => state,
      apply: (input: DeskInput) => {
        state = step(state, input).state;
        made.follow();
      },
    });
    return { made, shown: () => shown(state), state: () => state };
  }
  const answer = (tasks: Task[]): RunTask =>
    (async (task: Task) => {
      tasks.push(task);
      const lastBackup = { image: '/x', at: TUESDAY, changed: same };
      return surveyOf(piCard('sdb'), { lastBackup });
    }) as RunTask;

  it('is taken unasked only where the system asks nothing', async () => {
    const tasks: Task[] = [];
    const asking = surveyor(false, answer(tasks));
    asking.made.follow();
    await asking.made.close();
    expect(tasks).toEqual([]);
    const free = surveyor(true, answer(tasks));
    free.made.follow();
    await expect.poll(free.shown).toBe('Same as your backup of Tuesday');
    await free.made.close();
    expect(tasks.map(({ task }) => task)).toEqual(['survey']);
  });

  it('is not taken again when the card cannot be read', async () => {
    let times = 0;
    const runTask = (async () => {
      times += 1;
      throw new PiKeepError('NO_SUCH_DISK', { disk: 'sdb' });
    }) as unknown as RunTask;
    const { made, state } = surveyor(true, runTask);
    made.follow();
    await expect.poll(() => Object.keys(state().inside).length).toBe(1);
    made.follow();
    await made.close();
    expect(times).toBe(1);
  });
});

describe.skipIf(needsTools('mcopy'))('at a desk over a slot', () => {
  let rig: SlotRig;
  afterEach(() => rig?.end());

  it('a card is said to be as it was backed up, and then to have changed', async () => {
    rig = await SlotRig.start();
    await rig.backUp(await rig.insert('octopi.img'));
    await rig.job('done');
    const since = () => rig.desk.snapshot.disks[0]?.history?.since;
    await rig.until(() => since() === 'Same as your backup of today');
    await rm(join(rig.slot, 'octopi.img'));
    await rig.until(({ disks }) => disks.length === 0);

    const card = join(rig.folder, 'changed.img');
    await writeSampleCard(card);
    const file = join(rig.folder, 'new.txt');
    await writeFile(file, 'written since');
    execFileSync('mcopy', ['-i', `${card}@@${16_384 * 512}`, file, '::/']);
    await rename(card, join(rig.slot, 'octopi.img'));
    await rig.until(() => /changed since your backup of today$/i.test(since() ?? ''));
  }, 120_000);
});
