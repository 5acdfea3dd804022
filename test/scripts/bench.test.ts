import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { pssOfTree } from '../../scripts/bench/memory.ts';
import { isReached, table } from '../../scripts/bench/report.ts';
import { limit, median, ratio } from '../../scripts/bench/row.ts';
import { timedRun } from '../../scripts/bench/timed-run.ts';
import { needsSystem } from '../support/tools.ts';

const MEGABYTE = 1_000_000;

describe('the figures of the benchmark', () => {
  it('are ratios of medians, so that one slow run decides nothing', () => {
    expect(median([9, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
    const result = ratio('backup', 'dd', 1.05, [10, 10.4, 99], [10, 10, 10]);
    expect(result.figure).toBeCloseTo(1.04);
    expect(isReached(result)).toBe(true);
  });

  it('count the worst run for a limit', () => {
    expect(isReached(limit('memory', 250, [100, 251, 100]))).toBe(false);
    expect(isReached(limit('memory', 250, [100, 249, 100]))).toBe(true);
  });

  it('say in the table which row missed', () => {
    const lines = table([
      ratio('backup', 'dd', 1.05, [11], [10]),
      limit('memory', 250, [100]),
    ]).split('\n');
    expect(lines[2]).toMatch(/^backup +dd +11\.0 s +10\.0 s +1\.100 +≤ 1\.050 +MISSED$/);
    expect(lines[3]).toMatch(/^memory +— +100\.0 MB +— +100 MB +≤ 250 MB +reached$/);
  });
});

describe.skipIf(needsSystem('linux'))('the memory of a benchmark run', () => {
  it('counts a child of the process too, each page once', async () => {
    const hold = `
      const { spawn } = require('node:child_process');
      const held = Buffer.alloc(60e6, 1);
      if (process.argv[1] === 'parent') spawn(process.execPath, ['-e', process.env.HOLD], { stdio: 'inherit', env: process.env });
      else process.stdout.write('both hold ' + held.length);
      setInterval(() => held[0], 1e6);`;
    const parent = spawn(process.execPath, ['-e', hold, 'parent'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, HOLD: hold },
      detached: true,
    });
    try {
      await once(parent.stdout, 'data');
      const bytes = pssOfTree(parent.pid ?? 0);
      expect(bytes).toBeGreaterThan(120 * MEGABYTE);
      expect(bytes).toBeLessThan(120 * MEGABYTE + 200 * MEGABYTE);
    } finally {
      // The group of its own: the parent and the child that it started.
      if (parent.pid) process.kill(-parent.pid, 'SIGKILL');
    }
  });

  it('is the peak, measured while the program runs', async () => {
    const program =
      'const held = Buffer.alloc(80e6, 1); setTimeout(() => console.log(held.length), 400)';
    const run = await timedRun([process.execPath, '-e', program]);
    expect(run.stdout).toBe('80000000\n');
    expect(run.peakBytes).toBeGreaterThan(80 * MEGABYTE);
    expect(run.seconds).toBeGreaterThan(0.4);
  });

  it('is no figure when the program failed', async () => {
    await expect(timedRun([process.execPath, '-e', 'process.exit(3)'])).rejects.toThrow(
      'ended with 3',
    );
  });
});
