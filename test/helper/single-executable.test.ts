/** The built program and its surroundings. */

import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundleOf } from '../../scripts/build-helper.ts';
import { fromHelper, toHelper } from '../../src/helper/frames.ts';
import { needsLoop } from '../support/tools.ts';
import { program, requestFor } from './caller-rig.ts';
import { EMPTY, useStage } from './stage.ts';

describe.skipIf(needsLoop())('the single executable', () => {
  const stage = useStage();

  test('nothing of the environment or the surroundings gets into it', async () => {
    const place = mkdtempSync('/tmp/pikeep-planted-');
    try {
      const proof = join(place, 'proof');
      const evil = `require('node:fs').writeFileSync(${JSON.stringify(proof)}, 'loaded')`;
      copyFileSync(program, join(place, 'pikeep'));
      for (const name of ['valibot', 'plist', 'koffi', 'node:fs', 'fs', 'sudo-prompt']) {
        const module = join(place, 'node_modules', name.replace(':', '_'));
        mkdirSync(module, { recursive: true });
        writeFileSync(join(module, 'index.js'), evil);
      }
      writeFileSync(join(place, 'evil.cjs'), evil);
      const env = {
        NODE_OPTIONS: `--require ${join(place, 'evil.cjs')} --inspect=0`,
        NODE_PATH: join(place, 'node_modules'),
        PATH: place,
        HOME: place,
      };
      for (const tool of ['lsblk', 'losetup']) {
        writeFileSync(join(place, tool), `#!/bin/sh\necho loaded >${proof}\n`, { mode: 0o755 });
      }
      const rig = await stage.caller();
      rig.write(requestFor(stage.disk));
      const child = spawn(join(place, 'pikeep'), ['helper', rig.requestPath], {
        cwd: place,
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      const ended = new Promise<{ status: number | null; stderr: string }>((done) => {
        child.once('close', (status) => done({ status, stderr }));
      });
      const run = { child, ended };
      await rig.frame(fromHelper.hello, run);
      await rig.send(toHelper.accepted, 0, EMPTY);
      await rig.frame(fromHelper.opened, run);
      expect(readlinkSync(`/proc/${child.pid}/cwd`)).toBe('/');
      rig.hangUp();
      expect(await ended).toEqual({ status: 0, stderr: '' });
      expect(existsSync(proof)).toBe(false);
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  test('is no Node: it takes no option and runs no file', async () => {
    const place = mkdtempSync('/tmp/pikeep-planted-');
    try {
      const proof = join(place, 'proof');
      const file = join(place, 'evil.cjs');
      writeFileSync(file, `require('node:fs').writeFileSync(${JSON.stringify(proof)}, 'loaded')`);
      for (const args of [
        ['--require', file],
        [file],
        ['-e', `require(${JSON.stringify(file)})`],
      ]) {
        const { status } = spawnSync(program, args, { cwd: place, env: {}, encoding: 'utf8' });
        expect(status, args[0]).toBe(2);
      }
      expect(existsSync(proof)).toBe(false);
    } finally {
      rmSync(place, { recursive: true });
    }
  });
});

test('the single executable talks to a worker that is itself', async () => {
  const worker = spawn(program, ['worker'], {
    env: {},
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const answer = new Promise((done) => worker.once('message', done));
  const ended = new Promise((done) => worker.once('exit', done));
  worker.send({ message: 'start', task: { task: 'verify', image: '/tmp/pikeep-no-such.img' } });
  expect(await answer).toMatchObject({ message: 'failed', error: { code: 'NO_SUCH_IMAGE' } });
  await ended;
});

describe('what the helper is made of', () => {
  const packageOf = (path: string) =>
    path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1] ?? null;

  test('is PiKeep’s own code and valibot; on macOS also plist, for what diskutil says', async () => {
    const { modules } = await bundleOf(resolve(import.meta.dirname, '../../src/helper/main.ts'));
    const packages = new Set(modules.map(packageOf).filter((name) => name !== null));
    expect([...packages].toSorted()).toEqual(['@xmldom/xmldom', 'plist', 'valibot', 'xmlbuilder']);
    const own = modules.filter((path) => path.startsWith('src/'));
    // The engine writes the facts of errors in English; no catalogue comes with that.
    const ours = /^src\/((helper|engine|platform)\/|language\/(english|state)\.ts$)/;
    expect(own.filter((path) => !ours.test(path))).toEqual([]);
    const unwanted = ['door', 'link', 'client', 'writable-client', 'program', 'start'];
    const files = [
      ...unwanted.map((name) => `helper/${name}`),
      'helper/start-linux',
      'platform/macos/ffi',
      'platform/descriptor-lock',
    ];
    for (const file of files) expect(own).not.toContain(`src/${file}.ts`);
  });

  test('is valibot alone on Linux', async () => {
    const file = resolve(import.meta.dirname, '../../src/helper/world-linux.ts');
    const { modules } = await bundleOf(file);
    expect(new Set(modules.map(packageOf))).toEqual(new Set([null, 'valibot']));
  });
});
