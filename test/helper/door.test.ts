/** Somebody who speaks for the helper, or keeps it from starting: what the door makes of it. */

import { spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BlockDevice } from '../../src/engine/block-device.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import { createHelperDoor } from '../../src/helper/door.ts';
import { fromHelper, sendFrame, toHelper } from '../../src/helper/frames.ts';
import { PROTOCOL_VERSION, toJson } from '../../src/helper/protocol.ts';
import { type StartHelper, startAsRoot } from '../../src/helper/start.ts';
import type { OpenRequest } from '../../src/platform/ports.ts';
import { needsLoop } from '../support/tools.ts';
import { strangerConnects } from './another-user.ts';
import { STRANGER_UID } from './caller-rig.ts';
import { helperOf } from './helper-process.ts';
import { FILLING, SIZE, useStage } from './stage.ts';

describe.skipIf(needsLoop())('the door', () => {
  const stage = useStage();
  let request: OpenRequest;
  let device: BlockDevice | null = null;
  const sockets: Socket[] = [];
  beforeEach(() => {
    request = { disk: stage.disk, allowDiskImage: true, authorizer: null, prompt: 'A test' };
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await device?.close();
    device = null;
  });

  /** Starts no helper, but somebody who speaks for it. */
  const impostor =
    (speak: (socket: Socket, token: string) => void): StartHelper =>
    ({ requestPath }) => {
      const socket = connect({ path: join(dirname(requestPath), 'socket') });
      sockets.push(socket);
      socket.on('error', () => undefined);
      speak(socket, tokenIn(requestPath));
      return { ended: new Promise(() => undefined), stop: () => socket.destroy() };
    };
  const hello = (token: string) => toJson({ version: PROTOCOL_VERSION, token });
  const tell = (socket: Socket, kind: number, id: number, payload: Uint8Array) =>
    void sendFrame(socket, kind, id, payload).catch(() => undefined);
  const openWith = async (start: StartHelper) => {
    device = await createHelperDoor({ system: 'linux', start }).open(request);
    return device;
  };
  const opened = toJson({ path: '/dev/x', size: SIZE, sectorSize: 512 });

  test('a wrong token is a stranger', async () => {
    const start = impostor((socket) => tell(socket, fromHelper.hello, 0, hello('00'.repeat(32))));
    await expect(openWith(start)).rejects.toMatchObject({ code: 'STRANGER' });
  });

  test('the token of an earlier request is a stranger’s', async () => {
    let earlier = '';
    await openWith((started) => {
      earlier = tokenIn(started.requestPath);
      return startAsRoot(started);
    });
    await device?.close();
    const start = impostor((socket, token) => {
      expect(token).not.toBe(earlier);
      tell(socket, fromHelper.hello, 0, hello(earlier));
    });
    await expect(openWith(start)).rejects.toMatchObject({ code: 'STRANGER' });
  });

  test('the token cannot be used a second time', async () => {
    let token = '';
    let socketPath = '';
    await openWith((started) => {
      token = tokenIn(started.requestPath);
      socketPath = join(started.folder, 'socket');
      return startAsRoot(started);
    });
    const socket = connect({ path: socketPath });
    sockets.push(socket);
    tell(socket, fromHelper.hello, 0, hello(token));
    const errno = await new Promise((done) => socket.once('error', (error) => done(error)));
    expect(errno).toMatchObject({ code: 'ENOENT' });
    expect(existsSync(dirname(socketPath))).toBe(false);
  });

  test('another user cannot reach the socket, and the request goes on', async () => {
    const stranger = { status: null as number | null, said: '' };
    await openWith((started) => {
      const real = new Promise<void>((done) => {
        const child = spawn('/bin/sh', ['-c', `cd "${started.folder}" && cat request socket`], {
          uid: STRANGER_UID,
          gid: STRANGER_UID,
          stdio: ['ignore', 'ignore', 'pipe'],
        });
        child.stderr.setEncoding('utf8').on('data', (text: string) => (stranger.said += text));
        child.once('close', (status) => {
          stranger.status = status;
          done();
        });
      }).then(() => strangerConnects(join(started.folder, 'socket')));
      const helper = real.then((errno) => {
        expect(errno).toBe('EACCES');
        return startAsRoot(started);
      });
      return { ended: helper.then(({ ended }) => ended), stop: () => undefined };
    });
    expect(stranger.status).not.toBe(0);
    expect(stranger.said).toMatch(/can't cd|denied/i);
    const into = new Uint8Array(8);
    await device?.read(into, 0);
    expect(into.every((byte) => byte === FILLING)).toBe(true);
  });

  test.each<[string, (socket: Socket, token: string) => void]>([
    ['bytes before the token', (socket) => tell(socket, fromHelper.opened, 0, opened)],
    [
      'a token that is no token',
      (socket) => tell(socket, fromHelper.hello, 0, toJson({ token: 1 })),
    ],
    [
      'another version',
      (socket, token) => tell(socket, fromHelper.hello, 0, toJson({ version: 1, token })),
    ],
    [
      'a message of two gigabytes',
      (socket) => void socket.write(Buffer.from([fromHelper.hello, 0, 0, 0, 0, 0x80, 0, 0, 0])),
    ],
    [
      'a device of a nonsensical size',
      (socket, token) => {
        tell(socket, fromHelper.hello, 0, hello(token));
        tell(socket, fromHelper.opened, 0, toJson({ path: 'x', size: -1, sectorSize: 512 }));
      },
    ],
    [
      'an error that no helper has',
      (socket, token) => {
        tell(socket, fromHelper.hello, 0, hello(token));
        tell(socket, fromHelper.failed, 0, toJson({ code: 'USAGE', facts: {} }));
      },
    ],
    [
      'data that nobody asked for',
      (socket, token) => {
        tell(socket, fromHelper.hello, 0, hello(token));
        tell(socket, fromHelper.data, 1, new Uint8Array(512));
      },
    ],
  ])('%s is a bad message', async (_what, speak) => {
    await expect(openWith(impostor(speak))).rejects.toMatchObject({ code: 'BAD_MESSAGE' });
  });

  test.each<[string, number]>([
    ['too few bytes', 511],
    ['too many bytes', 513],
  ])('an answer with %s fails the read and all that follow', async (_what, bytes) => {
    const start = impostor((socket, token) => {
      tell(socket, fromHelper.hello, 0, hello(token));
      tell(socket, fromHelper.opened, 0, opened);
      socket.on('data', (chunk) => {
        if (chunk.includes(toHelper.read)) tell(socket, fromHelper.data, 1, new Uint8Array(bytes));
      });
    });
    const remote = await openWith(start);
    await expect(remote.read(new Uint8Array(512), 0)).rejects.toMatchObject({
      code: 'BAD_MESSAGE',
    });
    await expect(remote.read(new Uint8Array(512), 0)).rejects.toMatchObject({
      code: 'BAD_MESSAGE',
    });
    await remote.close();
  });

  test('a helper that is killed fails the reads in flight', async () => {
    let pid = 0;
    const remote = await openWith((started) => {
      const running = startAsRoot(started);
      pid = helperOf(started.requestPath);
      return running;
    });
    process.kill(pid, 'SIGKILL');
    await expect(remote.read(new Uint8Array(4096), 0)).rejects.toMatchObject({
      code: 'HELPER_FAILED',
    });
  });

  test('a helper that does not start is told as it is, and leaves nothing behind', async () => {
    let made = '';
    const failing: StartHelper = ({ folder: place }) => {
      made = place;
      const error = new PiKeepError('NOT_AUTHORIZED', { door: 'helper', detail: 'no' });
      return { ended: Promise.resolve(error), stop: () => undefined };
    };
    await expect(openWith(failing)).rejects.toMatchObject({ code: 'NOT_AUTHORIZED' });
    expect([basename(made).startsWith('pikeep-'), existsSync(made)]).toEqual([true, false]);
  });

  test('an interruption while the dialog is open takes the request away', async () => {
    const abort = new AbortController();
    let made = '';
    let stopped = false;
    const start: StartHelper = ({ folder: place }) => {
      made = place;
      setImmediate(() => abort.abort());
      return { ended: new Promise(() => undefined), stop: () => (stopped = true) };
    };
    request = { ...request, signal: abort.signal };
    await expect(openWith(start)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect([stopped, existsSync(made)]).toEqual([true, false]);
  });

  test('a dialog that nobody answers ends', async () => {
    const start: StartHelper = () => ({
      ended: new Promise(() => undefined),
      stop: () => undefined,
    });
    const door = createHelperDoor({ system: 'linux', start, dialogLimitMs: 50 });
    await expect(door.open(request)).rejects.toMatchObject({ code: 'HELPER_FAILED' });
  });

  test('a program that has not been built, or that anybody can change, is not started', async () => {
    const withProgram = (path: string) =>
      createHelperDoor({ system: 'linux', program: path }).open(request);
    await expect(withProgram(join(stage.folder, 'none'))).rejects.toMatchObject({
      code: 'DOOR_UNAVAILABLE',
      facts: { detail: expect.stringContaining('npm run build') },
    });
    const copy = join(stage.folder, 'pikeep');
    writeFileSync(copy, '#!/bin/sh\n', { mode: 0o755 });
    chmodSync(copy, 0o757);
    await expect(withProgram(copy)).rejects.toMatchObject({
      facts: { detail: expect.stringContaining('changed by everybody') },
    });
    chmodSync(copy, 0o755);
    chownSync(copy, STRANGER_UID, STRANGER_UID);
    await expect(withProgram(copy)).rejects.toMatchObject({
      facts: { detail: expect.stringContaining('somebody else') },
    });
  });
});

function tokenIn(requestPath: string): string {
  const { token } = JSON.parse(readFileSync(requestPath, 'utf8')) as {
    token: string;
  };
  return token;
}
