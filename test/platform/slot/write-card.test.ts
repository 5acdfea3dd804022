import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Disk } from '../../../src/engine/disk.ts';
import { createDirectWriteDoor } from '../../../src/platform/direct-write-door.ts';
import type { OpenRequest } from '../../../src/platform/ports.ts';
import { openWritableFile } from '../../../src/platform/writable-file.ts';
import { plainDisk } from '../../support/disk.ts';
import { asNobody } from '../../support/nobody.ts';
import { needsRoot } from '../../support/tools.ts';

const CARD_BYTES = 8 * 1024 * 1024;
const sector = new Uint8Array(512).fill(7);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pikeep-slot-card-'));
  await chmod(folder, 0o711);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function newCard(name: string, bytes = CARD_BYTES): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, new Uint8Array(bytes), { mode: 0o600 });
  return file;
}
function request(facts: Partial<Disk>): OpenRequest {
  const disk = plainDisk({ bytes: CARD_BYTES, ...facts });
  return { disk, allowDiskImage: true, authorizer: null, prompt: '' };
}
const open = (path: string) => createDirectWriteDoor().open(request({ path }));

describe('a card in the slot that is opened for a restore', () => {
  test('that nobody may write is write-protected, also for root', async () => {
    const path = await newCard('locked.img');
    await chmod(path, 0o444);
    await expect(open(path)).rejects.toMatchObject({ code: 'WRITE_PROTECTED', facts: { path } });
    const listed = request({ path, writable: false });
    await expect(createDirectWriteDoor().open(listed)).rejects.toMatchObject({
      code: 'WRITE_PROTECTED',
    });
  });

  test('is written by one program at a time, and may be taken by the next when that has ended', async () => {
    const path = await newCard('shared.img');
    const device = await open(path);
    try {
      await expect(open(path)).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
      await device.write(sector, 0);
      await device.finishWriting();
      // Still being proven.
      await expect(open(path)).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
    } finally {
      await device.close();
    }
    await (await open(path)).close();
  });

  test('is not kept by a program that was killed', async () => {
    const path = await newCard('killed.img');
    const script = `
      import { createDirectWriteDoor } from ${JSON.stringify(new URL('../../../src/platform/direct-write-door.ts', import.meta.url).href)};
      await createDirectWriteDoor().open(${JSON.stringify(request({ path }))});
      process.stdout.write('open');
      setInterval(() => {}, 1000);`;
    const other = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(other, 'exit');
    try {
      const [said] = await once(other.stdout, 'data');
      expect(String(said)).toBe('open');
      await expect(open(path)).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
    } finally {
      other.kill('SIGKILL');
      await ended;
    }
    await (await open(path)).close();
  });

  test('that another file has replaced is not proven in its place', async () => {
    const path = await newCard('swapped.img');
    const device = await open(path);
    try {
      await device.write(sector, 0);
      await rename(await newCard('other.img'), path);
      const finishing = device.finishWriting();
      await expect(finishing).rejects.toMatchObject({ code: 'IDENTITY_CHANGED' });
      await expect(device.read(new Uint8Array(512), 0)).rejects.toMatchObject({
        code: 'IDENTITY_CHANGED',
      });
    } finally {
      await device.close();
    }
  });

  test('that was taken out meanwhile has gone', async () => {
    const path = await newCard('taken.img');
    const device = await open(path);
    try {
      await device.write(sector, 0);
      await rm(path);
      await expect(device.finishWriting()).rejects.toMatchObject({ code: 'DEVICE_GONE' });
    } finally {
      await device.close();
    }
  });

  test('is not reached by a link, nor is a folder or nothing at all', async () => {
    const link = join(folder, 'link.img');
    await symlink(await newCard('target.img'), link);
    await expect(open(link)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(open(folder)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(open(join(folder, 'no.img'))).rejects.toMatchObject({ code: 'DEVICE_GONE' });
    await expect(openWritableFile(join(folder, 'no.img'))).rejects.toMatchObject({
      code: 'NO_SUCH_DISK',
    });
  });

  test('of another size than listed is refused', async () => {
    const path = await newCard('grown.img', CARD_BYTES + 512);
    await expect(open(path)).rejects.toMatchObject({
      code: 'SIZE_CHANGED',
      facts: { expectedBytes: CARD_BYTES, foundBytes: CARD_BYTES + 512 },
    });
  });

  test.skipIf(needsRoot())('that this user may not write lets another door be tried', async () => {
    const path = await newCard('private.img');
    const answer = await asNobody(
      'import { createDirectWriteDoor } from "./src/platform/direct-write-door.ts";',
      `try { await createDirectWriteDoor().open(${JSON.stringify(request({ path }))}); }
       catch (error) { console.log(error.code, error.facts.door); }`,
    );
    expect(answer).toBe('DOOR_UNAVAILABLE direct');
  });
});
