import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Disk } from '../../src/engine/disk.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import { createDirectDoor } from '../../src/platform/direct-door.ts';
import { openThroughDoors } from '../../src/platform/doors.ts';
import type { Door, DoorName, OpenRequest } from '../../src/platform/ports.ts';
import { plainDisk } from '../support/disk.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { asNobody } from '../support/nobody.ts';
import { needsRoot } from '../support/tools.ts';

function request(disk: Disk, more: Partial<OpenRequest> = {}): OpenRequest {
  return { disk, allowDiskImage: true, authorizer: null, prompt: 'Read the card', ...more };
}

const opened: DoorName[] = [];
function door(name: DoorName, error?: PiKeepError): Door {
  return {
    name,
    async open() {
      opened.push(name);
      if (error) throw error;
      return memoryDevice(new Uint8Array(512), { path: name });
    },
  };
}
const closed = (name: DoorName) =>
  door(name, new PiKeepError('DOOR_UNAVAILABLE', { door: name, detail: `no ${name} here` }));

describe('opening a device through the doors', () => {
  const disk = plainDisk({ path: '/dev/sdx' });

  test('the first door that can open it is used', async () => {
    opened.length = 0;
    const through = await openThroughDoors(
      [closed('direct'), door('authopen'), door('helper')],
      request(disk),
      null,
    );
    expect(through.door).toBe('authopen');
    expect(through.device.path).toBe('authopen');
    expect(opened).toEqual(['direct', 'authopen']);
  });

  test.each([
    new PiKeepError('DIALOG_CANCELLED', { door: 'authopen' }),
    new PiKeepError('NOT_AUTHORIZED', { door: 'authopen', detail: 'no' }),
    new PiKeepError('PRIVACY_REFUSED', { path: '/dev/sdx' }),
    new PiKeepError('DEVICE_BUSY', { path: '/dev/sdx' }),
    new PiKeepError('DEVICE_GONE', { path: '/dev/sdx' }),
  ])('$code ends the attempt: no second dialog follows', async (error) => {
    opened.length = 0;
    const doors = [closed('direct'), door('authopen', error), door('helper')];
    await expect(openThroughDoors(doors, request(disk), null)).rejects.toBe(error);
    expect(opened).toEqual(['direct', 'authopen']);
  });

  test('when none is available, NO_DOOR tells the reason of each', async () => {
    const doors = [closed('direct'), closed('helper')];
    await expect(openThroughDoors(doors, request(disk), null)).rejects.toMatchObject({
      code: 'NO_DOOR',
      facts: { path: '/dev/sdx', tried: 'direct: no direct here; helper: no helper here' },
    });
  });

  test('a forced door is the only one tried', async () => {
    opened.length = 0;
    const doors = [door('direct'), closed('helper')];
    await expect(openThroughDoors(doors, request(disk), 'helper')).rejects.toMatchObject({
      code: 'NO_DOOR',
      facts: { tried: 'helper: no helper here' },
    });
    expect(opened).toEqual(['helper']);
    await expect(openThroughDoors(doors, request(disk), 'authopen')).rejects.toMatchObject({
      facts: { tried: 'authopen: does not exist on this system' },
    });
  });

  test('an interrupted request opens nothing', async () => {
    opened.length = 0;
    const signal = AbortSignal.abort();
    await expect(
      openThroughDoors([door('direct')], request(disk, { signal }), null),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(opened).toEqual([]);
  });
});

describe('the direct door', () => {
  let folder = '';
  let image = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pikeep-door-'));
    await chmod(folder, 0o755);
    image = join(folder, 'card.img');
    await writeFile(image, new Uint8Array(1024 * 1024).fill(7), { mode: 0o600 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const file = (path: string, bytes = 1024 * 1024) => plainDisk({ path, bytes });

  test('opens what this user may read', async () => {
    const device = await createDirectDoor().open(request(file(image)));
    const into = new Uint8Array(10);
    await device.read(into, 5);
    expect([...into]).toEqual(new Array(10).fill(7));
    await device.close();
  });

  test('a device that has shrunk or grown since it was listed is refused', async () => {
    await expect(createDirectDoor().open(request(file(image, 512)))).rejects.toMatchObject({
      code: 'SIZE_CHANGED',
    });
  });

  test('a device that is no longer there has gone', async () => {
    await expect(
      createDirectDoor().open(request(file(join(folder, 'gone.img')))),
    ).rejects.toMatchObject({ code: 'DEVICE_GONE' });
  });

  test('a link in place of the device is refused', async () => {
    const link = join(folder, 'link.img');
    await symlink(image, link);
    await expect(createDirectDoor().open(request(file(link)))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
  });

  test.skipIf(needsRoot())('EACCES lets another door be tried', async () => {
    const answer = await asNobody(
      'import { createDirectDoor } from "./src/platform/direct-door.ts";',
      `try { await createDirectDoor().open(${JSON.stringify(request(file(image)))}); }
       catch (error) { console.log(error.code, error.facts.door); }`,
    );
    expect(answer).toBe('DOOR_UNAVAILABLE direct');
  });
});
