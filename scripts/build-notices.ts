/**
 * Builds dist/THIRD-PARTY-NOTICES.txt and dist/sbom.cdx.json: whose work ships with PiKeep, under which licence. Both come
 * from the lock file and from what `npm ci` installed, and are the same whenever and wherever they are made of the same.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type LockedPackage, lockedPackages, nameOfPlace } from './package/locked.ts';
import { root } from './package/places.ts';

const run = promisify(execFile);

/** Only needed to build, for the lock file, but they are what the app and the single executable are made of. */
const shippedTools = ['node_modules/electron', 'node_modules/node'];

export async function buildNotices(folder: string = join(root, 'dist')): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'THIRD-PARTY-NOTICES.txt'), await notices());
  await writeFile(
    join(folder, 'sbom.cdx.json'),
    `${JSON.stringify(await components(), null, 2)}\n`,
  );
}

interface Shipped {
  readonly place: string;
  readonly name: string;
  readonly locked: LockedPackage;
}

/** Every package that ships somewhere, sorted by name and version. */
export function shippedPackages(): readonly Shipped[] {
  const shipped = [...lockedPackages()]
    .filter(([place, { dev }]) => dev !== true || shippedTools.includes(place))
    .map(([place, locked]) => ({ place, name: locked.name ?? nameOfPlace(place), locked }));
  return shipped.sort((a, b) => compare(keyOf(a), keyOf(b)));
}

function keyOf({ name, locked }: Shipped): string {
  return `${name}@${locked.version}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

async function notices(): Promise<string> {
  const sections = new Map<string, string>();
  for (const one of shippedPackages()) {
    // Native code for other computers has the licence of the package it belongs to, and is not installed here.
    if (one.locked.optional === true) continue;
    const text = await licenceText(join(root, one.place));
    const licence = one.locked.license ?? 'see below';
    sections.set(
      keyOf(one),
      `${keyOf(one)} (${licence})\n\n${text ?? 'The package has no file with its licence.\n'}`,
    );
  }
  const rule = `\n${'-'.repeat(80)}\n\n`;
  const start = `PiKeep contains the work of others. Electron brings more, named in LICENSES.chromium.html beside it.\n`;
  return [start, ...sections.values()].join(rule);
}

/** The licence files of a package one after the other; null when it has none. */
async function licenceText(folder: string): Promise<string | null> {
  if (!existsSync(folder)) throw new Error(`${folder} is missing: run npm ci`);
  const names = (await readdir(folder)).filter((name) =>
    /^(licen[cs]e|copying|notice)\b/i.test(name),
  );
  const texts = await Promise.all(
    names
      .sort()
      .map(async (name) => (await readFile(join(folder, name), 'utf8')).replaceAll('\r\n', '\n')),
  );
  return texts.length === 0 ? null : `${texts.map((text) => text.trim()).join('\n\n')}\n`;
}

interface Component {
  readonly 'bom-ref': string;
  readonly [key: string]: unknown;
}

interface Components {
  readonly metadata: { readonly component: unknown };
  readonly components: readonly Component[];
  readonly [key: string]: unknown;
}

/** npm's own list (CycloneDX 1.5), and in it what npm takes for tools only. Serial number and time would differ each time. */
async function components(): Promise<Components> {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'];
  const { stdout } = await run('npm', args, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  const {
    serialNumber: _,
    metadata,
    ...bom
  }: Components & { serialNumber: string } = JSON.parse(stdout);
  const { component } = metadata;
  const tools = shippedPackages().filter(({ place }) => shippedTools.includes(place));
  const all = [...bom.components, ...tools.map(toolComponent)];
  return {
    ...bom,
    metadata: { component },
    components: all.sort((a, b) => compare(a['bom-ref'], b['bom-ref'])),
  };
}

function toolComponent({ name, locked }: Shipped): Component {
  const [algorithm, checksum] = (locked.integrity ?? '').split('-');
  const hex = Buffer.from(checksum ?? '', 'base64').toString('hex');
  return {
    'bom-ref': `${name}@${locked.version}`,
    type: 'application',
    name,
    version: locked.version,
    purl: `pkg:npm/${name}@${locked.version}`,
    ...(algorithm === 'sha512' ? { hashes: [{ alg: 'SHA-512', content: hex }] } : {}),
    licenses: [{ license: { id: locked.license ?? 'MIT' } }],
  };
}

/** SHA-256 of a file, in hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

if (import.meta.main) await buildNotices();
