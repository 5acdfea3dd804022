/**
 * `npm run package`: the app for the Mac, as a disk image and a zip, for the architecture of the Mac that runs this (the
 * single executable is made of its own Node). Elsewhere: everything that can be done without a Mac; what would be packed is
 * staged, the configuration is validated, and the files are listed.
 */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildApp } from './build-app.ts';
import { buildHelper } from './build-helper.ts';
import { buildNotices } from './build-notices.ts';
import { buildPanel } from './build-panel.ts';
import {
  configurationOf,
  FEED_VARIABLE,
  feedFor,
  missingSecrets,
  type PackageOptions,
} from './package/configuration.ts';
import { build, installElectronBuilder, validate } from './package/electron-builder.ts';
import { inspectApp } from './package/inspect.ts';
import { locked } from './package/locked.ts';
import type { Architecture } from './package/mach-o.ts';
import { fetchPackage, koffiFor } from './package/native-packages.ts';
import { appOf, root, stageOf } from './package/places.ts';
import { checkSignature } from './package/signature.ts';
import { stage } from './package/stage.ts';

const usage = `Usage: npm run package -- [--profile ci|release] [--dir] [--arch arm64|x64]
  --profile  ci (the default): signed by nobody, for this machine and for tests; release: needs the secrets for signing
  --dir      only the app, neither disk image nor zip
  --arch     elsewhere than on a Mac: which package to stage (arm64 by default)
A release looks for newer versions in the folder on the web that ${FEED_VARIABLE} names, and nowhere without it.`;

/** Packs, and throws when what came out is not as it should be. Returns the files of the archive. */
export async function packageApp(options: PackageOptions): Promise<readonly string[]> {
  const files = await layOut(options.architecture);
  const configuration = configurationOf(options);
  await installElectronBuilder();
  await validate(configuration);
  await build(configuration, options.architecture, options.profile);
  const app = appOf(options.architecture);
  const { architecture } = options;
  const problems = await inspectApp(app, { architecture, files, feed: feedFor(options) });
  if (problems.length > 0) throw new Error(`The package is wrong:\n${problems.join('\n')}`);
  if (process.platform === 'darwin') await checkSignature(app, options.profile);
  return files;
}

/** Builds and stages what goes into the archive. Returns its files. */
export async function layOut(architecture: Architecture): Promise<readonly string[]> {
  await buildPanel();
  await buildApp();
  await buildNotices();
  return stage({
    folder: stageOf(architecture),
    architecture,
    native: await fetchPackage(koffiFor(architecture)),
    documents: ['dist/THIRD-PARTY-NOTICES.txt', 'dist/sbom.cdx.json', 'LICENSE'].map((file) =>
      join(root, file),
    ),
  });
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      profile: { type: 'string', default: 'ci' },
      dir: { type: 'boolean', default: false },
      arch: { type: 'string' },
    },
  });
  const { profile, arch = process.platform === 'darwin' ? process.arch : 'arm64' } = values;
  if ((profile !== 'ci' && profile !== 'release') || (arch !== 'arm64' && arch !== 'x64')) {
    console.error(usage);
    return 2;
  }
  const missing = profile === 'release' ? missingSecrets(process.env) : [];
  if (missing.length > 0) {
    console.error(
      `A release cannot be signed without these in the environment: ${missing.join(', ')}`,
    );
    return 1;
  }
  const electron = locked('electron').version;
  const feed = process.env[FEED_VARIABLE] ?? '';
  const options = { profile, architecture: arch, electron, appOnly: values.dir, feed } as const;
  try {
    feedFor(options);
  } catch (error) {
    console.error(String(error));
    return 2;
  }
  if (process.platform === 'darwin') {
    if (arch !== process.arch) {
      console.error(`The single executable for ${arch} has to be made on a Mac of that kind.`);
      return 2;
    }
    await packageApp({ ...options, program: await buildHelper() });
    console.log(`Packaged ${appOf(arch)}, and looked it over.`);
    return 0;
  }
  const files = await layOut(arch);
  await installElectronBuilder();
  await validate(configurationOf({ ...options, program: join(root, 'dist/pikeep') }));
  console.log(`${files.join('\n')}\n`);
  console.log(
    `These ${files.length} files would be packed for ${arch}; the configuration is valid.`,
  );
  console.log(
    'The package itself is made on a Mac: it takes codesign, and a single executable of its own Node.',
  );
  return 0;
}

if (import.meta.main) process.exitCode = await main();
