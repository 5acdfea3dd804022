/**
 * electron-builder itself packs the app, around a stand-in for Electron's programs. What a Mac alone can do is missing: the
 * signature, the disk image, and a start.
 */

import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { configurationOf, type PackageOptions } from '../../scripts/package/configuration.ts';
import { build, installElectronBuilder, validate } from '../../scripts/package/electron-builder.ts';
import { readFuses } from '../../scripts/package/fuse-wire.ts';
import { fuses } from '../../scripts/package/fuses.ts';
import { inspectApp } from '../../scripts/package/inspect.ts';
import { locked } from '../../scripts/package/locked.ts';
import { appOf, root } from '../../scripts/package/places.ts';
import { layOut, packageApp } from '../../scripts/package.ts';
import { FEED_FILE, feedFileOf, readFeed } from '../../src/app/updates-feed.ts';
import { makeElectronDist } from '../support/electron-dist.ts';
import { cpu, fat, thin } from '../support/mach-o-forge.ts';
import { needsTools } from '../support/tools.ts';

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

  it('has no feed, and is refused with one', async () => {
    expect(files.filter((file) => file.endsWith(FEED_FILE))).toEqual([]);
    const path = at(`Resources/${FEED_FILE}`);
    writeFileSync(path, feedFileOf('https://example.org/pikeep'));
    try {
      expect(await problems()).toEqual([expect.stringContaining(`${FEED_FILE} is "provider`)]);
    } finally {
      rmSync(path);
    }
  });
});

/** electron-builder would fetch 7-Zip; a link in a framework stays one here, too. */
const PACKER = `#!${process.execPath}
const [out, folder] = process.argv.slice(2).filter((word) => !/^(-|a$)/.test(word));
require('node:child_process').execFileSync('zip', ['-q', '-y', '-r', out, folder]);
`;

describe.skipIf(needsTools('zip'))('a package with a feed', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('asks there, and beside it lies what the feed needs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pikeep-feed-package-'));
    try {
      const architecture = 'x64';
      makeElectronDist(join(folder, 'electron'), architecture);
      const program = join(folder, 'pikeep');
      writeFileSync(program, thin(cpu[architecture]), { mode: 0o755 });
      writeFileSync(join(folder, 'packer'), PACKER, { mode: 0o755 });
      vi.stubEnv('ELECTRON_BUILDER_7ZIP_PATH', join(folder, 'packer'));
      const options: PackageOptions = {
        profile: 'release',
        ...{ architecture, program, feed: 'https://example.org/pikeep' },
        electron: locked('electron').version,
        electronDist: join(folder, 'electron'),
      };
      const files = await layOut(architecture);
      await installElectronBuilder();
      const release = configurationOf(options);
      await validate(release);
      // What only a Mac and the secrets of a release can do is left out: the signature, and the disk image.
      const unsigned = configurationOf({ ...options, profile: 'ci', feed: '' });
      const target = [{ target: 'zip', arch: [architecture] as ['x64'] }];
      const { extendInfo } = release.mac;
      await build(
        { ...unsigned, publish: release.publish, mac: { ...unsigned.mac, extendInfo, target } },
        architecture,
        'ci',
      );

      const feed = 'https://example.org/pikeep/x64';
      const app = appOf(architecture);
      expect(await inspectApp(app, { architecture, files, feed })).toEqual([]);
      expect(await readFeed(join(app, 'Contents/Resources'))).toBe(feed);
      expect(await inspectApp(app, { architecture, files, feed: null })).toEqual([
        'Info.plist: ElectronSquirrelPreventDowngrades is too much',
        'Info.plist: NSAppTransportSecurity is too much',
        expect.stringContaining(`${FEED_FILE} is "provider`),
      ]);

      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      const out = join(app, '../..');
      const zip = `PiKeep-${version}-x64.zip`;
      const sum = createHash('sha512')
        .update(readFileSync(join(out, zip)))
        .digest('base64');
      const list = readFileSync(join(out, 'latest-mac.yml'), 'utf8');
      expect(list).toContain(`version: ${version}\n`);
      expect(list).toContain(`url: ${zip}\n    sha512: ${sum}\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
