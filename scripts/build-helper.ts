/**
 * Builds `dist/pikeep`: the command line, the worker and the helper as one program without anything beside it (Node's
 * single executable application, https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html). It is
 * also what runs as root, so it takes no options from its surroundings and loads no module but its own.
 */

import { execFile } from 'node:child_process';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { build, type Rollup } from 'vite';
import { digestOf } from './build/fresh-folder.ts';
import { root } from './package/places.ts';

const run = promisify(execFile);

const entry = join(root, 'src', 'cli', 'main.ts');
const output = join(root, 'dist', 'pikeep');
const stampFile = join(root, 'dist', 'pikeep.inputs');
/** The Node that goes into the program: the one of the `node` package, whatever runs this script. */
const node = join(root, 'node_modules', 'node', 'bin', 'node');

const SENTINEL = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const sources = [
  'src/**/*.ts',
  'src/language/**/*.json',
  'src/tsconfig*.json',
  'scripts/build-helper.ts',
  'scripts/build/*.ts',
  'package-lock.json',
];

/** Builds when an input has changed since the last time. Returns the program's path. */
export async function buildHelper(): Promise<string> {
  const stamp = await digestOf(sources);
  if (await isBuilt(stamp)) return output;
  await mkdir(join(root, 'dist'), { recursive: true });
  const folder = await mkdtemp(join(root, 'dist', '.pikeep-'));
  try {
    const script = join(folder, 'pikeep.cjs');
    await writeFile(script, (await bundleOf(entry)).code);
    const program = join(folder, 'pikeep');
    await makeProgram(script, program, folder);
    await rm(stampFile, { force: true });
    await rename(program, output);
    await writeFile(stampFile, stamp);
  } finally {
    await rm(folder, { recursive: true });
  }
  return output;
}

/** A program that is up to date is touched, because others compare its time with that of the sources. */
async function isBuilt(stamp: string): Promise<boolean> {
  try {
    if ((await readFile(stampFile, 'utf8')) !== stamp) return false;
    const now = new Date();
    await utimes(output, now, now);
    return true;
  } catch {
    return false;
  }
}

export interface Bundle {
  readonly code: string;
  /** The files in it, seen from the root of the project. */
  readonly modules: readonly string[];
}

/** Everything a module reaches, as one CommonJS file; only koffi, which is native code, stays outside. */
export async function bundleOf(module: string): Promise<Bundle> {
  const result = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true, external: ['koffi'] },
    build: {
      ssr: module,
      write: false,
      minify: false,
      target: 'node24',
      rolldownOptions: { output: { format: 'cjs', codeSplitting: false } },
    },
  });
  const { output: files } = result as Rollup.RollupOutput;
  const [file] = files;
  if (files.length !== 1 || file.type !== 'chunk') {
    throw new Error(`One file was expected, not ${files.map((one) => one.fileName).join(', ')}`);
  }
  const outside = [...file.imports, ...file.dynamicImports].filter(
    (name) => name !== file.fileName && name !== 'koffi' && !isBuiltin(name),
  );
  if (outside.length > 0) throw new Error(`${outside.join(', ')} would have to lie beside it`);
  return { code: file.code, modules: file.moduleIds.map((id) => relative(root, id)) };
}

async function makeProgram(script: string, program: string, folder: string): Promise<void> {
  const blob = join(folder, 'pikeep.blob');
  const config = join(folder, 'sea.json');
  const settings = {
    main: script,
    output: blob,
    disableExperimentalSEAWarning: true,
    // NODE_OPTIONS and --node-options have no effect on the program.
    execArgvExtension: 'none',
    // Made by the very Node that goes into the program, so it fits; it saves compiling what a start needs.
    useCodeCache: true,
  };
  await writeFile(config, JSON.stringify(settings));
  await run(node, ['--experimental-sea-config', config]);
  await copyFile(node, program);
  await chmod(program, 0o755);
  const onMac = process.platform === 'darwin';
  if (onMac) await run('codesign', ['--remove-signature', program]);
  const segment = onMac ? ['--macho-segment-name', 'NODE_SEA'] : [];
  // As a program, so that its remarks about sections it leaves alone do not look like trouble.
  const postject = createRequire(import.meta.url).resolve('postject/dist/cli.js');
  const fuse = ['--sentinel-fuse', SENTINEL];
  await run(node, [postject, program, 'NODE_SEA_BLOB', blob, ...fuse, ...segment]);
  if (onMac) await run('codesign', ['--sign', '-', program]);
}

if (import.meta.main) {
  console.log(`${relative(process.cwd(), await buildHelper())} is up to date`);
}
