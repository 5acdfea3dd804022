import { describe, expect, it } from 'vitest';
import { Caretaker, DECIDING_MS } from '../../src/desk/caretaker.ts';
import type { DeskEvent } from '../../src/desk/event.ts';
import { type DeskInput, type DeskState, emptyState } from '../../src/desk/state.ts';
import { step } from '../../src/desk/step.ts';
import type { Disk } from '../../src/engine/disk.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import type { PiPreferences } from '../../src/library/pi-preferences.ts';
import type { Reminded } from '../../src/library/reminder-log.ts';
import type { Power } from '../../src/platform/ports.ts';
import { context, piCard } from './cards.ts';
import { Hands } from './hands.ts';
import { settings } from './lives.ts';
import { backupOf, libraryOf } from './restores.ts';

const NOW = Date.parse('2026-11-22T18:00:00.000Z');
const DAY = 24 * 3600_000;
const MINUTE = 60_000;

/** A desk without its effects: what would be begun is written down. */
class Rig {
  readonly clock = new Hands(NOW);
  readonly events: DeskEvent[] = [];
  readonly cancelled: string[] = [];
  readonly checked: string[] = [];
  readonly written: Reminded[] = [];
  readonly begun: string[] = [];
  power: Power = { source: 'mains', load: 0 };
  state: DeskState = emptyState(settings);
  #caretaker: Caretaker | null = null;

  static async start(reminded: Reminded = {}): Promise<Rig> {
    const rig = new Rig();
    rig.#caretaker = new Caretaker({
      clock: rig.clock,
      log: {
        read: async () => reminded,
        write: async (next) => {
          rig.written.push(next);
        },
      },
      state: () => rig.state,
      apply: (input) => rig.apply(input),
      backUp: (seen, pi) => {
        rig.begun.push(pi);
        rig.apply({ input: 'started', card: seen.key, order: { kind: 'backup', byItself: pi } });
      },
      cancel: (job) => rig.cancelled.push(job),
      check: (image) => {
        rig.checked.push(image);
        const order = { kind: 'check', image, title: 'octopi', isScheduled: true } as const;
        rig.apply({ input: 'errand-added', order });
        rig.apply({ input: 'errand-begun', errand: rig.state.errands.at(-1)?.id ?? '' });
      },
      cancelCheck: (errand) => {
        rig.cancelled.push(errand);
        rig.apply({ input: 'errand-failed', errand, error: new PiKeepError('INTERRUPTED', {}) });
      },
      power: async () => rig.power,
    });
    await Promise.resolve();
    await Promise.resolve();
    return rig;
  }

  get waiting(): Caretaker['waiting'] {
    return this.#caretaker?.waiting ?? null;
  }

  /** Every answer that is on its way has come then. */
  async pass(milliseconds: number): Promise<void> {
    this.clock.pass(milliseconds);
    await new Promise(setImmediate);
  }

  apply(input: DeskInput): void {
    const { state, events } = step(this.state, input);
    if (state === this.state) return;
    this.state = state;
    this.events.push(...events);
    this.#caretaker?.follow();
  }

  /** What the desk does at each look at the disks. */
  list(...disks: readonly Disk[]): void {
    this.apply({ input: 'ticked', now: this.clock.wall() });
    this.apply({ input: 'listed', disks, context });
  }

  know(days: number, change: Partial<PiPreferences>): void {
    const at = new Date(NOW - days * DAY).toISOString();
    this.apply(libraryOf([backupOf(piCard('sdb'), { at, finishedAt: at })], change));
  }

  told(happened: DeskEvent['happened']): DeskEvent[] {
    return this.events.filter((event) => event.happened === happened);
  }
}

