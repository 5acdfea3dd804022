import { describe, expect, it } from 'vitest';
import { JsonPrinter } from '../../src/cli/json-printer.ts';
import type { Output } from '../../src/cli/output.ts';
import { plainJson, plainText } from '../../src/cli/plain-text.ts';
import { progressLine } from '../../src/cli/progress-line.ts';
import { TextPrinter } from '../../src/cli/text-printer.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import type { Plan, Progress } from '../../src/worker/progress.ts';

class Paper implements Output {
  readonly isTerminal: boolean;
  readonly columns = 100;
  text = '';

  constructor(isTerminal = false) {
    this.isTerminal = isTerminal;
  }

  write(text: string): void {
    this.text += text;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  onClosed(): void {}
}

function at(bytes: number, phase: Progress['phase'] = 'copying'): Progress {
  return { phase, bytes, total: 1000, bytesPerSecond: 90_800_000, secondsLeft: 70 };
}

const plan: Plan = {
  bytes: 64e9,
  readBytes: 6.1e9,
  wholeCard: false,
  partitions: [
    {
      index: 2,
      offset: 0,
      bytes: 64e9,
      label: null,
      fileSystem: 'ext',
      usedBytes: 6e9,
      strategy: 'used',
      reason: null,
      journal: 'clean',
    },
  ],
  cells: new Array(240).fill(24),
};

function textPrinter(isTerminal: boolean, env: NodeJS.ProcessEnv = {}) {
  const stdout = new Paper(isTerminal);
  const stderr = new Paper(isTerminal);
  let time = 0;
  const printer = new TextPrinter({ stdout, stderr, env, now: () => time });
  const wait = (milliseconds: number): void => {
    time += milliseconds;
  };
  return { printer, stdout, stderr, wait };
}

describe('text for people', () => {
  it('draws progress over and over in one line of a terminal, but not faster than the eye', () => {
    const { printer, stderr, wait } = textPrinter(true);
    printer.progress(at(0));
    printer.progress(at(10));
    wait(100);
    printer.progress(at(250));
    printer.done({ facts: {}, lines: ['Done.'] });
    expect(stderr.text.match(/\r/g)).toHaveLength(2);
    expect(stderr.text).toContain('Copying  [#####...............]  25%');
    expect(stderr.text.endsWith('\n')).toBe(true);
  });

  it('prints a line at every tenth where there is no terminal', () => {
    const { printer, stderr } = textPrinter(false);
    for (let bytes = 0; bytes <= 1000; bytes += 5) printer.progress(at(bytes));
    expect(stderr.text.split('\n')).toHaveLength(12);
    expect(stderr.text).not.toContain('\r');
    expect(stderr.text).not.toContain('\u001b');
  });

  it('keeps results on stdout apart from progress, warnings and failures on stderr', () => {
    const { printer, stdout, stderr } = textPrinter(false);
    printer.start({ facts: {}, lines: ['Beginning'] });
    printer.progress(at(10));
    printer.warning('X', 'Careful.');
    printer.done({ facts: {}, lines: ['All good.'] });
    printer.error(new PiKeepError('DEVICE_GONE', { path: '/dev/sdb' }));
    expect(stdout.text).toBe('All good.\n');
    expect(stderr.text).toContain('Careful.');
    expect(stderr.text).toContain('The card is gone. /dev/sdb is no longer there');
    expect(stderr.text).toContain('Put the card back');
  });

  it('says what will be read and what is left out, on stderr, between opening and copying', () => {
    for (const isTerminal of [true, false]) {
      const { printer, stdout, stderr } = textPrinter(isTerminal);
      printer.progress(at(0, 'opening'));
      printer.plan(plan);
      printer.progress(at(0));
      expect(stdout.text).toBe('');
      expect(stderr.text).toContain('\nReading 6.1 of 64 GB (used blocks); 57.9 GB proven free\n');
    }
  });

  it('says why more is read than is used', () => {
    const [partition] = plan.partitions;
    if (!partition) throw new Error('no partition');
    const whole = {
      ...partition,
      strategy: 'whole',
      reason: 'PiKeep does not read \u001b',
    } as const;
    const { printer, stderr } = textPrinter(false);
    printer.plan({ ...plan, readBytes: 64e9, partitions: [whole] });
    expect(stderr.text).toBe(
      'Reading all 64 GB\nPartition 2 is copied whole: PiKeep does not read \ufffd\n',
    );
    const asked = textPrinter(false);
    asked.printer.plan({ ...plan, readBytes: 64e9, wholeCard: true, partitions: [whole] });
    expect(asked.stderr.text).toBe('Reading the whole card, as asked: 64 GB\n');
  });

  it('does not begin a phase again after a warning in the middle of it', () => {
    const { printer, stderr } = textPrinter(false);
    printer.progress(at(0, 'opening'));
    printer.warning('X', 'Careful.');
    printer.progress(at(0, 'opening'));
    expect(stderr.text.match(/Opening/g)).toHaveLength(1);
  });

  it('draws a line for each of several disks, and begins anew below what is said between', () => {
    const { printer, stderr, wait } = textPrinter(true);
    printer.start({ facts: {}, lines: [], isParallel: true });
    printer.progress(at(0, 'checking'), { disk: 'sdb' });
    printer.progress(at(0, 'checking'), { disk: 'sdc' });
    wait(100);
    stderr.text = '';
    printer.progress(at(250, 'writing'), { disk: 'sdb' });
    expect(stderr.text).toMatch(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it is how a line is drawn over.
      /^\r\u001b\[1A\u001b\[Ksdb: Writing .*\n\u001b\[Ksdc: Checking the image [^\n]*$/,
    );
    stderr.text = '';
    printer.warning('X', 'Careful.', { disk: 'sdc' });
    printer.progress(at(500, 'writing'), { disk: 'sdc' });
    expect(stderr.text).toMatch(/^\n.*sdc: Careful\.\n\r[^\n]*sdc: Writing[^\n]*$/);
  });

  it('prints steps of several disks with their names, each at its own pace', () => {
    const { printer, stderr } = textPrinter(false);
    printer.start({ facts: {}, lines: [], isParallel: true });
    for (let bytes = 0; bytes <= 1000; bytes += 50) {
      printer.progress(at(bytes, 'writing'), { disk: 'sdb' });
      printer.progress(at(bytes / 2, 'writing'), { disk: 'sdc' });
    }
    expect(stderr.text.match(/^sdb: Writing/gm)).toHaveLength(11);
    expect(stderr.text.match(/^sdc: Writing/gm)).toHaveLength(6);
  });

  it.each([
    ['a terminal', true, {}, true],
    ['NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
    ['a pipe', false, {}, false],
  ])('%s decides about colour', (_what, isTerminal, env, coloured) => {
    const { printer, stderr } = textPrinter(isTerminal, env);
    printer.error(new PiKeepError('INTERRUPTED', {}));
    expect(stderr.text.includes('\u001b[31m')).toBe(coloured);
  });

  it('lets no text from a card steer the terminal', () => {
    const { printer, stdout, stderr } = textPrinter(true, { NO_COLOR: '1' });
    const nasty = 'a\u001b[2Jb\rc\u202ed\u0007';
    printer.start({ facts: {}, lines: [nasty] });
    printer.happened('x', { facts: {}, lines: [nasty] });
    printer.done({ facts: {}, lines: [nasty] });
    printer.warning('X', nasty);
    printer.error(new PiKeepError('NO_SUCH_DISK', { disk: nasty }));
    for (const text of [stdout.text, stderr.text]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
      expect(text).not.toMatch(/[\u001b\r\u202e\u0007]/);
    }
    expect(plainText('Ünïcödé 日本 ok')).toBe('Ünïcödé 日本 ok');
    expect(plainText('two\n\tlines')).toBe('two lines');
  });

  it('lets none steer it through JSON either, which means the same', () => {
    const nasty = { 'a\u009b2J': 'b\u001b[2J\u202e\u007f \u2028 ü "quoted" \\' };
    const json = plainJson(nasty);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(json).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
    expect(JSON.parse(json)).toEqual(nasty);
  });
});

describe('the progress line', () => {
  it('never reaches the edge of the terminal', () => {
    for (const columns of [1, 20, 40, 69, 70, 200]) {
      expect(progressLine(at(500), columns).length).toBeLessThan(Math.max(2, columns));
    }
  });

  it('leaves out what is not known', () => {
    const line = progressLine(
      { phase: 'opening', bytes: 0, total: 0, bytesPerSecond: null, secondsLeft: null },
      100,
    );
    expect(line).toBe('Opening the card');
  });
});

describe('JSON for scripts', () => {
  it('prints the first and the last progress of a phase, and few between', () => {
    const stdout = new Paper();
    let time = 0;
    const printer = new JsonPrinter({ stdout, now: () => time });
    for (let bytes = 0; bytes <= 1000; bytes++) {
      printer.progress(at(bytes));
      time += 1;
    }
    const lines = stdout.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Progress);
    expect(lines.map(({ bytes }) => bytes)).toEqual([0, 500, 1000]);
  });

  it('counts the phases of each disk by themselves', () => {
    const stdout = new Paper();
    const printer = new JsonPrinter({ stdout, now: () => 0 });
    for (const bytes of [0, 10, 20]) {
      printer.progress(at(bytes, 'writing'), { disk: 'sdb' });
      printer.progress(at(bytes, 'proving'), { disk: 'sdc' });
    }
    const disks = stdout.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).disk as string);
    expect(disks).toEqual(['sdb', 'sdc']);
  });

  it('gives the plan as it is', () => {
    const stdout = new Paper();
    new JsonPrinter({ stdout, now: () => 0 }).plan(plan, { disk: 'sdb' });
    expect(JSON.parse(stdout.text)).toEqual({ event: 'plan', disk: 'sdb', ...plan });
  });

  it('gives errors with their words and facts', () => {
    const stdout = new Paper();
    new JsonPrinter({ stdout, now: () => 0 }).error(new PiKeepError('NO_SUCH_DISK', { disk: 'x' }));
    expect(JSON.parse(stdout.text)).toMatchObject({
      event: 'error',
      code: 'NO_SUCH_DISK',
      message: expect.stringContaining('x'),
      next: expect.stringContaining('pikeep list'),
      facts: { disk: 'x' },
    });
  });
});
