import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { patience } from './support/patience.ts';
import { SummaryReporter } from './support/summary-reporter.ts';
import { SKIP_NOTES } from './support/tools.ts';

// Debian keeps mke2fs, sfdisk and other judges outside an ordinary user's PATH; needsTools looks there too.
process.env['PATH'] = `${process.env['PATH']}:/usr/local/sbin:/usr/sbin:/sbin`;

// Hundreds of commands and workers are started from the sources: with what Node made of them, each needs half the processor.
process.env['NODE_COMPILE_CACHE'] ??= resolve(import.meta.dirname, '../node_modules/.cache/pikeep');

process.env[SKIP_NOTES] ??= join(tmpdir(), `pikeep-skips-${process.pid}`);

// Restores in tests keep their records apart from those of whoever runs the tests.
process.env['XDG_STATE_HOME'] = join(tmpdir(), 'pikeep-test-state');

if (Number(process.versions.node.split('.')[0]) < 24) {
  throw new Error('The tests need Node 24, which npm ci brought: run them with npm test -- FILES');
}

/** `--mode slow` runs the slow suite (`*.slow.test.ts`) instead of the ordinary one. */
export default defineConfig(({ mode }) => ({
  root: resolve(import.meta.dirname, '..'),
  test: {
    include: mode === 'slow' ? ['test/**/*.slow.test.ts'] : ['test/**/*.test.{ts,tsx}'],
    exclude: mode === 'slow' ? [] : ['test/**/*.slow.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    // Real processes in every file, and the speed of a disk in many: few at a time and patient.
    pool: 'forks',
    maxWorkers: 2,
    fileParallelism: mode !== 'slow',
    testTimeout: mode === 'slow' ? 1_800_000 : 120_000,
    hookTimeout: mode === 'slow' ? 1_800_000 : 120_000,
    // What is waited for is a page or a process on a busy machine: a second, the default, is a race.
    expect: { poll: patience },
    reporters: ['default', new SummaryReporter()],
  },
}));
