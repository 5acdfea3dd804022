/** What package-lock.json says about the packages that ship. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './places.ts';

export interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  /** The real name of a package that is installed under another one. */
  readonly name?: string;
}

/** By their place ("node_modules/koffi"); without the project itself. */
export function lockedPackages(): ReadonlyMap<string, LockedPackage> {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const { '': _, ...rest } = packages as Record<string, LockedPackage>;
  return new Map(Object.entries(rest));
}

/** Throws for a package that is not in the lock file. */
export function locked(name: string): LockedPackage {
  const found = lockedPackages().get(`node_modules/${name}`);
  if (!found) throw new Error(`${name} is not in package-lock.json`);
  return found;
}

/** The name at the end of a place: "node_modules/a/node_modules/@b/c" is "@b/c". */
export function nameOfPlace(place: string): string {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
