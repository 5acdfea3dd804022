import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'plist';
import { describe, expect, it } from 'vitest';
import {
  configurationOf,
  missingSecrets,
  type PackageOptions,
  releaseSecrets,
} from '../../scripts/package/configuration.ts';
import { locked } from '../../scripts/package/locked.ts';
import { root } from '../../scripts/package/places.ts';

const options: PackageOptions = {
  profile: 'release',
  architecture: 'arm64',
  electron: locked('electron').version,
  program: '/pikeep',
};
const release = configurationOf(options);
const ci = configurationOf({ ...options, profile: 'ci' });

describe('the configuration of the package', () => {
  it('makes a disk image and a zip for the one architecture', () => {
    for (const architecture of ['arm64', 'x64'] as const) {
      expect(configurationOf({ ...options, architecture }).mac.target).toEqual([
        { target: 'dmg', arch: [architecture] },
        { target: 'zip', arch: [architecture] },
      ]);
    }
  });

  it('signs, hardens and notarises a release, or fails', () => {
    expect(release).toMatchObject({ forceCodeSigning: true, dmg: { sign: true } });
    expect(release.mac).toMatchObject({ hardenedRuntime: true, notarize: true });
    expect(release.mac).not.toHaveProperty('identity');
  });

  it('lets the tests start what nobody signed', () => {
    expect(ci.forceCodeSigning).toBe(false);
    expect(ci.mac).toMatchObject({ identity: '-', hardenedRuntime: false, notarize: false });
    expect(ci.mac).not.toHaveProperty('entitlements');
  });

  it('allows compiled code at run time and nothing else', () => {
    const file = readFileSync(join(root, 'scripts/package/entitlements.mac.plist'), 'utf8');
    expect(parse(file)).toEqual({ 'com.apple.security.cs.allow-jit': true });
    expect(release.mac).toMatchObject({
      entitlements: join(root, 'scripts/package/entitlements.mac.plist'),
      entitlementsInherit: join(root, 'scripts/package/entitlements.mac.plist'),
    });
  });

  it('closes every way to make the app run something else', () => {
    expect(ci.electronFuses).toEqual(release.electronFuses);
    expect(ci.electronFuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  it('knows no feed, so that nothing asks the network for updates', () => {
    expect(release.publish).toBe(null);
    expect(ci.publish).toBe(null);
    expect(configurationOf({ ...options, feed: '' }).publish).toBe(null);
    expect(release.mac.extendInfo).not.toHaveProperty('ElectronSquirrelPreventDowngrades');
  });

  it('is an app of the menu bar, and says why it wants at a card', () => {
    expect(release.mac.extendInfo).toMatchObject({
      LSUIElement: true,
      NSRemovableVolumesUsageDescription: expect.stringContaining('Raspberry Pi card'),
      NSCameraUsageDescription: null,
    });
  });
});

describe('a package with a feed', () => {
  const feed = 'https://example.org/pikeep';

  it('asks the folder of its own architecture, and takes no older version', () => {
    for (const architecture of ['arm64', 'x64'] as const) {
      const made = configurationOf({ ...options, architecture, feed: `${feed}/` });
      expect(made.publish).toEqual({ provider: 'generic', url: `${feed}/${architecture}` });
      expect(made.mac.extendInfo).toMatchObject({ ElectronSquirrelPreventDowngrades: true });
    }
  });

  it('is a release, and whole', () => {
    expect(() => configurationOf({ ...options, feed, profile: 'ci' })).toThrow('only a release');
    expect(() => configurationOf({ ...options, feed, appOnly: true })).toThrow('only a whole');
    const args = [join(root, 'scripts/package.ts'), '--profile', 'ci'];
    const env = { ...process.env, PIKEEP_UPDATE_FEED: feed };
    const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('only a release can have a feed'),
    });
  }, 60_000);

  it.each([
    'http://example.org/pikeep',
    'https://example.org/arm64',
    'https://ann:secret@example.org/pikeep',
    'nowhere',
  ])('is not made for %s', (wrong) => {
    expect(() => configurationOf({ ...options, feed: wrong })).toThrow('the feed');
  });
});

describe('a release', () => {
  it('names the secrets that it misses', () => {
    const all = Object.fromEntries(releaseSecrets.map((name) => [name, 'x']));
    expect(missingSecrets(all)).toEqual([]);
    expect(missingSecrets({ ...all, CSC_LINK: '' })).toEqual(['CSC_LINK']);
    expect(missingSecrets({})).toEqual(releaseSecrets);
  });
});
