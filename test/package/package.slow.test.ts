/**
 * electron-builder itself packs the app, around a stand-in for Electron's programs. What a Mac alone can do is missing: the
 * signature, the disk image, and a start.
 */

import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFuses } from '../../scripts/package/fuse-wire.ts';
import { fuses } from '../../scripts/package/fuses.ts';
import { inspectApp } from '../../scripts/package/inspect.ts';
import { locked } from '../../scripts/package/locked.ts';
import { appOf } from '../../scripts/package/places.ts';
import { packageApp } from '../../scripts/package.ts';
import { makeElectronDist } from '../support/electron-dist.ts';
import { cpu, fat, thin } from '../support/mach-o-forge.ts';

describe.each(['arm64', 'x64'] as const)('the package for %s', (architecture) => {
  const other = architecture === 'arm64' ? 'x64' : 'arm64';
  const app = appOf(architecture);
  const at = (file: string) => join(app, 'Contents', file);
  const framework = at('Frameworks/Electron Framework.framework/Electron Framework');
  let folder: string;
  let files: readonly string[];
  const problems = () => inspectApp(app, { architecture, files, feed: null });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pikeep-package-'));
    makeElectronDist(join(folder, 'electron'), architecture);
    const program = join(folder, 'pikeep');
    writeFileSync(program, thin(cpu[architecture]), { mode: 0o755 });
    files = await packageApp({
      profile: 'ci',
      architecture,
      electron: locked('electron').version,
      electronDist: join(folder, 'electron'),
      program,
      appOnly: true,
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is as it should be', async () => {
    expect(await problems()).toEqual([]);
    expect(await readFuses(framework)).toEqual(fuses);
  });

  /** Puts a change into a finished package and takes it back. */
  async function spoiled(file: string, change: (path: string) => void): Promise<readonly string[]> {
    const path = at(file);
    const kept = join(folder, 'kept');
    copyFileSync(path, kept);
    try {
      change(path);
      return await problems();
    } finally {
      copyFileSync(kept, path);
      if (/MacOS|Helpers/.test(file)) chmodSync(path, 0o755);
    }
  }

  it('is refused with a program for another processor, or for two', async () => {
    const into = (content: Buffer) => (path: string) => writeFileSync(path, content);
    const koffi = files.find((file) => file.endsWith('.node')) ?? '';
    const native = `Resources/app.asar.unpacked/${koffi}`;
    expect(await spoiled(native, into(thin(cpu[other])))).toEqual([
      `Contents/${native} is for ${other}, not for ${architecture} alone`,
    ]);
    const both = into(fat(cpu.x64, cpu.arm64));
    expect(await spoiled('Helpers/pikeep', both)).toEqual([
      `Contents/Helpers/pikeep is for x64 and arm64, not for ${architecture} alone`,
    ]);
    expect(await spoiled('Helpers/pikeep', (path) => chmodSync(path, 0o644))).toEqual([
      'Contents/Helpers/pikeep cannot be run',
    ]);
  });

  it('is refused when a fuse is not as it should be', async () => {
    const flip = (path: string) => {
      const content = readFileSync(path);
      content.write('1', content.indexOf('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX') + 34);
      writeFileSync(path, content);
    };
    const file = 'Frameworks/Electron Framework.framework/Electron Framework';
    expect(await spoiled(file, flip)).toEqual(['the fuse runAsNode is on']);
  });

  it('is refused when its archive is not the one that Info.plist names', async () => {
    const change = (path: string) => {
      const content = readFileSync(path, 'utf8');
      writeFileSync(path, content.replace(/<string>[0-9a-f]{64}</, `<string>${'0'.repeat(64)}<`));
    };
    expect(await spoiled('Info.plist', change)).toEqual([
      'Info.plist has another checksum of the archive',
    ]);
  });

  it('is refused when it asks for more than it needs', async () => {
    const change = (path: string) => {
      const content = readFileSync(path, 'utf8');
      const more = '<dict><key>NSCameraUsageDescription</key><string>x</string>';
      writeFileSync(path, content.replace('<dict>', more));
    };
    expect(await spoiled('Info.plist', change)).toEqual([
      'Info.plist: NSCameraUsageDescription is too much',
    ]);
  });
});
