/** Writing through the built helper: what the engine's port promises, and what happens when one of the two sides goes. */

import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { WritableDevice } from '../../src/engine/writable-device.ts';
import { createHelperDoor, createHelperWriteDoor } from '../../src/helper/door.ts';
import { startAsRoot } from '../../src/helper/start.ts';
import type { OpenRequest } from '../../src/platform/ports.ts';
import { blockDeviceSuite, suiteContent } from '../support/block-device-suite.ts';
import { attachLoop, type LoopDevice } from '../support/loop.ts';
import { needsLoop } from '../support/tools.ts';
import { OLD, WRITABLE_BYTES, writableDeviceSuite } from '../support/writable-device-suite.ts';
import { diskOf } from './caller-rig.ts';
import { helperOf } from './helper-process.ts';
import { openForWriting } from './stage.ts';

const MIB = 1024 * 1024;

async function requestFor(loop: LoopDevice): Promise<OpenRequest> {
  const disk = await diskOf(loop.id);
  return { disk, allowDiskImage: true, authorizer: null, prompt: 'A test' };
}

async function openLoop(loop: LoopDevice): Promise<WritableDevice> {
  return createHelperWriteDoor({ system: 'linux' }).open(await requestFor(loop));
}

async function underTest(content: Uint8Array, sectorSize: 512 | 4096 = 512) {
  const folder = mkdtempSync('/tmp/pikeep-remote-');
  const image = join(folder, 'card.img');
  writeFileSync(image, content);
  const loop = await attachLoop(image, { sectorSize });
  return {
    device: await openLoop(loop),
    medium: () => readFileSync(image),
    dispose: async () => {
      await loop.detach();
      rmSync(folder, { recursive: true });
    },
  };
}

const skip = needsLoop();

blockDeviceSuite('A device written through the helper', () => underTest(suiteContent()), { skip });
writableDeviceSuite(
  'A device written through the helper',
  () => underTest(Buffer.alloc(WRITABLE_BYTES, OLD)),
  { skip },
);
writableDeviceSuite(
  'A device of large sectors written through the helper',
  () => underTest(Buffer.alloc(4 * MIB, OLD), 4096),
  { skip, sectorSize: 4096, bytes: 4 * MIB },
);

