import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_SPEEDS } from '../../src/contract/jobs.ts';
import { noteSpeed } from '../../src/desk/speeds.ts';
import { emptyState } from '../../src/desk/state.ts';
import { step } from '../../src/desk/step.ts';
import type { Progress } from '../../src/worker/progress.ts';
import { context, piCard } from './cards.ts';
import { settings } from './lives.ts';

const total = MOST_SPEEDS * 100;
const at = (bytes: number, bytesPerSecond: number | null) => ({ bytes, total, bytesPerSecond });

describe('the speeds of a job', () => {
  it('are one for each piece of the way, the latest of each', () => {
    const speeds = [at(0, null), at(40, 80), at(90, 90), at(150, 70), at(450, 60)].reduce(
      noteSpeed,
      [] as readonly number[],
    );
    expect(speeds).toEqual([90, 70, 60, 60, 60]);
  });

  it('leave open what an earlier process did', () => {
    expect(noteSpeed([], at(350, 80))).toEqual([0, 0, 0, 80]);
  });

  it('stay few and in order, whatever comes', () => {
    const pace = fc.record({
      bytes: fc.nat(2 * total),
      total: fc.constantFrom(0, total),
      bytesPerSecond: fc.option(fc.double({ min: 0, max: 1e12, noNaN: true })),
    });
    fc.assert(
      fc.property(fc.array(pace, { maxLength: 200 }), (paces) => {
        let speeds: readonly number[] = [];
        for (const one of paces) {
          const next = noteSpeed(speeds, one);
          expect(next.length).toBeLessThanOrEqual(MOST_SPEEDS);
          expect(next.slice(0, Math.max(0, speeds.length - 1))).toEqual(speeds.slice(0, -1));
          speeds = next;
        }
      }),
    );
  });

  it('begin anew with each thing that is done, but not when bad places are tried again in between', () => {
    const figures = { total, secondsLeft: 1 };
    const phases: readonly Progress[] = [
      { phase: 'copying', bytes: 50, bytesPerSecond: 80, ...figures },
      { phase: 'rescuing', bytes: 0, bytesPerSecond: null, ...figures },
      { phase: 'copying', bytes: 150, bytesPerSecond: 90, ...figures },
      { phase: 'proving', bytes: 50, bytesPerSecond: 300, ...figures },
    ];
    let { state } = step(emptyState(settings), {
      input: 'listed',
      disks: [piCard('sdb')],
      context,
    });
    const card = state.disks[0]?.key ?? '';
    ({ state } = step(state, { input: 'started', card, order: { kind: 'backup' } }));
    const job = state.jobs[0]?.id ?? '';
    const seen = phases.map((progress) => {
      ({ state } = step(state, { input: 'progressed', job, progress }));
      const now = state.jobs[0]?.state;
      return now?.is === 'working' ? now.speeds : null;
    });
    expect(seen).toEqual([[80], [80], [80, 90], [300]]);
  });
});
