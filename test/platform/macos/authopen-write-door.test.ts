import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PiKeepError } from '../../../src/engine/errors.ts';
import type { WritableDevice } from '../../../src/engine/writable-device.ts';
import { openThroughDoors } from '../../../src/platform/doors.ts';
import { createAuthopenWriteDoor } from '../../../src/platform/macos/authopen-write-door.ts';
import { createRawWriteDoor } from '../../../src/platform/macos/direct-write-door.ts';
import type { OpenRequest } from '../../../src/platform/ports.ts';
import { codeOf, useMac } from '../../support/mac/harness.ts';
import { recording } from '../../support/mac/recordings.ts';
import { OLD, writableDeviceSuite } from '../../support/writable-device-suite.ts';

const harness = useMac();
const quick = { retry: 500, pause: 50 };

function open(changes: Partial<OpenRequest> = {}, times = quick): Promise<WritableDevice> {
  const request = harness.request(harness.plainCard(), changes);
  return createAuthopenWriteDoor(harness.mac.places, times).open(request);
}
function authopenFlags(): (string | undefined)[] {
  return harness.mac.state.calls('authopen').map(({ args }) => args[3]);
}
/** What the card holds, which its owner may not look at. */
function medium(): Buffer {
  const { rawPath } = harness.plainCard();
  chmodSync(rawPath, 0o400);
  try {
    return readFileSync(rawPath);
  } finally {
    chmodSync(rawPath, 0o000);
  }
}

writableDeviceSuite(
  'a raw disk that authopen opened',
  async () => {
    harness.insertCard({ mounted: false });
    const { rawPath, bytes } = harness.plainCard();
    chmodSync(rawPath, 0o600);
    writeFileSync(rawPath, Buffer.alloc(bytes, OLD));
    chmodSync(rawPath, 0o000);
    return { device: await open(), medium };
  },
  { bytes: 3 * 1024 * 1024 },
);

describe('opening a card for writing', () => {
  it('asks for the right to write, opens it alone, and gives the right back', async () => {
    harness.insertCard({ mounted: false });
    const device = await open();
    await device.close();
    const { rawPath } = harness.plainCard();
    expect(harness.mac.authorizer.asked).toEqual([`sys.openfile.readwrite.${rawPath}`]);
    expect(authopenFlags()).toEqual(['34']);
    expect(harness.mac.state.read().granted).toEqual([]);
  });

  it('does not do with the right to read', async () => {
    harness.insertCard({ mounted: false });
    const { authorizer } = harness.mac;
    const reading = {
      authorize: (right: string, prompt: string) =>
        authorizer.authorize(right.replace('readwrite', 'readonly'), prompt),
    };
    expect(await codeOf(open({ authorizer: reading }))).toBe('NOT_AUTHORIZED');
  });

  it('goes on asking for it alone until it gets it, with one dialog', async () => {
    harness.insertCard({ mounted: false, exclusiveOpensBusy: 2 });
    const device = await open({}, { ...quick, retry: 20_000 });
    await device.close();
    expect(authopenFlags()).toEqual(['34', '34', '34']);
    expect(harness.mac.authorizer.asked).toHaveLength(1);
  });

  it('never takes it shared: what stays busy is DEVICE_BUSY', async () => {
    harness.insertCard({ mounted: false, exclusiveOpensBusy: Number.POSITIVE_INFINITY });
    expect(await codeOf(open())).toBe('DEVICE_BUSY');
    expect(new Set(authopenFlags())).toEqual(new Set(['34']));
    expect(harness.mac.state.read().granted).toEqual([]);
  });

  it('finds a mounted card busy', async () => {
    harness.insertCard({ mounted: true });
    expect(await codeOf(open())).toBe('DEVICE_BUSY');
  });

  it('shows no second dialog where authopen itself has to ask', async () => {
    harness.insertCard({ mounted: true });
    const asked = join(harness.mac.state.folder, 'asked');
    const busy = recording('authopen-resource-busy.txt').trim();
    writeFileSync(
      harness.mac.places.tools.authopen,
      `#!/bin/sh\necho "$*" >>'${asked}'\necho "${busy}" >&2\nexit 1\n`,
    );
    expect(await codeOf(open({ authorizer: null }))).toBe('DEVICE_BUSY');
    const { rawPath } = harness.plainCard();
    expect(readFileSync(asked, 'utf8')).toBe(`-stdoutpipe -o 34 ${rawPath}\n`);
  });

  it('asks nothing of anybody when the lock switch was seen on', async () => {
    harness.insertCard({ mounted: false, locked: true });
    const disk = { ...harness.plainCard(), writable: false };
    expect(await codeOf(open({ disk }))).toBe('WRITE_PROTECTED');
    expect(harness.mac.authorizer.asked).toEqual([]);
  });

  it('takes EACCES, which root gets from a locked card, for the lock switch', async () => {
    harness.insertCard({ mounted: false, locked: true });
    expect(await codeOf(open())).toBe('WRITE_PROTECTED');
  });

  it('EPERM is the privacy control, ENXIO a card that has left', async () => {
    harness.insertCard({ openRefusal: 'Operation not permitted' });
    expect(await codeOf(open())).toBe('PRIVACY_REFUSED');
    harness.mac.state.update(({ cards }) => {
      for (const card of cards) card.openRefusal = 'Device not configured';
    });
    expect(await codeOf(open())).toBe('DEVICE_GONE');
  });

  it('ends with a cancelled dialog', async () => {
    harness.insertCard({ mounted: false });
    const cancelled = new PiKeepError('DIALOG_CANCELLED', { door: 'authopen' });
    const authorizer = { authorize: () => Promise.reject(cancelled) };
    await expect(open({ authorizer })).rejects.toBe(cancelled);
    expect(harness.mac.state.calls('authopen')).toEqual([]);
  });

  it('is not available without authopen', async () => {
    harness.insertCard({ mounted: false });
    rmSync(harness.mac.places.tools.authopen);
    expect(await codeOf(open())).toBe('DOOR_UNAVAILABLE');
  });

  it('refuses a descriptor of something else than the card', async () => {
    harness.insertCard({ mounted: false });
    const card = harness.plainCard();
    const other = join(harness.mac.state.folder, 'other.img');
    writeFileSync(other, Buffer.alloc(card.bytes));
    const { authopen } = harness.mac.places.tools;
    execFileSync('mv', [authopen, `${authopen}.real`]);
    const script = `#!/bin/sh\n'${authopen}.real' "$@"; status=$?\nmv -f '${other}' '${card.rawPath}'\nexit $status\n`;
    writeFileSync(authopen, script, { mode: 0o755 });
    expect(await codeOf(open())).toBe('IDENTITY_CHANGED');
  });

  it('refuses a card of another size than diskutil said', async () => {
    harness.insertCard({ mounted: false });
    const disk = { ...harness.plainCard(), bytes: 4096 };
    expect(await codeOf(open({ disk }))).toBe('SIZE_CHANGED');
  });
});

