import { describe, expect, it } from 'vitest';
import { chooseAgain, chooseCard } from '../../src/desk/choice.ts';
import type { DeskEvent } from '../../src/desk/event.ts';
import { type DeskInput, type DeskState, emptyState } from '../../src/desk/state.ts';
import { step } from '../../src/desk/step.ts';
import { tilde } from '../../src/desk/view.ts';
import type { Disk } from '../../src/engine/disk.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import type { Progress } from '../../src/worker/progress.ts';
import type { BackupResult } from '../../src/worker/results.ts';
import { someSettings } from '../support/settings.ts';
import { context, piCard, stick, systemDisk } from './cards.ts';

const settings = someSettings();

/** A desk that is told one thing after the other. */
class Told {
  state: DeskState = emptyState(settings);
  readonly events: DeskEvent[] = [];

  tell(input: DeskInput): this {
    const { state, events } = step(this.state, input);
    this.state = state;
    this.events.push(...events);
    return this;
  }

  list(...disks: Disk[]): this {
    return this.tell({ input: 'listed', disks, context });
  }

  start(disk: string): this {
    return this.tell({ input: 'started', card: this.key(disk), order: { kind: 'backup' } });
  }

  key(disk: string): string {
    return this.state.disks.find((seen) => seen.disk.id === disk)?.key ?? 'none';
  }

  get appeared(): string[] {
    return this.events.flatMap((event) =>
      event.happened === 'card-appeared' ? [`${event.kind} ${event.disk}`] : [],
    );
  }
}

const progress: Progress = {
  phase: 'copying',
  bytes: 10,
  total: 20,
  bytesPerSecond: 5,
  secondsLeft: 2,
};

const result: BackupResult = {
  task: 'backup',
  image: '/home/ann/PiKeep/octopi/octopi 2026-11-22 16.40.img',
  manifest: '/home/ann/PiKeep/octopi/octopi 2026-11-22 16.40.img.pikeep.json',
  title: 'octopi',
  bytes: 20,
  storedBytes: 10,
  readBytes: 20,
  seconds: 4,
  verified: 'read-back',
  plainSha256: null,
  unreadable: null,
  checks: [],
  ejected: false,
};

function error(
  code: 'DEVICE_GONE' | 'INTERRUPTED' | 'UNMOUNT_REFUSED' | 'PRIVACY_REFUSED',
): PiKeepError {
  if (code === 'INTERRUPTED') return new PiKeepError(code, {});
  if (code === 'UNMOUNT_REFUSED') return new PiKeepError(code, { disk: 'sdb', holder: null });
  return new PiKeepError(code, { path: '/dev/sdb' });
}

describe('cards that come and go', () => {
  it('are announced once each time they are put in, and not when they were there from the start', () => {
    const desk = new Told().list(piCard('sdb'));
    expect(desk.appeared).toEqual([]);
    desk.list(piCard('sdb'), stick('sdc')).list(piCard('sdb'), stick('sdc'));
    expect(desk.appeared).toEqual(['removable sdc']);
    desk.list(stick('sdc')).list(piCard('sdb'), stick('sdc'));
    expect(desk.appeared).toEqual(['removable sdc', 'pi sdb']);
  });

  it('have another key each time they are put in', () => {
    const desk = new Told().list(piCard('sdb'));
    const first = desk.key('sdb');
    expect(desk.list(piCard('sdb')).key('sdb')).toBe(first);
    expect(desk.list().list(piCard('sdb')).key('sdb')).not.toBe(first);
  });

  it('keep their key while the system finds out more about them, and are announced as a Pi’s when they turn out to be', () => {
    const blank = piCard('sdb', { partitions: [], tableId: null });
    const desk = new Told().list().list(blank);
    const first = desk.key('sdb');
    desk.list(piCard('sdb')).list(piCard('sdb'));
    expect(desk.key('sdb')).toBe(first);
    expect(desk.appeared).toEqual(['removable sdb', 'pi sdb']);
  });

  it.each([
    ['size', { bytes: 16 * 1024 * 1024 }],
    ['medium', { mediaName: 'Other Reader' }],
    ['disk signature', { tableId: '00000001' }],
    ['partitions', { partitions: piCard('sdb').partitions.slice(0, 1) }],
    [
      'FAT serial number',
      { partitions: piCard('sdb').partitions.map((part) => ({ ...part, uuid: '0000-0001' })) },
    ],
  ])('are new cards when their %s is another, even without a gap between them', (_what, facts) => {
    const desk = new Told().list(piCard('sdb'));
    const first = desk.key('sdb');
    desk.list(piCard('sdb', facts));
    expect(desk.key('sdb')).not.toBe(first);
    expect(desk.appeared).toHaveLength(1);
  });

  it('are not announced when they may not be offered', () => {
    expect(new Told().list().list(systemDisk('sda')).appeared).toEqual([]);
  });

  it('are still the same after a time in which no disks could be listed', () => {
    const desk = new Told().list().list(piCard('sdb'));
    const failure = new PiKeepError('TOOL_MISSING', { tool: 'lsblk' });
    desk.tell({ input: 'unlistable', error: failure });
    expect(desk.state.trouble?.code).toBe('TOOL_MISSING');
    desk.list(piCard('sdb'));
    expect(desk.state.trouble).toBeNull();
    expect(desk.appeared).toEqual(['pi sdb']);
  });
});

