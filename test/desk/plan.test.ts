import { describe, expect, it } from 'vitest';
import type { PlanView } from '../../src/contract/panel.ts';
import { type DeskInput, type DeskState, emptyState } from '../../src/desk/state.ts';
import { step } from '../../src/desk/step.ts';
import { view } from '../../src/desk/view.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import { someSettings } from '../support/settings.ts';
import { context, piCard, planOf } from './cards.ts';

const surroundings = { version: '0.1.0', where: 'browser', source: 'test', home: '/h' } as const;
const progress = {
  phase: 'copying',
  bytes: 10,
  total: 20,
  bytesPerSecond: 5,
  secondsLeft: 2,
} as const;
const result = {
  task: 'backup',
  image: '/h/x.img',
  manifest: '/h/x.json',
  title: 'octopi',
  bytes: 32e9,
  storedBytes: 5e9,
  readBytes: 6e9,
  seconds: 60,
  verified: 'read-back',
  plainSha256: null,
  unreadable: null,
  checks: [],
  ejected: false,
} as const;

/** A desk with one card and a job that works on it. */
function working(): DeskState {
  const seen = told(emptyState(someSettings({ library: '/h/PiKeep' })), {
    input: 'listed',
    disks: [piCard('sdb')],
    context,
  });
  return start(seen);
}

function start(state: DeskState): DeskState {
  return told(state, {
    input: 'started',
    card: state.disks[0]?.key ?? '',
    order: { kind: 'backup' },
  });
}

function told(state: DeskState, ...inputs: readonly DeskInput[]): DeskState {
  return inputs.reduce((before, input) => step(before, input).state, state);
}

function shown(state: DeskState): PlanView | null | undefined {
  return view(state, 1, surroundings).jobs.at(-1)?.plan;
}

const planned = (partitions: number): DeskInput => ({
  input: 'planned',
  job: 'job-1',
  plan: planOf(partitions),
});

describe('the plan of a job', () => {
  it('is shown from when the card was mapped until long after', () => {
    expect(shown(working())).toBeNull();
    const mapped = told(working(), planned(2));
    expect(shown(mapped)).toEqual({ ...planOf(2), morePartitions: 0 });
    const done = told(
      mapped,
      { input: 'progressed', job: 'job-1', progress },
      { input: 'finished', job: 'job-1', result: { ...result, checks: [] }, place: '~' },
    );
    expect(shown(done)).toBe(shown(mapped));
    expect(done.jobs[0]?.state).toMatchObject({ is: 'done', bytes: 32e9, readBytes: 6e9 });
    expect(shown(told(done, planned(1)))).toBe(shown(mapped));
  });

  it('of many partitions is shown in part, and says how many there are', () => {
    const plan = shown(told(working(), planned(128)));
    expect(plan?.partitions.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(plan?.morePartitions).toBe(120);
  });

  it('is gone when the job comes to nothing, and the next try begins without one', () => {
    const error = new PiKeepError('DEVICE_GONE', { path: '/dev/sdb' });
    const failed = told(working(), planned(2), { input: 'failed', job: 'job-1', error });
    expect(shown(failed)).toBeNull();
    expect(start(failed).jobs.map(({ plan }) => plan)).toEqual([null]);
  });
});
