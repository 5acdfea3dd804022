import { describe, expect, it } from 'vitest';
import { PiKeepError } from '../../src/engine/errors.ts';
import { explain } from '../../src/engine/explain.ts';
import { type Stall, stallLimits, Watchdog } from '../../src/worker/watchdog.ts';
import { SteppedClock } from '../support/stepped-clock.ts';

const limits = { tell: 15, end: 600, silence: 60 };
const reader = { kind: 'card', name: 'SD Card Reader' } as const;

function watch() {
  const clock = new SteppedClock();
  const told: (Stall | null)[] = [];
  const ended: PiKeepError<'STALLED'>[] = [];
  const dog = new Watchdog({
    clock,
    limits,
    name: 'disk4',
    onStall: (stall) => told.push(stall),
    onStalled: (error) => ended.push(error),
  });
  /** Time passes for a worker that does nothing but live. */
  const idle = (seconds: number, work: number, waitsFor: typeof reader | null = reader): void => {
    for (let at = 0; at < seconds; at += 5) {
      dog.alive({ message: 'alive', work, waitsFor });
      clock.pass(Math.min(5, seconds - at));
    }
  };
  return { clock, dog, told, ended, idle };
}

describe('a task that goes on', () => {
  it('is never called stalled, however long it takes', () => {
    const { dog, clock, told, ended } = watch();
    for (let work = 1; work < 400; work++) {
      dog.alive({ message: 'alive', work, waitsFor: reader });
      clock.pass(5);
    }
    expect([told, ended]).toEqual([[], []]);
  });

  it('that is slow but moves between two signs of life is not, either', () => {
    const { dog, told, idle } = watch();
    for (let work = 1; work < 50; work++) idle(14, work);
    for (let step = 0; step < 50; step++) {
      idle(14, 50);
      dog.progressed('copying');
    }
    expect(told).toEqual([]);
  });
});

describe('a read that does not end', () => {
  it('is told with the name of its reader and the time, every few seconds, until it goes on', () => {
    const { dog, told, idle } = watch();
    dog.progressed('copying');
    idle(10, 7);
    expect(told).toEqual([]);
    idle(30, 7);
    expect(told.map((stall) => stall?.seconds)).toEqual([15, 20, 25, 30, 35, 40]);
    expect(told[0]).toEqual({ who: 'reader', name: reader.name, seconds: 15, phase: 'copying' });
    dog.alive({ message: 'alive', work: 8, waitsFor: reader });
    expect(told.at(-1)).toBeNull();
    told.length = 0;
    idle(14, 8);
    expect(told).toEqual([]);
  });

  it('ends the task after the limit, once, with a next step', () => {
    const { dog, clock, ended, idle } = watch();
    idle(599, 7);
    expect(ended).toEqual([]);
    idle(60, 7);
    expect(ended).toMatchObject([
      { code: 'STALLED', facts: { who: 'reader', name: reader.name, seconds: 600 } },
    ]);
    expect(ended.map(explain)).toMatchObject([
      {
        message: 'SD Card Reader did not answer for 10 min, so PiKeep stopped waiting for it.',
        next: expect.stringContaining('another reader'),
      },
    ]);
    dog.stop();
    expect(clock.waiting).toBe(0);
  });

  it('of a file is told apart from that of a card', () => {
    const { dog, clock, told } = watch();
    const waitsFor = { kind: 'file', name: '/net/a.img.partial' } as const;
    dog.alive({ message: 'alive', work: 1, waitsFor });
    clock.pass(20);
    expect(told[0]).toMatchObject({ who: 'file', name: '/net/a.img.partial' });
  });
});

