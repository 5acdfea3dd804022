import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneAtATime } from '../../src/desk/one-at-a-time.ts';
import { Publisher } from '../../src/desk/publisher.ts';
import { Hands } from './hands.ts';

function publisher(): {
  clock: Hands;
  sink: Publisher<number>;
  seen: { at: number; value: number }[];
  set: (value: number) => void;
} {
  const clock = new Hands();
  let current = 0;
  const sink = new Publisher(clock, () => current);
  const seen: { at: number; value: number }[] = [];
  sink.subscribe((value) => seen.push({ at: clock.now(), value }));
  return {
    clock,
    sink,
    seen,
    set: (value) => {
      current = value;
    },
  };
}

describe('snapshots', () => {
  it('of what happened go out at once, and of progress at most ten times a second, the last one always', () => {
    const step = fc.record({ wait: fc.nat(250), urgent: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1 }), (steps) => {
        const { clock, sink, seen, set } = publisher();
        const urgentAt: number[] = [];
        for (const [index, { wait, urgent }] of steps.entries()) {
          clock.pass(wait);
          set(index + 1);
          if (urgent) {
            sink.now();
            urgentAt.push(clock.now());
            expect(seen.at(-1)).toEqual({ at: clock.now(), value: index + 1 });
          } else sink.soon();
        }
        clock.pass(100);
        expect(seen.at(-1)?.value).toBe(steps.length);
        for (const [index, { at }] of seen.entries()) {
          const before = seen[index - 1]?.at ?? Number.NEGATIVE_INFINITY;
          expect(at - before >= 100 || urgentAt.includes(at)).toBe(true);
        }
      }),
    );
  });

  it('go to nobody after unsubscribing or closing', () => {
    const { clock, sink, seen } = publisher();
    const others: number[] = [];
    const unsubscribe = sink.subscribe((value) => others.push(value));
    sink.now();
    unsubscribe();
    sink.soon();
    sink.close();
    clock.pass(1000);
    expect([seen.length, others.length]).toEqual([1, 1]);
  });
});

describe('work that must not overlap', () => {
  it('runs once more for any number of requests during a run, and none is answered by a run that began before it', async () => {
    const gates: (() => void)[] = [];
    let running = 0;
    const request = oneAtATime(async () => {
      running += 1;
      expect(running).toBe(1);
      await new Promise<void>((resolve) => gates.push(resolve));
      running -= 1;
    });
    const order: string[] = [];
    const first = request().then(() => order.push('first'));
    const second = request().then(() => order.push('second'));
    const third = request().then(() => order.push('third'));
    expect(gates).toHaveLength(1);
    gates[0]?.();
    await first;
    await expect.poll(() => gates.length).toBe(2);
    expect(order).toEqual(['first']);
    gates[1]?.();
    await Promise.all([second, third]);
    expect(gates).toHaveLength(2);
  });
});