describe('a card that is backed up by itself', () => {
  const wish = { handsFree: true };

  it('begins once for each insertion, and not for a card that was there before', async () => {
    const rig = await Rig.start();
    rig.know(3, wish);
    rig.list(piCard('sda'));
    expect(rig.begun).toEqual([]);
    rig.list();
    rig.list(piCard('sdb'));
    expect(rig.begun).toHaveLength(1);
    const [job] = rig.state.jobs;
    expect(job?.byItself).toBe(rig.state.shelf.pis[0]?.pi.key);
    rig.apply({
      input: 'failed',
      job: job?.id ?? '',
      error: new PiKeepError('DEVICE_GONE', { path: '/dev/sdb' }),
    });
    rig.list(piCard('sdb'));
    rig.know(4, wish);
    rig.list(piCard('sdb'));
    expect(rig.begun).toHaveLength(1);
    rig.list();
    rig.list(piCard('sdb'));
    expect(rig.begun).toHaveLength(2);
  });

  it('waits for the library and for what the system reads of the card, but not for long', async () => {
    const soon = await Rig.start();
    soon.list();
    soon.list(piCard('sdb', { partitions: [], tableId: null }));
    soon.clock.pass(DECIDING_MS - 1000);
    soon.list(piCard('sdb'));
    expect(soon.begun).toEqual([]);
    soon.know(3, wish);
    expect(soon.begun).toHaveLength(1);

    const late = await Rig.start();
    late.list();
    late.list(piCard('sdb'));
    late.clock.pass(DECIDING_MS);
    late.know(3, wish);
    expect(late.begun).toEqual([]);
  });

  it('does not begin for a card the user has done something with, nor when it is wanted later', async () => {
    const rig = await Rig.start();
    rig.know(3, {});
    rig.list();
    rig.list(piCard('sdb'));
    rig.know(3, wish);
    expect(rig.begun).toEqual([]);
  });

  it('becomes a reminder when the dialog is refused, and asks nothing again', async () => {
    const rig = await Rig.start();
    rig.know(3, wish);
    rig.list();
    rig.list(piCard('sdb'));
    const error = new PiKeepError('DIALOG_CANCELLED', { door: 'authopen' });
    rig.apply({ input: 'failed', job: rig.state.jobs[0]?.id ?? '', error });
    expect(rig.told('hands-free-refused')).toHaveLength(1);
    expect(rig.told('job-failed')).toEqual([]);
    rig.list(piCard('sdb'));
    rig.know(5, wish);
    expect(rig.begun).toHaveLength(1);
  });

  it('gives up a dialog that nobody answers, and says so once', async () => {
    const rig = await Rig.start();
    rig.know(3, wish);
    rig.list();
    rig.list(piCard('sdb'));
    const job = rig.state.jobs[0]?.id ?? '';
    rig.clock.pass(3 * MINUTE);
    expect(rig.cancelled).toEqual([job]);
    expect(rig.told('hands-free-refused')).toHaveLength(1);
    rig.apply({ input: 'failed', job, error: new PiKeepError('INTERRUPTED', {}) });
    rig.clock.pass(DAY);
    expect(rig.told('hands-free-refused')).toHaveLength(1);
    expect(rig.cancelled).toEqual([job]);
  });

  it('lets a backup go on that has been opened by then', async () => {
    const rig = await Rig.start();
    rig.know(3, wish);
    rig.list();
    rig.list(piCard('sdb'));
    const progress = {
      phase: 'copying',
      bytes: 1,
      total: 9,
      bytesPerSecond: null,
      secondsLeft: null,
    } as const;
    rig.apply({ input: 'progressed', job: rig.state.jobs[0]?.id ?? '', progress });
    rig.clock.pass(3 * MINUTE);
    expect(rig.cancelled).toEqual([]);
    expect(rig.told('hands-free-refused')).toEqual([]);
  });
});

