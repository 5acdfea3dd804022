/**
 * Every layer rule of biome.json, proven by the real linter: for each place in src a file is written that imports one of
 * everything, and exactly what the table below does not allow there must be reported. The table is the one of
 * src/ARCHITECTURE.md; the rules are allow-lists, so a new folder or package is forbidden until somebody allows it.
 */

import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

const host = [
  ...['language', 'engine', 'platform', 'library', 'worker', 'desk', 'contract'],
  ...['node', 'valibot'],
];

/** Places in src, and what may be imported there besides the place's own folder. */
const allowed: Record<string, readonly string[]> = {
  // Every folder may import it, so it must not open a way around.
  'version.ts': [],
  language: [],
  engine: ['language', 'node:crypto', 'valibot'],
  'engine/image': ['engine', 'language', 'node:crypto', 'valibot'],
  platform: ['engine', 'language', 'node', 'valibot'],
  'platform/index.ts': ['engine', 'helper/door.ts', 'node', 'valibot'],
  'platform/linux': ['platform', 'engine', 'language', 'node', 'valibot'],
  'platform/slot': ['platform', 'engine', 'language', 'node', 'valibot'],
  'platform/macos': ['platform', 'engine', 'node', 'valibot', 'plist', 'koffi'],
  'platform/notify': ['platform', 'engine', 'language', 'node', 'valibot'],
  'platform/notify/node-notifier.ts': ['platform', 'engine', 'node', 'valibot', 'node-notifier'],
  'platform/unpack-xz.ts': ['platform', 'engine', 'node', 'valibot', 'xz-decompress'],
  'platform/unpack-zip.ts': ['platform', 'engine', 'node', 'valibot', 'yauzl'],
  library: ['engine', 'language', 'node', 'valibot'],
  helper: ['engine', 'platform', 'node', 'valibot'],
  'helper/start-linux.ts': ['engine', 'platform', 'node', 'valibot', 'sudo-prompt'],
  worker: ['engine', 'language', 'platform', 'library', 'helper/door.ts', 'node', 'valibot'],
  contract: ['language/languages.ts', 'valibot'],
  desk: [
    'language',
    'engine',
    'contract',
    'library',
    'platform/ports.ts',
    'platform/settings.ts',
    'worker/check-results.ts',
    'worker/file-results.ts',
    'worker/progress.ts',
    'worker/restore-results.ts',
    'worker/results.ts',
    'worker/tasks.ts',
    'worker/run-task.ts',
    'node:crypto',
    'node:events',
    'node:path',
    'node:timers/promises',
    'valibot',
  ],
  panel: ['contract', 'language', 'preact'],
  'panel/card': ['panel', 'contract', 'language', 'preact'],
  preload: ['contract', 'electron'],
  app: [...host, 'electron'],
  'app/panel-window.ts': [...host, 'electron', 'menubar'],
  'app/mac-updater.ts': [...host, 'electron', 'electron-updater'],
  'panel-server': host,
  cli: [...host, 'helper', 'panel-server', 'commander'],
  'cli/commands': ['cli', ...host, 'helper', 'panel-server', 'commander'],
};

const folders = [...new Set(Object.keys(allowed).map((place) => place.split('/')[0] ?? ''))].filter(
  (name) => !name.endsWith('.ts'),
);

/** One of everything that could be imported. Files are meant from src; the rest are packages and Node's modules. */
const files = [
  ...folders.map((folder) => `${folder}/some-file.ts`),
  'engine/image/some-file.ts',
  'platform/macos/some-file.ts',
  'helper/door.ts',
  'language/languages.ts',
  'library/leftovers.ts',
  'panel/parts/some-file.ts',
  'platform/ports.ts',
  'platform/settings.ts',
  'worker/progress.ts',
  'worker/protocol.ts',
  'worker/restore-results.ts',
  'worker/results.ts',
  'worker/tasks.ts',
  'worker/run-task.ts',
  '../test/support/tools.ts',
  '../scripts/build.ts',
];
const packages = [
  ...Object.keys(packageJson().dependencies),
  'electron',
  'electron-updater/out/MacUpdater.js',
  'preact/hooks',
  'playwright-core',
  'some-package-of-tomorrow',
  '@scope/package',
  'node:crypto',
  'node:events',
  'node:path',
  'node:timers/promises',
  'node:fs',
  'node:fs/promises',
  'node:child_process',
  'node:net',
  'fs',
  'child_process',
];

