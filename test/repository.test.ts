/** What has to be true of the repository itself, so that a fresh clone works for somebody else. */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../src/version.ts';

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const packageJson: {
  version: string;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
} = JSON.parse(read('package.json'));
const documents = globSync(['*.md', '{src,test,docs,scripts}/**/*.md'], { cwd: root });

describe('package.json', () => {
  it('has the version that the program names', () => {
    expect(VERSION).toBe(packageJson.version);
  });

  it('names every dependency with one exact version', () => {
    const all = { ...packageJson.dependencies, ...packageJson.devDependencies };
    const loose = Object.entries(all).filter(
      ([, version]) => !/(^|@)\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );
    expect(loose).toEqual([]);
  });
});

describe('package-lock.json', () => {
  interface LockedPackage {
    resolved?: string;
    optionalDependencies?: Record<string, string>;
  }
  const packages: Record<string, LockedPackage> = JSON.parse(read('package-lock.json')).packages;

  it('names no registry, so that everybody installs from their own', () => {
    const addresses = Object.values(packages).flatMap(({ resolved }) => resolved ?? []);
    expect(addresses).toEqual([]);
  });

  it('has the optional packages of every platform, not only of the one it was written on', () => {
    const wanted = Object.values(packages).flatMap((one) =>
      Object.keys(one.optionalDependencies ?? {}),
    );
    expect(wanted).toContain('@biomejs/cli-darwin-arm64');
    expect(wanted.filter((name) => !packages[`node_modules/${name}`])).toEqual([]);
  });
});

describe('the documents', () => {
  it.each(documents)('%s links only to files that exist', (document) => {
    const links = [...read(document).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(
      (match) => match[1] ?? '',
    );
    const local = links.filter((link) => !/^[a-z]+:/.test(link));
    const missing = local.filter((link) => !existsSync(join(root, dirname(document), link)));
    expect(missing).toEqual([]);
  });

  it.each(documents)('%s names only npm scripts that exist', (document) => {
    const named = [...read(document).matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] ?? '');
    expect(named.filter((name) => !(name in packageJson.scripts))).toEqual([]);
  });
});
