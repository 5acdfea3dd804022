/** What comes from others: as few as are named, from where everybody gets it, unchanged, and silent while it is installed. */

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const versions = v.optional(v.record(v.string(), v.string()), {});
const lockSchema = v.object({
  packages: v.record(
    v.string(),
    v.object({
      version: v.optional(v.string()),
      resolved: v.optional(v.string()),
      integrity: v.optional(v.string()),
      link: v.optional(v.boolean()),
      optional: v.optional(v.boolean()),
      license: v.optional(v.string()),
      hasInstallScript: v.optional(v.boolean()),
      dependencies: versions,
      optionalDependencies: versions,
    }),
  ),
});
const packageSchema = v.object({
  dependencies: versions,
  devDependencies: versions,
  allowScripts: v.optional(v.record(v.string(), v.boolean()), {}),
});
const own = v.parse(packageSchema, JSON.parse(read('package.json')));
const locks = ['package-lock.json', 'scripts/package/tools/package-lock.json'].map(
  (file) => [file, v.parse(lockSchema, JSON.parse(read(file))).packages] as const,
);

/** The rows of a table of the page: package and licence. */
function rowsBelow(heading: string): [string, string][] {
  const [, section = ''] = read('docs/dependencies.md').split(`\n## ${heading}\n`);
  const rows = (section.split('\n## ')[0] ?? '').matchAll(
    /^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm,
  );
  return [...rows].map(([, name = '', licence = '']) => [name, licence]);
}

describe('docs/dependencies.md', () => {
  it.each([
    ['At run time', own.dependencies],
    ['For development', own.devDependencies],
  ])('names what package.json names, with its licence: %s', (heading, dependencies) => {
    const rows = rowsBelow(heading);
    expect(rows.map(([name]) => name).sort()).toEqual(Object.keys(dependencies).sort());
    const [, packages] = locks[0] ?? [];
    for (const [name, licence] of rows) {
      expect([name, licence]).toEqual([name, packages?.[`node_modules/${name}`]?.license]);
    }
  });
});

describe.each(locks)('%s', (file, packages) => {
  const locked = Object.entries(packages).filter(([place]) => place !== '');

  it('has nothing from git, from a web address, or from outside of the registry', () => {
    const wanted = locked.flatMap(([, one]) => [
      ...Object.values(one.dependencies),
      ...Object.values(one.optionalDependencies),
      one.resolved ?? '',
    ]);
    expect(
      wanted.filter((version) => /^(git|https?|file|github|link):|^[\w-]+\/[\w-]+/.test(version)),
    ).toEqual([]);
    expect(locked.filter(([, { link }]) => link)).toEqual([]);
  });

  it('has the SHA-512 of every package but those of platforms that it was not written on', () => {
    const without = locked.filter(
      ([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''),
    );
    const elsewhere =
      /^node_modules\/@(biomejs\/cli|oxc-parser\/binding)-(android|darwin|freebsd|linux|openharmony|win32)-/;
    expect(without.filter(([place, { optional }]) => !optional || !elsewhere.test(place))).toEqual(
      [],
    );
  });

  it('runs nothing while it is installed but what is allowed to', () => {
    const scripts = locked.filter(([, one]) => one.hasInstallScript).map(([place]) => place);
    const allowed = Object.keys(own.allowScripts).map((name) => `node_modules/${name}`);
    const tools = ['node_modules/electron-winstaller'];
    expect(
      scripts.filter(
        (place) => ![...allowed, ...(file === 'package-lock.json' ? [] : tools)].includes(place),
      ),
    ).toEqual([]);
  });

  it('has a licence for each that may be passed on', () => {
    const free =
      /^\(?(MIT|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|MPL-2\.0|CC0-1\.0|CC-BY-4\.0|Python-2\.0|WTFPL|Unlicense)( (OR|AND) [\w.-]+)*\)?$/;
    expect(
      locked.filter(
        ([, { license, version }]) =>
          version !== undefined && license !== undefined && !free.test(license),
      ),
    ).toEqual([]);
  });
});
