/** What somebody may have put around the program, and into the environment of whoever starts it as root. */

import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fromHelper } from '../../src/helper/frames.ts';
import { startAsRoot } from '../../src/helper/start.ts';
import { needsLoop } from '../support/tools.ts';
import { program, requestFor } from './caller-rig.ts';
import { helperOf } from './helper-process.ts';
import { useStage } from './stage.ts';

describe.skipIf(needsLoop())('the helper', { timeout: 60_000 }, () => {
  const stage = useStage();
  let place: string;
  beforeEach(() => {
    place = mkdtempSync('/tmp/pikeep-planted-');
  });
  afterEach(() => rmSync(place, { recursive: true }));

  test('loads nothing that a package.json beside it names, nor modules of folders above', async () => {
    const proof = join(place, 'proof');
    const evil = `require('node:fs').writeFileSync(${JSON.stringify(proof)}, 'loaded')`;
    const inner = join(place, 'bin');
    mkdirSync(inner);
    copyFileSync(program, join(inner, 'pikeep'));
    for (const folder of [inner, place]) {
      const names = { imports: { '#*': './evil.cjs' }, exports: './evil.cjs', main: './evil.cjs' };
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'pikeep', ...names }));
      for (const file of [
        'evil.cjs',
        'index.js',
        'sea-config.json',
        '.noderc',
        'node.config.json',
      ]) {
        writeFileSync(join(folder, file), evil);
      }
      for (const name of ['valibot', 'pikeep', 'koffi']) {
        mkdirSync(join(folder, 'node_modules', name), { recursive: true });
        writeFileSync(join(folder, 'node_modules', name, 'index.js'), evil);
      }
    }
    const rig = await stage.caller();
    rig.write(requestFor(stage.disk));
    const child = spawn(join(inner, 'pikeep'), ['helper', rig.requestPath], {
      cwd: inner,
      env: { NODE_PATH: join(place, 'node_modules'), NODE_EXTRA_CA_CERTS: join(place, 'evil.cjs') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise<{ status: number | null; stderr: string }>((done) => {
      child.once('close', (status) => done({ status, stderr: '' }));
    });
    await rig.frame(fromHelper.hello, { child, ended });
    rig.hangUp();
    await ended;
    expect(existsSync(proof)).toBe(false);
  });

  test('is started with nothing of its starter’s environment', async () => {
    const planted = {
      LD_PRELOAD: '/nonexistent.so',
      NODE_OPTIONS: '--inspect=0',
      NODE_PATH: place,
      BASH_ENV: place,
      PIKEEP_X: 'x',
    };
    const before = { ...process.env };
    Object.assign(process.env, planted);
    const rig = await stage.caller();
    let ended: Promise<unknown> = Promise.resolve();
    try {
      rig.write(requestFor(stage.disk));
      const { requestPath, folder } = rig;
      const started = startAsRoot({ program, requestPath, folder, prompt: 'A test' });
      ended = started.ended;
      await vi.waitUntil(() => rig.frames.some(({ kind }) => kind === fromHelper.hello), 30_000);
      const pid = helperOf(requestPath);
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
        .split('\0')
        .filter(Boolean);
      expect(environment.map((entry) => entry.split('=')[0]).sort()).toEqual(['PATH']);
    } finally {
      for (const name of Object.keys(planted)) delete process.env[name];
      Object.assign(process.env, before);
      rig.hangUp();
      await ended;
    }
  });
});
