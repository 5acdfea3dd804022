/** The single executable where the package has it: does it find there what it needs? */

import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../scripts/build-app.ts';
import { buildPanel } from '../../scripts/build-panel.ts';
import { stage } from '../../scripts/package/stage.ts';
import { cardTools, makeSmallCard } from '../cli/small-card.ts';
import { needsTools } from '../support/tools.ts';

const root = resolve(import.meta.dirname, '../..');
const nativeName = `@koromix/koffi-${process.platform}-${process.arch}`;

describe.skipIf(needsTools(...cardTools))('the program in a package', () => {
  let folder: string;
  const at = (path: string) => join(folder, 'PiKeep.app/Contents', path);
  const files = () => at('Resources/app.asar.unpacked');

  function pikeep(...args: string[]): { status: number | null; last: Record<string, unknown> } {
    const { status, stdout } = spawnSync(at('Helpers/pikeep'), [...args, '--json'], {
      cwd: '/',
      encoding: 'utf8',
      env: { HOME: folder, PATH: '/usr/bin:/bin' },
    });
    return { status, last: JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') };
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pikeep-in-package-'));
    await buildApp();
    await buildPanel();
    await stage({
      folder: files(),
      architecture: 'arm64',
      native: join(root, 'node_modules', nativeName),
      nativeName,
      documents: [],
    });
    mkdirSync(at('Helpers'));
    copyFileSync(join(root, 'dist/pikeep'), at('Helpers/pikeep'));
    mkdirSync(join(folder, 'slot'));
    await makeSmallCard(join(folder, 'slot/old.img'));
    writeFileSync(
      join(folder, 'slot/new.img'),
      Buffer.alloc(statSync(join(folder, 'slot/old.img')).size),
    );
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('backs up, and restores with koffi from beside the archive', { timeout: 120_000 }, () => {
    const slot = ['--slot', join(folder, 'slot')];
    const image = join(folder, 'backup.img');
    const backup = pikeep('backup', 'old.img', '--to', image, ...slot);
    expect(backup).toMatchObject({ status: 0, last: { event: 'done' } });

    const restore = () => pikeep('restore', image, 'new.img', '--yes', '--no-eject', ...slot);
    // Cards are held by a lock, which only koffi can take.
    const koffi = join(files(), 'node_modules/koffi');
    renameSync(koffi, join(folder, 'koffi'));
    expect(restore()).toMatchObject({ status: 1, last: { event: 'error' } });
    renameSync(join(folder, 'koffi'), koffi);
    expect(restore()).toMatchObject({ status: 0, last: { event: 'done' } });
  });

  it('has the page of the panel where it looks for it', () => {
    expect(readdirSync(join(files(), 'dist/panel'))).toContain('index.html');
  });
});
