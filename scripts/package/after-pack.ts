/**
 * Called by electron-builder before it signs. It opens Info.plist for any insecure connection, for the sake of its updater. A
 * package without a feed makes no connection, so that goes again; one with a feed has the system's updater fetch the new
 * version from electron-updater, on this computer (MacUpdater.js), and that alone is let through.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, parse } from 'plist';

/** What is used of electron-builder's AfterPackContext. */
interface PackContext {
  readonly appOutDir: string;
  readonly packager: {
    readonly appInfo: { readonly productFilename: string };
    readonly config: { readonly publish?: unknown };
  };
}

/** Connections to addresses on this computer and in its network need not be encrypted (Apple, NSAllowsLocalNetworking). */
export const localOnly = { NSAllowsLocalNetworking: true } as const;

export async function afterPack({ appOutDir, packager }: PackContext): Promise<void> {
  const app = join(appOutDir, `${packager.appInfo.productFilename}.app`);
  const file = join(app, 'Contents/Info.plist');
  const info = parse(await readFile(file, 'utf8'));
  if (typeof info !== 'object' || info === null || Array.isArray(info)) {
    throw new Error(`${file} is no dictionary`);
  }
  const { NSAppTransportSecurity: _, ...rest } = info as Record<string, never>;
  const hasFeed = (packager.config.publish ?? null) !== null;
  await writeFile(file, build(hasFeed ? { ...rest, NSAppTransportSecurity: localOnly } : rest));
}
