/** What THREATS.md says is proven has a test of that name. */

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const page = readFileSync(join(root, 'THREATS.md'), 'utf8');
const named = [...page.matchAll(/`(test\/[\w./-]+\.test\.ts)` “((?:[^“”]|“[^”]*”)+)”/g)].map(
  ([, file = '', title = '']) => [file, title] as const,
);

it('names a test for every attack in a table', () => {
  const rows = page.split('\n').filter((line) => /^\| (?!attack|---)/.test(line));
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter((row) => !/`test\/[\w./-]+` “/.test(row))).toEqual([]);
  // Nothing that looks like a test is passed over by what reads them here.
  expect(named).toHaveLength(page.split('.test.ts` “').length - 1);
});

it.each(named)('%s has “%s”', (file, title) => {
  expect(existsSync(join(root, file)), file).toBe(true);
  const source = readFileSync(join(root, file), 'utf8').replaceAll("\\'", "'");
  expect(source.includes(title), `${file}: ${title}`).toBe(true);
});
