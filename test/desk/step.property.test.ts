import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { MAX_MESSAGE_BYTES, snapshotSchema } from '../../src/contract/panel.ts';
import { chooseAgain, chooseCard } from '../../src/desk/choice.ts';
import type { DeskEvent } from '../../src/desk/event.ts';
import { type DeskInput, type DeskState, emptyState, isWorking } from '../../src/desk/state.ts';
import { step } from '../../src/desk/step.ts';
import { view } from '../../src/desk/view.ts';
import type { Disk } from '../../src/engine/disk.ts';
import { isPiKeepError, PiKeepError } from '../../src/engine/errors.ts';
import { context, piCard, planOf, stick, systemDisk } from './cards.ts';

const surroundings = { version: '0.1.0', where: 'browser', source: 'test', home: '/h' } as const;
const settings = {
  library: '/h/PiKeep',
  ejectWhenDone: false,
  showOtherExternal: false,
  neverTouch: [],
};
const ids = ['sda', 'sdb', 'sdc'];
const text = fc.string({ maxLength: 3000, unit: 'binary' });

const disk: fc.Arbitrary<Disk> = fc
  .record({
    make: fc.constantFrom(piCard, piCard, stick, systemDisk),
    id: fc.constantFrom(...ids),
    mediaName: fc.option(fc.constantFrom('Reader', 'Other')),
    label: fc.option(text),
    known: fc.boolean(),
  })
  .map(({ make, id, mediaName, label, known }) => {
    const made = make(id, { mediaName });
    const partitions = made.partitions.map((part) => ({ ...part, label }));
    return known ? { ...made, partitions } : { ...made, partitions: [], tableId: null };
  });

/** What a user, the disks and the workers can do, in any order; numbers choose among what is there. */
type Deed =
  | { readonly deed: 'list'; readonly disks: readonly Disk[] }
  | { readonly deed: 'backup' | 'retry' | 'eject' | 'dismiss' | 'cancel'; readonly which: number }
  | { readonly deed: 'plan' | 'progress' | 'finish' | 'fail' | 'interrupt'; readonly which: number }
  | { readonly deed: 'warn'; readonly which: number; readonly text: string }
  | { readonly deed: 'trouble' };

const which = fc.nat(1);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      deed: fc.constant('list' as const),
      disks: fc.uniqueArray(disk, { selector: ({ id }) => id }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      deed: fc.constantFrom('backup' as const, 'retry', 'eject', 'dismiss', 'cancel'),
      which,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      deed: fc.constantFrom('plan' as const, 'progress', 'finish', 'fail', 'interrupt'),
      which,
    }),
  },
  { weight: 1, arbitrary: fc.record({ deed: fc.constant('warn' as const), which, text }) },
  { weight: 1, arbitrary: fc.constant({ deed: 'trouble' as const }) },
);

const deeds = fc.array(deed, { minLength: 10, maxLength: 80 });

/** Null where the deed is refused or has nothing to be done to. */
function inputOf(state: DeskState, act: Deed): DeskInput | null {
  const which = 'which' in act ? act.which : 0;
  const job = state.jobs[which];
  const seen = state.disks[which];
  try {
    switch (act.deed) {
      case 'list':
        return { input: 'listed', disks: act.disks, context };
      case 'trouble':
        return { input: 'unlistable', error: new PiKeepError('TOOL_MISSING', { tool: 'lsblk' }) };
      case 'backup':
        return seen
          ? { input: 'started', card: chooseCard(state, seen.disk.id, seen.key).key }
          : null;
      case 'eject':
        return seen
          ? { input: 'ejected', card: chooseCard(state, seen.disk.id, seen.key).key }
          : null;
      case 'retry':
        return job ? { input: 'started', card: chooseAgain(state, job).key } : null;
      case 'dismiss':
        return job ? { input: 'dismissed', job: job.id } : null;
      case 'cancel':
        return job ? { input: 'cancelling', job: job.id } : null;
      case 'warn':
        return job ? { input: 'warned', job: job.id, text: act.text } : null;
      case 'plan':
        return job ? { input: 'planned', job: job.id, plan: planOf(3) } : null;
      case 'progress': {
        const progress = {
          phase: 'copying',
          bytes: 1,
          total: 2,
          bytesPerSecond: null,
          secondsLeft: null,
        } as const;
        return job ? { input: 'progressed', job: job.id, progress } : null;
      }
      case 'fail': {
        const error = new PiKeepError('DEVICE_GONE', { path: '/dev/sdb' });
        return job ? { input: 'failed', job: job.id, error } : null;
      }
      case 'interrupt':
        return job
          ? { input: 'failed', job: job.id, error: new PiKeepError('INTERRUPTED', {}) }
          : null;
      case 'finish': {
        const result = {
          task: 'backup',
          image: '/h/x.img',
          manifest: '/h/x.json',
          title: 'x',
          bytes: 1,
          storedBytes: 1,
          readBytes: 1,
          seconds: 1,
          verified: null,
          plainSha256: null,
          checks: [],
          ejected: false,
        } as const;
        return job
          ? { input: 'finished', job: job.id, result: { ...result, checks: [] }, place: '~' }
          : null;
      }
    }
  } catch (error) {
    if (isPiKeepError(error)) return null;
    throw error;
  }
}

interface Moment {
  readonly before: DeskState;
  readonly after: DeskState;
  readonly input: DeskInput;
  readonly events: readonly DeskEvent[];
}

function live(deeds: readonly Deed[]): Moment[] {
  let state = emptyState(settings);
  const moments: Moment[] = [];
  for (const act of deeds) {
    const input = inputOf(state, act);
    if (!input) continue;
    const { state: after, events } = step(state, input);
    moments.push({ before: state, after, input, events });
    state = after;
  }
  return moments;
}

