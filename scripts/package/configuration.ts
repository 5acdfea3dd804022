/** What electron-builder is told (https://www.electron.build/configuration). It validates this against a schema of its own. */

import { join } from 'node:path';
import { checkedFeed } from '../../src/app/updates-feed.ts';
import { fuses } from './fuses.ts';
import type { Architecture } from './mach-o.ts';
import { APP_ID, MINIMUM_MACOS, output, PRODUCT, root, stageOf } from './places.ts';

/**
 * "release" is signed with a Developer ID, hardened and notarised, and fails without the secrets for that. "ci" is signed
 * by nobody (ad hoc) and not hardened, so that it starts on a machine without a certificate.
 */
export type Profile = 'release' | 'ci';

export interface PackageOptions {
  readonly profile: Profile;
  readonly architecture: Architecture;
  /** The version of Electron that goes into it. */
  readonly electron: string;
  /** The single executable for that architecture. */
  readonly program: string;
  /** A folder with another Electron.app than the one electron-builder fetches. */
  readonly electronDist?: string;
  /** Only the app, neither disk image nor archive. */
  readonly appOnly?: boolean;
  /** The folder on the web with newer versions for each architecture; left out for a package that never asks for one. */
  readonly feed?: string;
}

/** The environment variable that names the feed. */
export const FEED_VARIABLE = 'PIKEEP_UPDATE_FEED';

/**
 * The folder of the feed for one architecture: each Mac packs for itself, and electron-builder's list of a version names what
 * was packed there. Throws for a feed that may not be one, and for one of a package that nobody signed: macOS takes no other
 * version in the place of such a package.
 */
export function feedFor(
  options: Pick<PackageOptions, 'feed' | 'profile' | 'architecture' | 'appOnly'>,
): string | null {
  const { feed, profile, architecture, appOnly } = options;
  if (feed === undefined || feed === '') return null;
  if (profile !== 'release') throw new Error(`only a release can have a feed (${FEED_VARIABLE})`);
  if (appOnly) throw new Error(`only a whole package can have a feed (${FEED_VARIABLE})`);
  // electron-updater takes every file for one of an Apple processor that has this in its address.
  if (/arm64/i.test(feed)) throw new Error('the feed has the name of an architecture in it');
  return checkedFeed(`${feed.replace(/\/$/, '')}/${architecture}`);
}

/** What macOS asks the user about, and why. PiKeep asks for nothing else, so nothing else may stand there. */
export const usageDescriptions = {
  NSRemovableVolumesUsageDescription:
    'PiKeep reads the Raspberry Pi card that you back up, and writes the one that you restore to.',
  NSDesktopFolderUsageDescription: 'You keep your backups in a folder on the Desktop.',
  NSDocumentsFolderUsageDescription: 'You keep your backups in a folder in Documents.',
  NSDownloadsFolderUsageDescription: 'PiKeep reads the image in Downloads that you restore.',
  NSNetworkVolumesUsageDescription: 'You keep your backups on a network volume.',
} as const;

/** In Electron's own Info.plist, for apps that use them. Null takes a key out. */
const unused = {
  NSAudioCaptureUsageDescription: null,
  NSBluetoothAlwaysUsageDescription: null,
  NSBluetoothPeripheralUsageDescription: null,
  NSCameraUsageDescription: null,
  NSMicrophoneUsageDescription: null,
} as const;

/**
 * A feed that somebody else has taken over could send an old version, well signed and with a known hole: the system's updater
 * has to refuse that (Electron's spec/api-autoupdater-darwin-spec.ts).
 */
export const updating = { ElectronSquirrelPreventDowngrades: true } as const;

/** Of the archive; these have to lie on the disk as files, for the system's loader and for other programs than Electron. */
const unpacked = [
  'node_modules/koffi/**',
  'node_modules/@koromix/**',
  'node_modules/node-notifier/vendor/**',
  'dist/panel/**',
  'icons/app/**',
];

export function configurationOf(options: PackageOptions) {
  const { profile, architecture } = options;
  const feed = feedFor(options);
  return {
    appId: APP_ID,
    productName: PRODUCT,
    copyright: 'MIT licence',
    electronVersion: options.electron,
    ...(options.electronDist === undefined ? {} : { electronDist: options.electronDist }),
    directories: { app: stageOf(architecture), output: join(output, 'out') },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: electron-builder fills it in
    artifactName: '${productName}-${version}-${arch}.${ext}',
    // All of the stage and nothing else; electron-builder would leave node_modules to its own search for dependencies.
    files: ['**/*', { from: 'node_modules', to: 'node_modules' }],
    asar: true,
    asarUnpack: unpacked,
    npmRebuild: false,
    nodeGypRebuild: false,
    electronLanguages: ['en'],
    electronFuses: fuses,
    // Without a feed there is no update information: nothing is asked of the network.
    publish: feed === null ? null : { provider: 'generic', url: feed },
    // A version with letters would be looked for in a list of its own.
    detectUpdateChannel: false,
    afterPack: join(root, 'scripts/package/after-pack.ts'),
    forceCodeSigning: profile === 'release',
    mac: {
      target: (options.appOnly ? ['dir'] : ['dmg', 'zip']).map((target) => ({
        target,
        arch: [architecture],
      })),
      category: 'public.app-category.utilities',
      minimumSystemVersion: MINIMUM_MACOS,
      icon: join(root, 'icons/app/icon.icns'),
      extendInfo: {
        LSUIElement: true,
        ...usageDescriptions,
        ...unused,
        ...(feed === null ? {} : updating),
      },
      // Below Contents.
      extraFiles: [{ from: options.program, to: 'Helpers/pikeep' }],
      ...(profile === 'release'
        ? signed
        : { identity: '-', hardenedRuntime: false, notarize: false }),
    },
    dmg: { sign: profile === 'release', writeUpdateInfo: false },
  };
}

const entitlements = join(root, 'scripts/package/entitlements.mac.plist');

const signed = {
  hardenedRuntime: true,
  gatekeeperAssess: false,
  entitlements,
  entitlementsInherit: entitlements,
  notarize: true,
};

/** Environment variables by which electron-builder gets at the certificate and at Apple's notary service. */
export const releaseSecrets = [
  'CSC_LINK',
  'CSC_KEY_PASSWORD',
  'APPLE_API_KEY',
  'APPLE_API_KEY_ID',
  'APPLE_API_ISSUER',
] as const;

/** The names of those that are missing. */
export function missingSecrets(environment: NodeJS.ProcessEnv): readonly string[] {
  return releaseSecrets.filter((name) => (environment[name] ?? '') === '');
}