describe('a job', () => {
  const ready = () => new Told().list(piCard('sdb'));

  it('goes from opening over progress to done, and says so once', () => {
    const desk = ready().start('sdb');
    expect(desk.state.jobs[0]?.state).toMatchObject({ is: 'working', phase: 'opening' });
    desk.tell({ input: 'progressed', job: 'job-1', progress });
    expect(desk.state.jobs[0]?.state).toMatchObject({ phase: 'copying', bytes: 10, total: 20 });
    desk.tell({ input: 'finished', job: 'job-1', result, place: '~/PiKeep/octopi' });
    expect(desk.state.jobs[0]).toMatchObject({ title: 'octopi', state: { is: 'done' } });
    desk.tell({ input: 'finished', job: 'job-1', result, place: '~/PiKeep/octopi' });
    expect(desk.events.map(({ happened }) => happened)).toEqual(['job-done']);
  });

  it('calls a backup incomplete when the card could not be read everywhere', () => {
    const words = '1 file is damaged: /home/pi/x.';
    const unreadable = { ranges: 1, bytes: 512, files: ['/home/pi/x'], moreFiles: 0, words };
    const desk = ready().start('sdb');
    desk.tell({ input: 'finished', job: 'job-1', result: { ...result, unreadable }, place: '~' });
    expect(desk.state.jobs[0]?.state).toMatchObject({ is: 'done', damage: words });
    expect(desk.events[0]).toMatchObject({ happened: 'job-done', isIncomplete: true });
  });

  it.each(['progressed', 'warned', 'cancelling', 'failed'] as const)(
    'that has ended is not changed by a late message: %s',
    (input) => {
      const desk = ready().start('sdb');
      desk.tell({ input: 'finished', job: 'job-1', result, place: '~' });
      const before = desk.state;
      const late = { job: 'job-1', progress, text: 'late', error: error('DEVICE_GONE') };
      desk.tell({ input, ...late } as DeskInput);
      expect(desk.state).toBe(before);
    },
  );

  it('is cancelled, not failed, when it was interrupted, and nobody is notified', () => {
    const desk = ready().start('sdb').tell({ input: 'cancelling', job: 'job-1' });
    expect(desk.state.jobs[0]?.state).toMatchObject({ is: 'working', cancelling: true });
    desk.tell({ input: 'failed', job: 'job-1', error: error('INTERRUPTED'), kept: true });
    expect(desk.state.jobs[0]?.state).toEqual({
      is: 'cancelled',
      card: 'untouched',
      canUndo: false,
      kept: true,
    });
    expect(desk.events).toEqual([]);
  });

  it.each([
    ['UNMOUNT_REFUSED', ['retry', 'force-unmount']],
    ['PRIVACY_REFUSED', ['open-privacy-settings', 'retry']],
    ['DEVICE_GONE', ['retry']],
  ] as const)('that failed with %s offers what helps', (code, actions) => {
    const desk = ready()
      .start('sdb')
      .tell({ input: 'failed', job: 'job-1', error: error(code) });
    expect(desk.state.jobs[0]?.state).toMatchObject({ is: 'failed', problem: { code }, actions });
    expect(desk.events).toMatchObject([{ happened: 'job-failed', code }]);
  });

  it('keeps its outcome after the card has left, until it is dismissed', () => {
    const desk = ready().start('sdb');
    desk.tell({ input: 'failed', job: 'job-1', error: error('DEVICE_GONE') }).list();
    expect(desk.state.jobs).toHaveLength(1);
    desk.tell({ input: 'dismissed', job: 'job-1' });
    expect(desk.state.jobs).toEqual([]);
  });

  it('cannot be dismissed while it works', () => {
    const desk = ready().start('sdb').tell({ input: 'dismissed', job: 'job-1' });
    expect(desk.state.jobs).toHaveLength(1);
  });

  it('takes the place of the outcome before it, on the same card behind whatever id', () => {
    const desk = ready().start('sdb');
    desk.tell({ input: 'failed', job: 'job-1', error: error('DEVICE_GONE') });
    desk.list().list(piCard('sdc')).start('sdc');
    expect(desk.state.jobs.map(({ id }) => id)).toEqual(['job-2']);
  });

  it('is marked when its card is ejected afterwards', () => {
    const desk = ready().start('sdb');
    desk.tell({ input: 'finished', job: 'job-1', result, place: '~' });
    desk.tell({ input: 'ejected', card: desk.key('sdb') });
    expect(desk.state.jobs[0]?.state).toMatchObject({ is: 'done', ejected: true });
  });
});

