import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTool, needsTools } from './tools.ts';

const root = resolve(import.meta.dirname, '../..');

describe('findTool', () => {
  it('finds a program by its absolute path', () => {
    expect(findTool('sh')).toMatch(/^\/.*\/sh$/);
    expect(needsTools('sh')).toBe(false);
  });

  it('answers null for a program that is not there', () => {
    expect(findTool('no-such-program-here')).toBeNull();
  });
});

describe('a test run in which something is missing', () => {
  // A run of its own in a scratch folder inside the checkout, so that `vitest` is found.
  let folder: string;
  beforeEach(() => {
    mkdirSync(join(root, 'test-results'), { recursive: true });
    folder = mkdtempSync(join(root, 'test-results', 'skips-'));
    writeFileSync(
      join(folder, 'x.test.ts'),
      [
        "import { describe, expect, it } from 'vitest';",
        "import { needsTools } from '../../test/support/tools.ts';",
        "describe.skipIf(needsTools('no-such-program-here'))('x', () => { it('is', () => expect(1).toBe(1)); });",
        "it('runs', () => expect(1).toBe(1));",
      ].join('\n'),
    );
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function runVitest(require: '0' | '1'): { status: number; output: string } {
    const config = join(folder, 'vitest.config.ts');
    writeFileSync(
      config,
      [
        "import { SummaryReporter } from '../../test/support/summary-reporter.ts';",
        `export default { root: ${JSON.stringify(folder)}, test: { reporters: [new SummaryReporter()] } };`,
      ].join('\n'),
    );
    const env = {
      ...process.env,
      PIKEEP_REQUIRE_TOOLS: require,
      PIKEEP_SKIP_NOTES: join(tmpdir(), `pikeep-skips-of-test-${process.pid}`),
    };
    try {
      const args = [join(root, 'node_modules/vitest/dist/cli.js'), 'run', '--config', config];
      return {
        status: 0,
        output: execFileSync(process.execPath, args, { env, encoding: 'utf8', stdio: 'pipe' }),
      };
    } catch (error) {
      const { status, stdout, stderr } = error as {
        status: number;
        stdout: string;
        stderr: string;
      };
      return { status, output: `${stdout}${stderr}` };
    }
  }

  it('says at the end what was skipped and why, and counts', () => {
    const { status, output } = runVitest('0');
    expect(output).toContain('!!!   program not installed: no-such-program-here');
    expect(output).toMatch(/^1 passed, 0 failed, 1 skipped$/m);
    expect(status).toBe(0);
  });

  it('fails when nothing may be missing', () => {
    const { status, output } = runVitest('1');
    expect(output).toMatch(/^0 passed, [1-9]\d* failed, 0 skipped$/m);
    expect(status).toBe(1);
  });
});
