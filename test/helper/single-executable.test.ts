/** The built program and its surroundings. */

import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
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
});