describe.skipIf(skip)('A device written through the helper', () => {
  const bytes = 24 * MIB + 1536;
  let folder: string;
  let image: string;
  let loop: LoopDevice;
  let device: WritableDevice | null = null;
  let pid = 0;
  beforeEach(async () => {
    folder = mkdtempSync('/tmp/pikeep-remote-');
    image = join(folder, 'card.img');
    writeFileSync(image, Buffer.alloc(bytes, OLD));
    loop = await attachLoop(image);
  });
  afterEach(async () => {
    await device?.close();
    device = null;
    await loop.detach();
    rmSync(folder, { recursive: true });
  });
  const open = async (): Promise<WritableDevice> => {
    const door = createHelperWriteDoor({
      system: 'linux',
      start: (request) => {
        const started = startAsRoot(request);
        pid = helperOf(request.requestPath);
        return started;
      },
    });
    device = await door.open(await requestFor(loop));
    return device;
  };
  const writers = () => openForWriting(pid, loop.path);

  test('takes random writes, many at once and larger than a message, and gives them back', async () => {
    const remote = await open();
    const expected = Buffer.alloc(bytes, OLD);
    for (let round = 0; round < 12; round++) {
      // Eight places that do not overlap, each with a piece of any size in it.
      const place = 3 * MIB;
      await Promise.all(
        Array.from({ length: 8 }, async (_, index) => {
          const sectors = randomInt(1, place / 512);
          const offset = index * place + 512 * randomInt(0, place / 512 - sectors + 1);
          const data = randomBytes(512 * sectors);
          data.copy(expected, offset);
          await remote.write(data, offset);
        }),
      );
    }
    await remote.finishWriting();
    const back = new Uint8Array(bytes);
    await remote.read(back, 0);
    expect(hashOf(back)).toBe(hashOf(expected));
    expect(hashOf(readFileSync(image))).toBe(hashOf(expected));
  });

  test('is held by one who may write until that is over, and by readers only from then on', async () => {
    const remote = await open();
    expect(writers()).toHaveLength(1);
    await remote.finishWriting();
    expect(writers()).toEqual([]);
    await expect(openLoop(loop)).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
  });

  test('is nobody else’s meanwhile: no second restore, no backup, no mount', async () => {
    const remote = await open();
    const reading = createHelperDoor({ system: 'linux' });
    for (const isFinished of [false, true]) {
      if (isFinished) await remote.finishWriting();
      await expect(openLoop(loop)).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
      await expect(reading.open(await requestFor(loop))).rejects.toMatchObject({
        code: 'DEVICE_BUSY',
      });
    }
    await remote.close();
    device = null;
    await (await open()).write(new Uint8Array(512), 0);
  });

  test('fails every write, flush and read when the helper is killed in the middle', async () => {
    const remote = await open();
    const writes = Array.from({ length: 24 }, (_, index) =>
      remote.write(new Uint8Array(MIB).fill(1), index * MIB),
    );
    const settled = Promise.allSettled(writes);
    await writes[0];
    process.kill(pid, 'SIGKILL');
    const failed = (await settled).filter(({ status }) => status === 'rejected');
    for (const one of failed) expect(one).toMatchObject({ reason: { code: 'HELPER_FAILED' } });
    for (const late of [
      remote.write(new Uint8Array(512), 0),
      remote.flush(),
      remote.read(new Uint8Array(512), 0),
      remote.finishWriting(),
    ]) {
      await expect(late).rejects.toMatchObject({ code: 'HELPER_FAILED' });
    }
  });

  test('keeps every write it had acknowledged, whole, when the caller is killed in the middle', async () => {
    const caller = spawn(
      process.execPath,
      [
        resolve(import.meta.dirname, 'writing-caller.ts'),
        JSON.stringify((await requestFor(loop)).disk),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let said = '';
    caller.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = new Promise((done) => caller.once('close', done));
    const acknowledged = () => said.split('\n').slice(1, -1).map(Number);
    await vi.waitUntil(() => acknowledged().length > 6, { timeout: 20_000, interval: 1 });
    const helper = Number(said.split('\n')[0]);
    caller.kill('SIGKILL');
    await ended;
    await vi.waitUntil(() => !existsSync(`/proc/${helper}/exe`), 20_000);
    const medium = readFileSync(image);
    const states = Array.from({ length: 24 }, (_, index) => {
      const piece = medium.subarray(index * MIB, (index + 1) * MIB);
      if (piece.every((byte) => byte === OLD)) return 'old';
      return piece.every((byte) => byte === index + 1) ? 'written' : 'torn';
    });
    for (const index of acknowledged()) expect(states[index], `piece ${index}`).toBe('written');
    expect(states).not.toContain('torn');
    // The device is free again for whoever restores next.
    await (await open()).write(new Uint8Array(512), 0);
  });

  test('reports a card that left as gone, for every write and for the flush', async () => {
    const remote = await open();
    truncateSync(image, 0);
    execFileSync('losetup', ['--set-capacity', loop.path]);
    for (const offset of [0, MIB]) {
      await expect(remote.write(new Uint8Array(4096), offset)).rejects.toMatchObject({
        code: 'DEVICE_GONE',
        facts: { path: loop.path },
      });
    }
    await expect(remote.finishWriting()).rejects.toMatchObject({ code: 'DEVICE_GONE' });
  });

  test('says where a write failed, and goes on with the others', async () => {
    // A card that wears out: its file lies where there is room for a part of it only.
    const worn = mkdtempSync('/tmp/pikeep-worn-');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', worn]);
    const sparse = join(worn, 'card.img');
    writeFileSync(sparse, '');
    truncateSync(sparse, bytes);
    const other = await attachLoop(sparse);
    try {
      device = await openLoop(other);
      const whole = device.write(new Uint8Array(8 * MIB).fill(1), MIB);
      await expect(whole).rejects.toMatchObject({
        code: 'WRITE_FAILED',
        facts: { path: other.path, bytes: MIB, errno: expect.stringMatching(/^(EIO|ENOSPC)$/) },
      });
      await device.write(new Uint8Array(512).fill(2), MIB);
      const back = new Uint8Array(513);
      await device.read(back, MIB);
      expect([back[0], back[511], back[512]]).toEqual([2, 2, 1]);
    } finally {
      await device?.close();
      await other.detach();
      execFileSync('umount', [worn]);
      rmdirSync(worn);
    }
  });

  test('is write-protected when its reader says so', async () => {
    await loop.detach();
    loop = await attachLoop(image, { readOnly: true });
    await expect(open()).rejects.toMatchObject({
      code: 'WRITE_PROTECTED',
      facts: { path: loop.path },
    });
    expect(readFileSync(image).every((byte) => byte === OLD)).toBe(true);
  });
});

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
