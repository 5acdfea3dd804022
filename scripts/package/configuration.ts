/** What electron-builder is told (https://www.electron.build/configuration). It validates this against a schema of its own. */

import { join } from 'node:path';
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
    // No feed, so no update information: nothing is asked of the network.
    publish: null,
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
      extendInfo: { LSUIElement: true, ...usageDescriptions, ...unused },
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
