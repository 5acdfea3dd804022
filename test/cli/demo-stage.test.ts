import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { setDemoStage } from '../../src/cli/demo-stage.ts';
import { JsonPrinter } from '../../src/cli/json-printer.ts';
import { outputOf } from '../../src/cli/output.ts';
import { openSession, type Session } from '../../src/cli/session.ts';

let folder: string;
let stage: string | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pikeep-demo-test-'));
  vi.stubEnv('HOME', folder);
  for (const name of ['XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME']) vi.stubEnv(name, '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const path of [folder, stage]) if (path) rmSync(path, { recursive: true, force: true });
  stage = null;
});

async function session(library: string | null): Promise<Session> {
  const [stdout, stderr] = [outputOf(process.stdout), outputOf(process.stderr)];
  return openSession(
    {
      ...{ stdout, stderr, printer: new JsonPrinter({ stdout, now: () => 0 }) },
      ...{ signal: new AbortController().signal, keepOnAbort: () => true },
    },
    { json: true, slot: null, door: null, allowDiskImage: false, library },
    'demo',
  );
}

it('a demo throws away in its own folder, and leaves Time Machine alone', async () => {
  const { inside, library, ...made } = await setDemoStage(await session(null));
  stage = made.folder;
  expect(inside.platform.timeMachine).toBeUndefined();
  mkdirSync(library);
  const image = join(library, 'old.img');
  writeFileSync(image, 'played');
  await inside.platform.trash.move(image);
  expect(existsSync(image)).toBe(false);
  expect(readdirSync(join(made.folder, 'trash'))).toHaveLength(1);
  expect(readdirSync(folder)).toEqual([]);
});

const onLinux = it.runIf(process.platform === 'linux');

onLinux('what a demo throws away out of a library of the user’s outlives the demo', async () => {
  const own = join(folder, 'library');
  mkdirSync(own);
  const { inside, ...made } = await setDemoStage(await session(own));
  stage = made.folder;
  const image = join(own, 'old.img');
  writeFileSync(image, 'mine');
  await inside.platform.trash.move(image);
  expect(existsSync(image)).toBe(false);
  rmSync(made.folder, { recursive: true });
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  expect(found.filter((name) => name.endsWith('old.img'))).toHaveLength(1);
});