describe('a card that is open for writing', () => {
  it('is not opened again to be proven, but takes no more writes', async () => {
    harness.insertCard({ mounted: false });
    const device = await open();
    try {
      await device.write(new Uint8Array(4096).fill(1), 4096);
      await device.finishWriting();
      const into = new Uint8Array(4096);
      await device.read(into, 4096);
      expect(into.every((byte) => byte === 1)).toBe(true);
      await expect(device.write(into, 0)).rejects.toMatchObject({ code: 'INTERNAL' });
      expect(harness.mac.state.calls('authopen')).toHaveLength(1);
    } finally {
      await device.close();
    }
  });
});

describe('the doors of a Mac', () => {
  it('lead a user through authopen, because the device itself is refused', async () => {
    harness.insertCard({ mounted: false });
    const request = harness.request(harness.plainCard());
    const { device, door } = await openThroughDoors(harness.platform.writeDoors, request, null);
    await device.close();
    expect(door).toBe('authopen');
  });

  it('let whoever may write the device do it without asking anybody', async () => {
    harness.insertCard({ mounted: false });
    const { rawPath } = harness.plainCard();
    chmodSync(rawPath, 0o600);
    const request = harness.request(harness.plainCard());
    const device = await createRawWriteDoor(quick).open(request);
    try {
      await device.write(new Uint8Array(512).fill(9), 512);
      await device.finishWriting();
    } finally {
      await device.close();
    }
    expect(harness.mac.authorizer.asked).toEqual([]);
    expect(
      readFileSync(rawPath)
        .subarray(512, 1024)
        .every((byte) => byte === 9),
    ).toBe(true);
    const locked = harness.request({ ...harness.plainCard(), writable: false });
    expect(await codeOf(createRawWriteDoor(quick).open(locked))).toBe('WRITE_PROTECTED');
    harness.mac.pull('disk4');
    expect(await codeOf(createRawWriteDoor(quick).open(request))).toBe('DEVICE_GONE');
  });
});
