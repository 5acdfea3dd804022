import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, outside } from '../../scripts/build-app.ts';
import { buildPanel } from '../../scripts/build-panel.ts';
import { packagesOutside } from '../../scripts/package/reached-files.ts';
import { listFiles, stage } from '../../scripts/package/stage.ts';

const root = resolve(import.meta.dirname, '../..');
/** The native code for this computer stands in for that of a Mac. */
const nativeName = `@koromix/koffi-${process.platform}-${process.arch}`;

describe('what is packed', () => {
  let folder: string;
  let files: readonly string[];
  const stageFor = (architecture: 'arm64' | 'x64') =>
    stage({
      folder,
      architecture,
      native: join(root, 'node_modules', nativeName),
      nativeName,
      documents: [join(root, 'LICENSE')],
    });

  beforeAll(async () => {
    // Outside of the checkout, whose node_modules would supply what is missing.
    folder = mkdtempSync(join(tmpdir(), 'pikeep-stage-'));
    await buildApp();
    await buildPanel();
    files = await stageFor('arm64');
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is all that the app imports', () => {
    for (const file of ['main.js', 'worker.js', 'preload.cjs']) {
      const text = readFileSync(join(folder, 'dist/app', file), 'utf8');
      const imports = [
        ...text.matchAll(/^(?:import|export) (?:[^"'\n]*from )?["']([^"']+)["'];?$/gm),
        ...text.matchAll(/(?<![.\w])(?:import|require)\(["']([^"']+)["']\)/g),
      ].map((match) => match[1] ?? '');
      expect(imports.length, file).toBeGreaterThan(0);
      const packages = imports.filter((name) => !isBuiltin(name));
      expect(packages.filter((name) => !outside.includes(name))).toEqual([]);
    }
    expect(outside.filter((name) => !packagesOutside.includes(name))).toEqual(['electron']);
  });

  it('can be loaded where nothing else is', () => {
    // As Electron has it: a module without a file.
    const electron = `const Module = require('node:module'); const load = Module._load;
      Module._load = (id, ...rest) => (id === 'electron' ? {} : load(id, ...rest));`;
    const loads = packagesOutside.map((name) => `require(${JSON.stringify(name)});`).join('\n');
    const works = `if (require('koffi').load(null).func('int getpid(void)')() !== process.pid) process.exit(3);`;
    const script = `${electron}\n${loads}\n${works}`;
    execFileSync(process.execPath, ['-e', script], { cwd: folder, env: {}, stdio: 'pipe' });
  });

  it('holds nothing that only builds or tests it, and nothing of other systems', () => {
    const wrong = files.filter((file) =>
      /\.(map|ts|tsx|exe|cc|hh|md)$|(^|\/)(test|docs?|examples?)\/|\.sources/.test(file),
    );
    expect(wrong.filter((file) => !/\/licen[cs]e\.md$/i.test(file))).toEqual([]);
    const own = files.filter((file) => !/^(node_modules|icons|dist\/panel)\//.test(file));
    expect(own).toEqual([
      'LICENSE',
      'dist/app/main.js',
      'dist/app/preload.cjs',
      // What “Try it with a sample card” puts into a slot of its own.
      'dist/app/sample-card.gz',
      'dist/app/worker.js',
      'package.json',
    ]);
    const libraries = files.filter((file) => file.startsWith('node_modules/'));
    const names = new Set(
      libraries.map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]),
    );
    expect(names).not.toContain('valibot');
    expect(names).not.toContain('electron');
    expect(names).toContain(nativeName);
    const updaters = libraries.filter((file) => /(?<!App)Updater\.js$/.test(file));
    expect(updaters).toEqual(['node_modules/electron-updater/out/MacUpdater.js']);
  });

  it('has the icons of every state of the tray', () => {
    expect(files).toContain('icons/tray/idleTemplate.png');
    expect(files).toContain('icons/tray/idleTemplate@2x.png');
    expect(files).toContain('icons/app/icon-128.png');
    expect(files).toContain('dist/panel/index.html');
  });

  it('has the second notifier for Intel alone, because its program is Intel’s', async () => {
    const programs = (list: readonly string[]) =>
      list.filter((file) => file.endsWith('/terminal-notifier'));
    expect(programs(files)).toEqual([]);
    expect(programs(await stageFor('x64'))).toHaveLength(1);
    expect(await stageFor('arm64')).toEqual(files);
    expect(await listFiles(folder)).toEqual(files);
  });
});
