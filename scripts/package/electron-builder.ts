/** Gets electron-builder and runs it. It has a lock file of its own, so `npm ci` brings it to nobody who does not package. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type configurationOf, type Profile, releaseSecrets } from './configuration.ts';
import type { Architecture } from './mach-o.ts';
import { output, root } from './places.ts';

type Configuration = ReturnType<typeof configurationOf>;

const list = join(root, 'scripts/package/tools');
const tools = join(output, 'tools');
const lockFile = 'package-lock.json';

/** Installs what the lock file says into `folder`, unless that is there. Throws when npm fails. */
export async function installElectronBuilder(folder: string = tools): Promise<void> {
  const wanted = await readFile(join(list, lockFile), 'utf8');
  const there = await readFile(join(folder, lockFile), 'utf8').catch(() => null);
  if (wanted === there && existsSync(join(folder, 'node_modules/.package-lock.json'))) return;
  await cp(list, folder, { recursive: true });
  // Vite, which has built the app in this process, leaves NODE_ENV=production behind: npm would install nothing.
  await runHere('npm', ['ci', '--ignore-scripts', '--include=dev', '--prefix', folder]);
}

/** Checks the configuration by electron-builder's own schema. Throws in its words. */
export async function validate(configuration: Configuration): Promise<void> {
  const path = join(tools, 'node_modules/app-builder-lib/out/util/config/config.js');
  const { validateConfiguration } = createRequire(path)(path);
  // The second argument only collects remarks for a file that is not asked for here.
  await validateConfiguration(configuration, { isEnabled: false, add: () => undefined });
}

/** Builds what the configuration says for macOS. Never publishes. */
export async function build(
  configuration: Configuration,
  architecture: Architecture,
  profile: Profile,
): Promise<void> {
  await mkdir(output, { recursive: true });
  // A project of its own: it would add every dependency of the one around the stage, bundled or not.
  await writeFile(join(output, 'package.json'), '{ "name": "pikeep-package", "private": true }\n');
  const file = join(output, `electron-builder-${architecture}.json`);
  await writeFile(file, JSON.stringify(configuration, null, 2));
  const program = join(tools, 'node_modules/electron-builder/cli.js');
  const targets = configuration.mac.target.map(({ target }) => target);
  const args = [
    ...['--projectDir', output, '--config', file, '--publish', 'never'],
    ...['--mac', ...targets, `--${architecture}`],
  ];
  await runHere(process.execPath, [program, ...args], environmentOf(profile));
}

/** A certificate that happens to be in the keychain, or in the environment, must not get into a package signed by nobody. */
function environmentOf(profile: Profile): NodeJS.ProcessEnv {
  if (profile === 'release') return process.env;
  const secret: ReadonlySet<string> = new Set(releaseSecrets);
  const rest = Object.entries(process.env).filter(([name]) => !secret.has(name));
  return { ...Object.fromEntries(rest), CSC_IDENTITY_AUTO_DISCOVERY: 'false' };
}

async function runHere(program: string, args: readonly string[], env = process.env): Promise<void> {
  const child = spawn(program, args, { cwd: root, env, stdio: 'inherit' });
  const [status] = await once(child, 'exit');
  if (status !== 0)
    throw new Error(`${program} ${args.slice(0, 2).join(' ')} ended with ${status}`);
}
