import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PiKeepError } from '../../../src/engine/errors.ts';
import { createAuthopenDoor } from '../../../src/platform/macos/authopen-door.ts';
import { codeOf, useMac } from '../../support/mac/harness.ts';
import { recording } from '../../support/mac/recordings.ts';
import { needsSetting, needsSystem } from '../../support/tools.ts';

const harness = useMac();
const quick = { retry: 500, pause: 50, mountCheck: 50 };

function door(times = quick) {
  return createAuthopenDoor(harness.mac.places, times);
}

function authopenFlags(): (string | undefined)[] {
  return harness.mac.state.calls('authopen').map(({ args }) => args[3]);
}

describe('while another program holds the card', () => {
  it('goes on asking for it alone until it gets it', async () => {
    harness.insertCard({ mounted: false, exclusiveOpensBusy: 2 });
    const warnings: string[] = [];
    const card = harness.plainCard();
    const request = harness.request(card, { onWarning: ({ code }) => warnings.push(code) });
    const device = await door({ ...quick, retry: 20_000 }).open(request);
    await device.close();
    expect(authopenFlags()).toEqual(['32', '32', '32']);
    expect(harness.mac.authorizer.asked).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it('reads it shared in the end, and says so', async () => {
    const image = harness.insertCard({
      mounted: false,
      exclusiveOpensBusy: Number.POSITIVE_INFINITY,
    });
    const warnings: string[] = [];
    const card = harness.plainCard();
    const request = harness.request(card, { onWarning: ({ code }) => warnings.push(code) });
    const device = await door().open(request);
    const read = new Uint8Array(image.byteLength);
    await device.read(read, 0);
    await device.close();
    expect(Buffer.compare(read, image)).toBe(0);
    expect(authopenFlags().at(-1)).toBe('0');
    expect(warnings).toEqual(['OPENED_SHARED']);
  });

  it('warns once when macOS mounts the card while it is read shared', async () => {
    harness.insertCard({ mounted: false, exclusiveOpensBusy: Number.POSITIVE_INFINITY });
    const card = harness.plainCard();
    const warnings: string[] = [];
    let warned = () => {};
    const mounted = new Promise<void>((resolve) => {
      warned = resolve;
    });
    const onWarning = ({ code }: { code: string }) => {
      warnings.push(code);
      if (code === 'MOUNTED_WHILE_READING') warned();
    };
    const device = await door().open(harness.request(card, { onWarning }));
    try {
      harness.mac.state.update(({ cards }) => {
        for (const one of cards) one.mounted = true;
      });
      await mounted;
    } finally {
      await device.close();
    }
    expect(warnings).toEqual(['OPENED_SHARED', 'MOUNTED_WHILE_READING']);
  });

  it('is busy when not even a shared open works', async () => {
    harness.insertCard({ openRefusal: 'Resource busy' });
    const card = harness.plainCard();
    expect(await codeOf(door().open(harness.request(card)))).toBe('DEVICE_BUSY');
  });

  it('shows no second dialog where authopen itself has to ask', async () => {
    harness.insertCard();
    const card = harness.plainCard();
    const asked = join(harness.mac.state.folder, 'asked');
    const busy = recording('authopen-resource-busy.txt').trim();
    writeFileSync(
      harness.mac.places.tools.authopen,
      `#!/bin/sh\necho "$*" >>'${asked}'\necho "${busy}" >&2\nexit 1\n`,
    );
    const opening = door().open(harness.request(card, { authorizer: null }));
    expect(await codeOf(opening)).toBe('DEVICE_BUSY');
    expect(readFileSync(asked, 'utf8')).toBe(`-stdoutpipe -o 32 ${card.rawPath}\n`);
  });
});

describe('what authopen is refused', () => {
  it('EPERM is the privacy control', async () => {
    harness.insertCard({ openRefusal: 'Operation not permitted' });
    const card = harness.plainCard();
    expect(await codeOf(door().open(harness.request(card)))).toBe('PRIVACY_REFUSED');
    expect(harness.mac.state.calls('authopen')).toHaveLength(1);
  });

  it('ENXIO is a card that has left', async () => {
    harness.insertCard({ openRefusal: 'Device not configured' });
    const card = harness.plainCard();
    expect(await codeOf(door().open(harness.request(card)))).toBe('DEVICE_GONE');
  });

  it('a right that was not granted is not authorized', async () => {
    harness.insertCard({ mounted: false });
    const card = harness.plainCard();
    const form = new Uint8Array(randomBytes(32));
    const authorizer = { authorize: () => Promise.resolve(form) };
    expect(await codeOf(door().open(harness.request(card, { authorizer })))).toBe('NOT_AUTHORIZED');
  });

  it('without authopen the door does not exist', async () => {
    harness.insertCard({ mounted: false });
    const card = harness.plainCard();
    rmSync(harness.mac.places.tools.authopen);
    expect(await codeOf(door().open(harness.request(card)))).toBe('DOOR_UNAVAILABLE');
  });

  it('words nobody knows are passed on', async () => {
    harness.insertCard({ mounted: false });
    const card = harness.plainCard();
    const { authopen } = harness.mac.places.tools;
    writeFileSync(authopen, '#!/bin/sh\ncat >/dev/null\necho "authopen: no idea" >&2\nexit 3\n');
    const opening = door().open(harness.request(card));
    const expected = { tool: 'authopen', detail: 'authopen: no idea' };
    await expect(opening).rejects.toMatchObject({ code: 'TOOL_FAILED', facts: expected });
  });

  it('a program that claims success without a descriptor has failed', async () => {
    harness.insertCard({ mounted: false });
    const card = harness.plainCard();
    writeFileSync(harness.mac.places.tools.authopen, '#!/bin/sh\nprintf xx\nexit 0\n');
    expect(await codeOf(door().open(harness.request(card)))).toBe('TOOL_FAILED');
  });
});

describe('before any dialog', () => {
  it('a cancelled dialog ends the attempt without authopen', async () => {
    harness.insertCard();
    const card = harness.plainCard();
    const cancelled = new PiKeepError('DIALOG_CANCELLED', { door: 'authopen' });
    const authorizer = { authorize: () => Promise.reject(cancelled) };
    await expect(harness.open(card, { authorizer })).rejects.toBe(cancelled);
    expect(harness.mac.state.calls('authopen')).toEqual([]);
  });

  it('a stale node (ENXIO) is a card that has left', async () => {
    harness.insertCard();
    const card = harness.plainCard();
    // A socket in the file system answers an open with ENXIO, as a node whose medium has gone does.
    rmSync(card.rawPath);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(card.rawPath, resolve));
    try {
      expect(await codeOf(door().open(harness.request(card)))).toBe('DEVICE_GONE');
      expect(harness.mac.authorizer.asked).toEqual([]);
    } finally {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  });

  it('a node that is not there any more is a card that has left', async () => {
    harness.insertCard();
    const card = harness.plainCard();
    harness.mac.pull('disk4');
    expect(await codeOf(door().open(harness.request(card)))).toBe('DEVICE_GONE');
    expect(harness.mac.authorizer.asked).toEqual([]);
  });

  it('an aborted request asks nothing of authopen', async () => {
    harness.insertCard({ mounted: false });
    const card = harness.plainCard();
    const signal = AbortSignal.abort();
    expect(await codeOf(door().open(harness.request(card, { signal })))).toBe('INTERRUPTED');
    expect(harness.mac.state.calls('authopen')).toEqual([]);
  });
});

describe('the descriptor that comes back', () => {
  it('has to be the node that was asked for', async () => {
    harness.insertCard({ mounted: false });
    const card = harness.plainCard();
    const other = join(harness.mac.state.folder, 'other.img');
    writeFileSync(other, Buffer.alloc(card.bytes));
    // What is opened by that name and what lies there afterwards are two things.
    const swap = {
      async authorize(right: string, prompt: string) {
        const form = await harness.mac.authorizer.authorize(right, prompt);
        const { authopen } = harness.mac.places.tools;
        chmodSync(authopen, 0o755);
        const script = `#!/bin/sh\n'${authopen}.real' "$@"; status=$?\nmv -f '${other}' '${card.rawPath}'\nexit $status\n`;
        execFileSync('mv', [authopen, `${authopen}.real`]);
        writeFileSync(authopen, script, { mode: 0o755 });
        return form;
      },
    };
    const opening = door().open(harness.request(card, { authorizer: swap }));
    expect(await codeOf(opening)).toBe('IDENTITY_CHANGED');
  });

  it('has to be as big as diskutil said', async () => {
    harness.insertCard({ mounted: false });
    const card = harness.plainCard();
    const opening = door().open(harness.request({ ...card, bytes: card.bytes + 512 }));
    const facts = { expectedBytes: card.bytes + 512, foundBytes: card.bytes };
    await expect(opening).rejects.toMatchObject({ code: 'SIZE_CHANGED', facts });
  });
});

describe.skipIf(needsSystem('linux') || needsSetting(keepsLogPrivate(), 'dmesg_restrict is off'))(
  'the privacy refusal',
  () => {
    it('is told from the ordinary one before anybody types a password', async () => {
      harness.insertCard();
      const card = harness.plainCard();
      // The kernel's log is readable for everybody by its mode, and still refused with EPERM: what macOS does with a card.
      rmSync(card.rawPath);
      symlinkSync('/dev/kmsg', card.rawPath);
      expect(await codeOf(door().open(harness.request(card)))).toBe('PRIVACY_REFUSED');
      expect(harness.mac.authorizer.asked).toEqual([]);
      expect(harness.mac.state.calls('authopen')).toEqual([]);
    });
  },
);

/** `man 5 proc_sys_kernel`, dmesg_restrict. */
function keepsLogPrivate(): boolean {
  const setting = '/proc/sys/kernel/dmesg_restrict';
  return existsSync(setting) && readFileSync(setting, 'utf8').trim() === '1';
}
