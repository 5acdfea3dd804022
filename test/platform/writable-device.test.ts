import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createDirectWriteDoor } from '../../src/platform/direct-write-door.ts';
import { openWritableFile } from '../../src/platform/writable-file.ts';
import { plainDisk } from '../support/disk.ts';
import { attachLoop } from '../support/loop.ts';
import { needsLoop } from '../support/tools.ts';
import { OLD, WRITABLE_BYTES, writableDeviceSuite } from '../support/writable-device-suite.ts';

const noLoop = needsLoop();

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pikeep-writable-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function oldCard(bytes = WRITABLE_BYTES, name = 'card.img'): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, Buffer.alloc(bytes, OLD), { mode: 0o600 });
  return file;
}

writableDeviceSuite('an image file', async () => {
  const file = await oldCard();
  return { device: await openWritableFile(file), medium: () => readFile(file) };
});
writableDeviceSuite('the direct door to a card in the slot', async () => {
  const path = await oldCard();
  const disk = plainDisk({ path, bytes: WRITABLE_BYTES });
  const request = { disk, allowDiskImage: false, authorizer: null, prompt: '' };
  return { device: await createDirectWriteDoor().open(request), medium: () => readFile(path) };
});
for (const sectorSize of [512, 4096] as const) {
  const bytes = WRITABLE_BYTES - (WRITABLE_BYTES % sectorSize);
  writableDeviceSuite(
    `a loop device of ${sectorSize}-byte sectors`,
    async () => {
      const file = await oldCard(bytes);
      const loop = await attachLoop(file, { sectorSize });
      const device = await openWritableFile(loop.path);
      return { device, medium: () => readFile(file), dispose: () => loop.detach() };
    },
    { skip: noLoop, bytes, sectorSize },
  );
}
