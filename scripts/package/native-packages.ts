/**
 * Packages with native code for the architecture that is packaged, whatever this computer is: `npm ci` installs only
 * those for itself. Fetched by npm in the version of the lock file, and unpacked only if the checksum is the one there.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type LockedPackage, locked } from './locked.ts';
import type { Architecture } from './mach-o.ts';
import { output } from './places.ts';

const run = promisify(execFile);

export function koffiFor(architecture: Architecture): string {
  return `@koromix/koffi-darwin-${architecture}`;
}

/** Returns the folder of the unpacked package. Throws when npm cannot fetch it, or its checksum is another. */
export async function fetchPackage(
  name: string,
  expected: LockedPackage = locked(name),
  cache: string = join(output, 'fetched'),
): Promise<string> {
  const { version, integrity } = expected;
  if (integrity === undefined) throw new Error(`The lock file has no checksum of ${name}`);
  const folder = join(cache, `${name.replace('/', '+')}-${version}`);
  // Renamed into place once it was right.
  const there = await readFile(join(folder, 'package.json'), 'utf8').catch(() => null);
  if (there !== null) return folder;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, '.fetching-'));
  try {
    const args = ['pack', `${name}@${version}`, '--json', '--ignore-scripts'];
    const { stdout } = await run('npm', [...args, '--pack-destination', work], { cwd: work });
    const archive = join(work, fileNameIn(stdout));
    checkIntegrity(await readFile(archive), integrity, name);
    // An npm package has everything in the folder "package".
    await run('tar', ['-xzf', archive, '-C', work]);
    await rename(join(work, 'package'), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}

/** npm's answer is a list; since version 11 also an object by package name. */
function fileNameIn(answer: string): string {
  const [packed]: { filename?: unknown }[] = Object.values(JSON.parse(answer));
  const name = packed?.filename;
  if (typeof name !== 'string' || !/^[\w.@+-]+\.tgz$/.test(name)) {
    throw new Error(`npm pack answered: ${answer.slice(0, 200)}`);
  }
  return name;
}

/** `integrity` as in the lock file: "sha512-" and the checksum in base64. Throws when the content has another. */
export function checkIntegrity(content: Uint8Array, integrity: string, name: string): void {
  const [, algorithm, wanted] = /^(sha512|sha384)-([A-Za-z0-9+/=]+)$/.exec(integrity) ?? [];
  if (algorithm === undefined) throw new Error(`${name} has no checksum that counts: ${integrity}`);
  const found = createHash(algorithm).update(content).digest('base64');
  if (found !== wanted)
    throw new Error(`${name} is not what the lock file says: ${algorithm}-${found}`);
}
