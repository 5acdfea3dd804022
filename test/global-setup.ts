/** Builds what the tests run as it ships (the page, the single executable), when its sources are newer. */

import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '..');

/** `neededBy` is matched with the file filters of a run; a run without filters needs everything. */
const products = [
  {
    script: 'scripts/build-panel.ts',
    build: 'buildPanel',
    output: 'dist/panel/index.html',
    sources: ['src/panel/**', 'src/contract/**', 'scripts/build-panel.ts'],
    neededBy: /panel|app|cli|slow/,
  },
  {
    script: 'scripts/build-helper.ts',
    build: 'buildHelper',
    output: 'dist/pikeep',
    sources: [
      'src/{helper,cli,engine,platform,library,worker,desk,contract,panel-server}/**',
      'scripts/build-helper.ts',
    ],
    neededBy: /helper|app|cli|slow/,
  },
];

export async function setup(): Promise<void> {
  const filters = process.argv
    .slice(2)
    .filter((argument) => /^(\.\/)?test\//.test(argument) && !argument.endsWith('config.ts'));
  for (const product of products) {
    if (!existsSync(join(root, product.script))) continue;
    if (filters.length > 0 && !filters.some((filter) => product.neededBy.test(filter))) continue;
    if (!isStale(product)) continue;
    await withLock(async () => {
      if (!isStale(product)) return;
      process.stdout.write(`Building ${product.output} for the tests ...\n`);
      const script: Record<string, () => Promise<unknown>> = await import(
        pathToFileURL(join(root, product.script)).href
      );
      const build = script[product.build];
      if (!build) throw new Error(`${product.script} does not export ${product.build}`);
      await build();
    });
  }
}

function isStale({ output, sources }: (typeof products)[number]): boolean {
  const built = statSync(join(root, output), { throwIfNoEntry: false });
  if (!built) return true;
  return globSync(sources, { cwd: root }).some(
    (file) => statSync(join(root, file)).mtimeMs > built.mtimeMs,
  );
}

/** Two test runs in one checkout must not build into the same folder at once. */
async function withLock(work: () => Promise<void>): Promise<void> {
  const lock = join(root, 'dist', '.building');
  mkdirSync(join(root, 'dist'), { recursive: true });
  const deadline = Date.now() + 180_000;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (!existsSync(lock)) continue;
      if (!isAlive(Number(readFileSync(lock, 'utf8')))) rmSync(lock, { force: true });
      else if (Date.now() > deadline)
        throw new Error(`${lock} is held by another test run`, { cause: error });
      else await delay(250);
    }
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