function always(check: (moments: readonly Moment[]) => void): void {
  fc.assert(
    fc.property(deeds, (lived) => check(live(lived))),
    { numRuns: 300 },
  );
}

describe('whatever happens at the desk', () => {
  it('these lives hold everything that matters', () => {
    const lives = fc.sample(deeds, { numRuns: 300, seed: 7 }).map(live);
    const states = lives.flat().flatMap(({ after }) => after.jobs.map((job) => job.state.is));
    expect(new Set(states)).toEqual(new Set(['working', 'done', 'failed', 'cancelled']));
    const told = lives.flat().flatMap(({ events }) => events.map((event) => event.happened));
    expect(new Set(told)).toEqual(new Set(['card-appeared', 'job-done', 'job-failed']));
    const busy = lives.flat().map(({ after }) => after.jobs.filter(isWorking).length);
    expect(Math.max(...busy)).toBeGreaterThan(1);
  });

  it('its snapshot is one that the panel accepts, and not too large', () => {
    always((moments) => {
      for (const { after } of moments) {
        const snapshot = view(after, 1, surroundings);
        expect(v.parse(snapshotSchema, snapshot)).toEqual(snapshot);
        expect(Buffer.byteLength(JSON.stringify(snapshot))).toBeLessThan(MAX_MESSAGE_BYTES);
      }
    });
  });

  it('its snapshot stays small enough with many disks full of hostile labels', () => {
    const label = '\u202E\u0007𝕷\uD800'.repeat(500);
    const partitions = Array.from({ length: 128 }, () => piCard('x').partitions).flat();
    const hostile = partitions.map((part) => ({ ...part, label, typeName: label }));
    const disks = Array.from({ length: 100 }, (_, index) =>
      piCard(`sd${index}`, { partitions: hostile, mediaName: label }),
    );
    const [moment] = live([{ deed: 'list', disks }]);
    const snapshot = moment ? view(moment.after, 1, surroundings) : null;
    const json = JSON.stringify(snapshot);
    expect(Buffer.byteLength(json)).toBeLessThan(MAX_MESSAGE_BYTES);
    expect(v.parse(snapshotSchema, snapshot)).toEqual(snapshot);
    expect(json).not.toMatch(/\u202E|\\u0007|\\ud800/i);
  });

  it('its snapshot stays small enough with many backups of many hostile partitions', () => {
    const disks = Array.from({ length: 60 }, (_, index) =>
      piCard(`sd${index}`, { bytes: 32e9 + index * 512 }),
    );
    let state = step(emptyState(settings), { input: 'listed', disks, context }).state;
    for (const { key } of state.disks) {
      state = step(state, { input: 'started', card: key }).state;
      const job = state.jobs.at(-1)?.id ?? '';
      state = step(state, {
        input: 'planned',
        job,
        plan: planOf(128, '𝕷\uD800\u202E'.repeat(500)),
      }).state;
    }
    const snapshot = view(state, 1, surroundings);
    const json = JSON.stringify(snapshot);
    expect(Buffer.byteLength(json)).toBeLessThan(MAX_MESSAGE_BYTES);
    expect(v.parse(snapshotSchema, snapshot)).toEqual(snapshot);
    expect(json).not.toMatch(/\u202E|\\ud800/i);
    expect(snapshot.jobs.filter(({ plan }) => plan !== null)).toHaveLength(12);
    expect(snapshot.jobs.at(-1)?.plan).not.toBeNull();
  });

  it('at most one job works on a disk, and job names are never used twice', () => {
    always((moments) => {
      const names = new Map<string, string>();
      for (const { after } of moments) {
        const working = after.jobs.filter(isWorking).map((job) => job.disk);
        expect(new Set(working).size).toBe(working.length);
        for (const job of after.jobs) {
          expect(names.get(job.id) ?? job.card).toBe(job.card);
          names.set(job.id, job.card);
        }
      }
    });
  });

  it('a working job ends only by its own outcome', () => {
    always((moments) => {
      for (const { before, after, input } of moments) {
        for (const job of before.jobs.filter(isWorking)) {
          const now = after.jobs.find((one) => one.id === job.id);
          const ended = input.input === 'finished' || input.input === 'failed';
          expect(now && (isWorking(now) || (ended && input.job === job.id))).toBe(true);
        }
      }
    });
  });

  it('no insertion is announced twice as the same thing, and none that was there at the first look', () => {
    always((moments) => {
      const announced = new Set<string>();
      let looked = false;
      for (const { after, events, input } of moments) {
        for (const event of events) {
          if (event.happened !== 'card-appeared') continue;
          expect(looked).toBe(true);
          const seen = after.disks.find(({ disk: { id } }) => id === event.disk);
          expect(seen?.verdict.offer).toBe(true);
          const name = `${seen?.key} ${event.kind}`;
          expect(announced.has(name)).toBe(false);
          announced.add(name);
        }
        looked ||= input.input === 'listed';
      }
    });
  });

  it('every outcome but a cancellation is told once', () => {
    always((moments) => {
      const told = moments.flatMap(({ events }) =>
        events.filter((event) => event.happened !== 'card-appeared'),
      );
      const names = told.map((event) => event.job);
      expect(new Set(names).size).toBe(names.length);
      const outcomes = moments.flatMap(({ before, after }) =>
        before.jobs
          .filter(isWorking)
          .flatMap((job) =>
            after.jobs.filter(
              (one) => one.id === job.id && (one.state.is === 'done' || one.state.is === 'failed'),
            ),
          ),
      );
      expect(names).toEqual(outcomes.map((job) => job.id));
    });
  });
});