describe('time in which nobody could do anything', () => {
  it('asleep does not count, and the clock begins anew after it', () => {
    const { clock, told, ended, idle } = watch();
    idle(12, 7);
    clock.jump(8 * 3600);
    idle(14, 7);
    expect([told, ended]).toEqual([[], []]);
    idle(5, 7);
    expect(told).toHaveLength(1);
    clock.jump(3600);
    expect(told.at(-1)).toBeNull();
    expect(ended).toEqual([]);
  });

  it('in a dialog, or waiting for room on a disk, is no stall', () => {
    for (const why of ['dialog', 'held'] as const) {
      const { dog, told, ended, idle } = watch();
      dog.progressed('copying');
      dog.excuse(why, true);
      idle(3600, 7);
      expect([told, ended]).toEqual([[], []]);
      dog.excuse(why, false);
      idle(16, 7);
      expect(told).toHaveLength(1);
    }
  });

  it('in a dialog that only the system knows of is none while a card is opened', () => {
    const { dog, ended, idle } = watch();
    dog.progressed('opening');
    idle(7200, 7, null);
    expect(ended).toEqual([]);
    dog.progressed('proving');
    idle(601, 7, null);
    expect(ended).toMatchObject([{ facts: { who: 'worker', name: 'disk4' } }]);
  });
});

describe('a card that fails', () => {
  const gone = new PiKeepError('DEVICE_GONE', { path: '/dev/rdisk4' });
  const lost = { code: 'LOST_IN_SLEEP', facts: { name: 'disk4', was: 'DEVICE_GONE' }, cause: gone };

  it.each(['jump', 'sleep'] as const)('after the computer slept was lost in that: %s', (how) => {
    const { clock, dog, idle } = watch();
    idle(20, 7);
    expect(dog.blameSleep(gone)).toBe(gone);
    clock[how](3600);
    expect(dog.blameSleep(gone)).toMatchObject(lost);
    idle(115, 7);
    expect(dog.blameSleep(gone)).toMatchObject(lost);
    idle(10, 7);
    expect(dog.blameSleep(gone)).toBe(gone);
    expect(explain(new PiKeepError('LOST_IN_SLEEP', lost.facts)).title).toBe(
      'The computer slept, and the card was gone when it woke',
    );
  });

  it('before a timer has noticed the sleep was, too; but nothing else that fails was', () => {
    const { clock, dog } = watch();
    clock.pass(5);
    dog.stop();
    clock.jump(600);
    expect(dog.blameSleep(gone)).toMatchObject(lost);
    const stalled = { name: 'x', seconds: 600 };
    const reader = new PiKeepError('STALLED', { who: 'reader', ...stalled });
    const file = new PiKeepError('STALLED', { who: 'file', ...stalled });
    const full = new PiKeepError('DESTINATION_FULL', { path: '/a' });
    expect(dog.blameSleep(reader)).toMatchObject({ code: 'LOST_IN_SLEEP' });
    expect(dog.blameSleep(file)).toBe(file);
    expect(dog.blameSleep(full)).toBe(full);
  });
});

describe('a reader that was given up', () => {
  it('was not lost in sleep, although ending what hangs takes a while', () => {
    const { dog, idle, ended } = watch();
    idle(601, 7);
    const [error] = ended;
    if (!error) throw new Error('it was not ended');
    idle(20, 7);
    expect(dog.blameSleep(error)).toBe(error);
    expect(ended).toHaveLength(1);
  });
});

describe('a worker that says nothing', () => {
  it('is ended after a minute, in every phase', () => {
    const { clock, ended } = watch();
    clock.pass(59);
    expect(ended).toEqual([]);
    clock.pass(1);
    expect(ended).toMatchObject([{ facts: { who: 'worker', name: 'disk4', seconds: 60 } }]);
  });

  it('is not while its owner was asleep too', () => {
    const { clock, ended } = watch();
    clock.pass(55);
    clock.jump(600);
    clock.pass(59);
    expect(ended).toEqual([]);
  });
});

describe('the limits', () => {
  it('are fifteen seconds, ten minutes and one minute, if nothing else is asked for', () => {
    expect(stallLimits({})).toEqual(limits);
    for (const odd of ['', '0', '-4', '1.5', 'soon', '1e9']) {
      expect(stallLimits({ PIKEEP_STALL_SECONDS: odd })).toEqual(limits);
    }
  });

  it('can be set for trying out what happens', () => {
    expect(stallLimits({ PIKEEP_STALL_SECONDS: '6' })).toEqual({ tell: 3, end: 6, silence: 15 });
  });
});