describe('a command', () => {
  const code = (act: () => unknown): string => {
    try {
      act();
      return 'carried out';
    } catch (thrown) {
      return thrown instanceof PiKeepError ? thrown.code : String(thrown);
    }
  };

  it('finds the card it names', () => {
    const desk = new Told().list(piCard('sdb'));
    expect(chooseCard(desk.state, 'sdb', desk.key('sdb')).disk.id).toBe('sdb');
  });

  it('is refused when another card is there now, naming both', () => {
    const desk = new Told().list(piCard('sdb'));
    const old = desk.key('sdb');
    desk.list(stick('sdb'));
    expect(() => chooseCard(desk.state, 'sdb', old)).toThrow(
      expect.objectContaining({
        code: 'IDENTITY_CHANGED',
        facts: { disk: 'sdb', expected: 'Raspberry Pi card', found: 'Ultra Fit' },
      }),
    );
  });

  it('is refused for the same card put in again, because nobody saw that', () => {
    const desk = new Told().list(piCard('sdb'));
    const old = desk.key('sdb');
    desk.list().list(piCard('sdb'));
    expect(code(() => chooseCard(desk.state, 'sdb', old))).toBe('IDENTITY_CHANGED');
  });

  it('is refused for a disk that is gone, protected, or being backed up', () => {
    const desk = new Told().list(piCard('sdb'), systemDisk('sda'));
    expect(code(() => chooseCard(desk.state, 'sdz', 'x'))).toBe('NO_SUCH_DISK');
    expect(code(() => chooseCard(desk.state, 'sda', desk.key('sda')))).toBe('PROTECTED_DISK');
    desk.start('sdb');
    expect(code(() => chooseCard(desk.state, 'sdb', desk.key('sdb')))).toBe('JOB_EXISTS');
  });

  it('to try again finds the card behind another id, and no other card', () => {
    const desk = new Told().list(piCard('sdb')).start('sdb');
    desk.tell({ input: 'failed', job: 'job-1', error: error('DEVICE_GONE') });
    const job = desk.state.jobs[0];
    if (!job) throw new Error('no job');
    desk.list(stick('sdb'), piCard('sdc'));
    expect(chooseAgain(desk.state, job).disk.id).toBe('sdc');
    desk.list(stick('sdb'));
    expect(code(() => chooseAgain(desk.state, job))).toBe('IDENTITY_CHANGED');
    desk.list();
    expect(code(() => chooseAgain(desk.state, job))).toBe('DEVICE_GONE');
  });
});

describe('the home folder', () => {
  it.each([
    ['/home/ann/PiKeep/octopi', '/home/ann', '~/PiKeep/octopi'],
    ['/home/ann', '/home/ann', '~'],
    ['/home/anna/PiKeep', '/home/ann', '/home/anna/PiKeep'],
    ['/PiKeep', '/', '/PiKeep'],
  ])('of %s is written as ~', (path, home, shown) => {
    expect(tilde(path, home)).toBe(shown);
  });
});
