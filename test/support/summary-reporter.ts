/** The last lines of a test run: what was skipped for want of a tool, loudly, and one line with the counts. */

import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import { SKIP_NOTES } from './tools.ts';

export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 };
    for (const module of modules) {
      // A file that does not load has no tests to count, yet it is a failure.
      counts.failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state === 'pending' ? 'failed' : state] += 1;
      }
    }
    const lines = [
      ...skipNotes(),
      `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
    ];
    process.stdout.write(`\n${lines.join('\n')}\n`);
  }
}

/** One line a reason, with the test files it concerns. */
function skipNotes(): string[] {
  const file = process.env[SKIP_NOTES];
  if (!file || !existsSync(file)) return [];
  const testsByReason = new Map<string, Set<string>>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [reason, test] = line.split('\t');
    if (!reason || !test) continue;
    testsByReason.set(reason, (testsByReason.get(reason) ?? new Set()).add(test));
  }
  rmSync(file);
  if (testsByReason.size === 0) return [];
  return [
    '!!! NOT EVERYTHING WAS TESTED HERE. Skipped, because this machine lacks something:',
    ...[...testsByReason].map(([reason, tests]) => `!!!   ${reason}  (${[...tests].join(', ')})`),
    '!!! scripts/install-test-tools installs the programs on Debian.',
    '',
  ];
}