/** As it is written in an import of the file at `from`, both relative to src. */
function specifier(from: string, target: string): string {
  const path = relative(dirname(from), target);
  return path.startsWith('.') ? path : `./${path}`;
}

function isAllowed(place: string, target: string): boolean {
  const own = place.endsWith('.ts') ? dirname(place) : place;
  if (target.startsWith(`${own}/`)) return true;
  return (allowed[place] ?? []).some((entry) => {
    if (entry === 'node')
      return packages.includes(target) && /^(node:|fs$|child_process$)/.test(target);
    return target === entry || target.startsWith(`${entry}/`);
  });
}

const forms = [
  (name: string) => `import '${name}';`,
  (name: string) => `import type { Thing } from '${name}';`,
  (name: string) => `export { thing } from '${name}';`,
  (name: string) => `await import('${name}');`,
];

interface Finding {
  readonly message: string;
  readonly category: string;
  readonly location: { readonly path: string; readonly start: { readonly line: number } };
}

let scratch: string;
let findings: readonly Finding[];
/** What each line of each generated file imports, by the file's path below the scratch folder. */
const written = new Map<string, string[]>();

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'pikeep-layers-'));
  const config = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  writeFileSync(
    join(scratch, 'biome.json'),
    JSON.stringify({ ...config, vcs: { enabled: false } }),
  );
  for (const place of Object.keys(allowed)) {
    const file = place.endsWith('.ts') ? place : `${place}/generated.ts`;
    const lines: string[] = [];
    const targets: string[] = [];
    for (const target of [...files, ...packages]) {
      const name = files.includes(target) ? specifier(file, target) : target;
      for (const form of forms) {
        lines.push(form(name));
        targets.push(target);
      }
    }
    // A detour through "./.." is the forbidden import in another spelling.
    lines.push(`import './../${place.startsWith('app') ? 'cli' : 'app'}/some-file.ts';`);
    targets.push('a detour');
    written.set(`src/${file}`, targets);
    mkdirSync(dirname(join(scratch, 'src', file)), { recursive: true });
    writeFileSync(join(scratch, 'src', file), `${lines.join('\n')}\n`);
  }
  findings = await lint(scratch);
});

afterAll(() => rmSync(scratch, { recursive: true }));

async function lint(folder: string): Promise<readonly Finding[]> {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  const args = [
    'lint',
    '--only=style/noRestrictedImports',
    '--reporter=json',
    '--max-diagnostics=none',
  ];
  const run = promisify(execFile)(process.execPath, [biome, ...args], {
    cwd: folder,
    maxBuffer: 2 ** 26,
  });
  // Findings make it exit 1; the report is on its standard output all the same.
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  return JSON.parse(stdout).diagnostics;
}

function forbiddenIn(place: string): string[] {
  const file = `src/${place.endsWith('.ts') ? place : `${place}/generated.ts`}`;
  return findings
    .filter((finding) => finding.location.path === file)
    .sort((one, other) => one.location.start.line - other.location.start.line)
    .map(
      (finding) =>
        `${finding.location.start.line}: ${written.get(file)?.[finding.location.start.line - 1]}`,
    );
}

describe.each(Object.keys(allowed))('in src/%s the linter', (place) => {
  it('reports every import that the layers forbid, in every form, and no other', () => {
    const file = `src/${place.endsWith('.ts') ? place : `${place}/generated.ts`}`;
    const expected = (written.get(file) ?? [])
      .map((target, index) => ({ target, line: index + 1 }))
      .filter(({ target }) => target === 'a detour' || !isAllowed(place, target))
      .map(({ target, line }) => `${line}: ${target}`);
    expect(expected.length).toBeGreaterThan(20);
    expect(forbiddenIn(place)).toEqual(expected);
  });
});

describe('the rules', () => {
  it('cover every folder of src', () => {
    const entries = readdirSync(join(root, 'src'), { withFileTypes: true });
    const present = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    expect(folders).toEqual(expect.arrayContaining(present));
  });

  it('know every source that lies in src itself, where all folders can reach it', () => {
    const entries = readdirSync(join(root, 'src'));
    expect(entries.filter((name) => /\.(ts|tsx|js)$/.test(name))).toEqual(['version.ts']);
  });

  it('are kept by the sources', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'pikeep-layers-'));
    try {
      cpSync(join(scratch, 'biome.json'), join(copy, 'biome.json'));
      cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true });
      const found = await lint(copy);
      expect(found.map(({ message, location }) => `${location.path}: ${message}`)).toEqual([]);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});

function packageJson(): { dependencies: Record<string, string> } {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}
