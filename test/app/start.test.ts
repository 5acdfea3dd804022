import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
let folder = '';
let started: ChildProcess | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pikeep-start-'));
});
afterEach(async () => {
  if (started && started.exitCode === null && started.signalCode === null) {
    const ended = once(started, 'exit');
    started.kill('SIGKILL');
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
});

function npmStart(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  started = spawn(process.execPath, [join(root, 'scripts/start.ts'), ...args], {
    cwd: root,
    env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return started;
}

async function outputUntil(child: ChildProcess, pattern: RegExp): Promise<string> {
  let output = '';
  for await (const data of child.stdout ?? []) {
    output += String(data);
    if (pattern.test(output)) return output;
  }
  throw new Error(`it ended after: ${output}`);
}

it('runs the built app in Electron where that is installed, and ends with its exit code', async () => {
  const electron = join(folder, 'electron');
  await writeFile(electron, '#!/bin/sh\necho "electron:$ELECTRON_RUN_AS_NODE:$*"\nexit 7\n');
  await chmod(electron, 0o755);
  const child = npmStart(['--slot', '/cards'], {
    ELECTRON_OVERRIDE_DIST_PATH: folder,
    ELECTRON_RUN_AS_NODE: '1',
  });
  const ended = once(child, 'exit');
  expect(await outputUntil(child, /\n$/)).toBe(`electron::${root} --slot /cards\n`);
  expect((await ended)[0]).toBe(7);
}, 60_000);

it('says in one line that there is no Electron, and serves the same panel to the browser', async () => {
  const slot = join(folder, 'slot');
  await mkdir(slot);
  const child = npmStart(['--no-browser', '--slot', slot], {
    // A folder without a program: also on a machine that has Electron.
    ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'none'),
  });
  const output = await outputUntil(child, /http:\/\/127\.0\.0\.1:\d+/);
  const lines = output.split('\n');
  expect(lines[0]).toMatch(
    /^No Electron program is installed .* opening the same panel in the browser\.$/,
  );
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  expect((await ended)[0]).toBe(130);
}, 60_000);
