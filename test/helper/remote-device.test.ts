import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allocateAligned } from '../../src/engine/aligned-memory.ts';
import type { BlockDevice } from '../../src/engine/block-device.ts';
import { createHelperDoor } from '../../src/helper/door.ts';
import { blockDeviceSuite, suiteContent } from '../support/block-device-suite.ts';
import { attachLoop, type LoopDevice } from '../support/loop.ts';
import { needsLoop } from '../support/tools.ts';
import { diskOf } from './caller-rig.ts';

const MIB = 1024 * 1024;

async function openLoop(loop: LoopDevice): Promise<BlockDevice> {
  return createHelperDoor({ system: 'linux' }).open({
    disk: await diskOf(loop.id),
    allowDiskImage: true,
    authorizer: null,
    prompt: 'A test',
  });
}

blockDeviceSuite(
  'A device read through the helper',
  async () => {
    const folder = mkdtempSync('/tmp/pikeep-remote-');
    const image = join(folder, 'card.img');
    writeFileSync(image, suiteContent());
    const loop = await attachLoop(image);
    return {
      device: await openLoop(loop),
      dispose: async () => {
        await loop.detach();
        rmSync(folder, { recursive: true });
      },
    };
  },
  { skip: needsLoop() },
);

describe.skipIf(needsLoop())('A device read through the helper', () => {
  const bytes = 24 * MIB + 1536;
  let folder: string;
  let loop: LoopDevice;
  let device: BlockDevice | null = null;
  beforeEach(async () => {
    folder = mkdtempSync('/tmp/pikeep-remote-');
    writeFileSync(join(folder, 'card.img'), suiteContent(bytes));
    loop = await attachLoop(join(folder, 'card.img'));
  });
  afterEach(async () => {
    await device?.close();
    device = null;
    await loop.detach();
    rmSync(folder, { recursive: true });
  });

  test('serves requests larger than a message, and more of them than may be in flight', async () => {
    device = await openLoop(loop);
    const content = Buffer.from(suiteContent(bytes));
    const whole = allocateAligned(bytes);
    const parts = Array.from({ length: 40 }, () => new Uint8Array(MIB + 1));
    await Promise.all([
      device.read(whole, 0),
      ...parts.map((part, index) => device?.read(part, index * 500_000)),
    ]);
    expect(content.equals(whole)).toBe(true);
    for (const [index, part] of parts.entries()) {
      const at = index * 500_000;
      expect(content.subarray(at, at + part.byteLength).equals(part), `part ${index}`).toBe(true);
    }
  });

  test('reports a device that left as gone, for every read', async () => {
    device = await openLoop(loop);
    // A loop device whose file is cut to nothing and whose size is read again is a reader without its card.
    writeFileSync(join(folder, 'card.img'), '');
    execFileSync('losetup', ['--set-capacity', loop.path]);
    for (const offset of [0, MIB]) {
      await expect(device.read(new Uint8Array(4096), offset)).rejects.toMatchObject({
        code: 'DEVICE_GONE',
        facts: { path: loop.path },
      });
    }
  });

  test('is free again as soon as it is closed', async () => {
    device = await openLoop(loop);
    await expect(openLoop(loop)).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
    await device.close();
    device = await openLoop(loop);
    expect(device.size).toBe(bytes);
  });
});