describe('what is due', () => {
  it('reminds once a day, in words, and keeps in mind that it did', async () => {
    const rig = await Rig.start();
    rig.know(47, { remindDays: 30 });
    rig.clock.pass(MINUTE);
    expect(rig.told('reminder')).toEqual([
      expect.objectContaining({ title: 'octopi', last: 'octopi was last backed up 47 days ago.' }),
    ]);
    rig.clock.pass(DAY - 20 * MINUTE);
    expect(rig.told('reminder')).toHaveLength(1);
    rig.clock.pass(30 * MINUTE);
    expect(rig.told('reminder')).toHaveLength(2);
    await expect.poll(() => rig.written).toHaveLength(2);
    const again = await Rig.start(rig.written[0]);
    again.know(47, { remindDays: 30 });
    again.clock.pass(MINUTE);
    expect(again.told('reminder')).toEqual([]);
  });

  it('says nothing while the library cannot be reached', async () => {
    const rig = await Rig.start();
    rig.know(47, { remindDays: 30 });
    rig.apply({ input: 'library', look: { ...libraryOf([]).look, is: 'unreachable' } });
    rig.clock.pass(DAY);
    expect(rig.told('reminder')).toEqual([]);
  });

  it('is checked when there is mains and not much to do, and says what it waits for', async () => {
    const rig = await Rig.start();
    rig.know(47, { verifyEveryDays: 30 });
    const image = rig.state.shelf.pis[0]?.pi.backups[0]?.path;
    for (const [power, why] of [
      [{ source: 'battery', load: 0 }, 'battery'],
      [{ source: 'mains', load: 0.9 }, 'load'],
    ] as const) {
      rig.power = power;
      await rig.pass(10 * MINUTE);
      expect(rig.waiting).toEqual({ image, why });
    }
    expect(rig.checked).toEqual([]);
    rig.power = { source: 'unknown', load: 0.5 };
    await rig.pass(10 * MINUTE);
    expect(rig.checked).toEqual([image]);
    expect(rig.waiting).toBeNull();
    // Unplugged in the middle: it stands back, and goes on at the socket the same day.
    rig.power = { source: 'battery', load: 0 };
    await rig.pass(10 * MINUTE);
    expect(rig.cancelled).toEqual(['errand-1']);
    await rig.pass(10 * MINUTE);
    expect(rig.waiting).toEqual({ image, why: 'battery' });
    rig.power = { source: 'mains', load: 0 };
    await rig.pass(10 * MINUTE);
    expect(rig.checked).toEqual([image, image]);
  });

  it('gives way to a backup that begins meanwhile', async () => {
    const rig = await Rig.start();
    rig.list();
    rig.know(47, { verifyEveryDays: 30 });
    await rig.pass(10 * MINUTE);
    expect(rig.checked).toHaveLength(1);
    rig.list(piCard('sdb'));
    rig.apply({ input: 'started', card: rig.state.disks[0]?.key ?? '', order: { kind: 'backup' } });
    expect(rig.cancelled).toEqual(['errand-1']);
    await rig.pass(10 * MINUTE);
    expect(rig.waiting).toMatchObject({ why: 'work' });
    const job = rig.state.jobs[0]?.id ?? '';
    rig.apply({ input: 'failed', job, error: new PiKeepError('INTERRUPTED', {}) });
    await rig.pass(10 * MINUTE);
    expect(rig.checked).toHaveLength(2);
  });

  it('is checked when nothing else works, one at a time', async () => {
    const rig = await Rig.start();
    rig.list();
    rig.know(47, { verifyEveryDays: 30 });
    rig.list(piCard('sdb'));
    const card = rig.state.disks[0]?.key ?? '';
    rig.apply({ input: 'started', card, order: { kind: 'backup' } });
    await rig.pass(30 * MINUTE);
    expect(rig.checked).toEqual([]);
    rig.apply({
      input: 'failed',
      job: rig.state.jobs[0]?.id ?? '',
      error: new PiKeepError('INTERRUPTED', {}),
    });
    await rig.pass(30 * MINUTE);
    expect(rig.checked).toHaveLength(1);
    rig.apply({
      input: 'errand-failed',
      errand: 'errand-1',
      error: new PiKeepError('INTERRUPTED', {}),
    });
    await rig.pass(DAY / 2);
    expect(rig.checked).toHaveLength(1);
    await rig.pass(DAY);
    expect(rig.checked).toHaveLength(2);
  });
});
