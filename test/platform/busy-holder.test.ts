import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asPiKeepError } from '../../src/engine/errors.ts';
import { explain } from '../../src/engine/explain.ts';
import { coachFor } from '../../src/engine/words/coach.ts';
import { createLinuxPlatform } from '../../src/platform/linux/index.ts';
import { plainDisk } from '../support/disk.ts';
import { attachLoop, type LoopDevice } from '../support/loop.ts';
import { needsLoop, needsRoot, needsSystem } from '../support/tools.ts';

const BYTES = 8 * 1024 * 1024;
const skip = needsSystem('linux') || needsRoot() || needsLoop();

/** Opens the device for itself alone, says so, and holds it until it is ended. */
const program = `
const fs = require('node:fs');
fs.openSync(process.argv[1], fs.constants.O_RDONLY | fs.constants.O_EXCL);
console.log('held');
setInterval(() => {}, 1000);
`;

describe.skipIf(skip)('a card that another program has for itself', { timeout: 60_000 }, () => {
  let folder: string;
  let loop: LoopDevice;
  let holder: ChildProcess;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pikeep-busy-'));
    const image = join(folder, 'card.img');
    writeFileSync(image, '');
    truncateSync(image, BYTES);
    loop = await attachLoop(image);
    holder = spawn(process.execPath, ['-e', program, loop.path], { stdio: ['ignore', 'pipe', 2] });
    await new Promise((held) => holder.stdout?.once('data', held));
  });
  afterEach(async () => {
    const gone = new Promise((ended) => holder.once('exit', ended));
    holder.kill('SIGKILL');
    await gone;
    await loop.detach();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is busy, by a name and a number, and a look says so too', async () => {
    const { readDoors, access } = createLinuxPlatform();
    const disk = plainDisk({ id: loop.id, path: loop.path, rawPath: loop.path, bytes: BYTES });
    const opening = readDoors[0]?.open({
      ...{ disk, allowDiskImage: true, authorizer: null, prompt: '' },
    });
    const error = asPiKeepError(await opening?.catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({
      code: 'DEVICE_BUSY',
      facts: { path: loop.path, holder: { pid: holder.pid, name: expect.any(String) } },
    });
    expect(explain(error).message).toContain(`(process ${holder.pid}) holds ${loop.path}`);
    const coach = coachFor(error, { system: 'linux', app: null, isApp: false });
    expect(coach).toMatchObject({ kind: 'busy', what: expect.stringMatching(/holds the card/) });
    expect(coach?.what).not.toMatch(/^Another program/);
    expect(await access.look(disk)).toBe('busy');
  });
});
