/** The workflows run only what is here, with actions of exactly one content, and with no more rights than they need. */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const workflows = globSync('.github/workflows/*.yml', { cwd: root });
const scripts: Record<string, string> = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
).scripts;

const all = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? '');

it('there are workflows', () => {
  expect(workflows.length).toBeGreaterThanOrEqual(2);
});

describe.each(workflows)('%s', (workflow) => {
  const text = readFileSync(join(root, workflow), 'utf8');

  it('pins every action to a commit, with the version beside it', () => {
    const uses = all(text, /^\s*-? *uses: *(.+)$/gm);
    expect(uses.length).toBeGreaterThan(0);
    const loose = uses.filter((use) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(use));
    expect(loose).toEqual([]);
  });

  it('gives no rights but reading to any job', () => {
    expect(text).toMatch(/^permissions: \{\}$/m);
    const jobs = text.slice(text.indexOf('\njobs:\n'));
    const names = all(jobs, /^ {2}([\w-]+):$/gm);
    const rights = all(jobs, /^ {4}permissions:\n((?: {6}.+\n)+)/gm);
    expect(rights).toHaveLength(names.length);
    expect(new Set(rights)).toEqual(new Set(['      contents: read\n']));
    expect(all(text, /(persist-credentials: false)/g)).toHaveLength(
      all(text, /(uses: actions\/checkout@)/g).length,
    );
  });

  it('runs only what is here', () => {
    const named = all(text, /npm run ([\w:-]+)/g);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const files = all(text, /((?:scripts|\.ci)\/[\w./-]+)/g);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('puts nothing that others wrote into a command', () => {
    expect(all(text, /\$\{\{ *(github\.event[^}]*)\}\}/g)).toEqual([]);
  });
});
