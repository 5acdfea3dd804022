/** The helper's whole life, and what others could try with it, against the built program. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromHelper, readPayload, toHelper } from '../../src/helper/frames.ts';
import { needsLoop } from '../support/tools.ts';
import { json, program, requestFor, STRANGER_UID, TOKEN } from './caller-rig.ts';
import { EMPTY, FILLING, openFiles, SIZE, useStage } from './stage.ts';

describe.skipIf(needsLoop())('the helper', () => {
  const stage = useStage();

  test('an honest caller gets its bytes, and the helper ends when it hangs up', async () => {
    const { rig, run } = await stage.openedCaller();
    expect(json(await rig.frame(fromHelper.hello, run))).toEqual({ version: 2, token: TOKEN });
    expect(json(await rig.frame(fromHelper.opened, run))).toEqual({
      path: stage.loop.path,
      size: SIZE,
      sectorSize: 512,
    });
    await rig.send(toHelper.read, 7, readPayload(1000, 24));
    const answer = await rig.frame(fromHelper.data, run);
    expect([answer.id, Buffer.from(answer.payload).equals(Buffer.alloc(24, FILLING))]).toEqual([
      7,
      true,
    ]);
    rig.hangUp();
    expect(await run.ended).toEqual({ status: 0, stderr: '' });
  });

  test('nothing is opened before the caller has accepted the token', async () => {
    const rig = await stage.caller();
    rig.write(requestFor(stage.disk));
    const run = rig.start();
    await rig.frame(fromHelper.hello, run);
    const pid = run.child.pid ?? 0;
    expect(openFiles(pid)).not.toContain(stage.loop.path);
    await rig.send(toHelper.accepted, 0, EMPTY);
    await rig.frame(fromHelper.opened, run);
    expect(openFiles(pid)).toContain(stage.loop.path);
  });

  test('a read before the device is open ends it at once', async () => {
    const rig = await stage.caller();
    rig.write(requestFor(stage.disk));
    const run = rig.start();
    await rig.frame(fromHelper.hello, run);
    await rig.send(toHelper.read, 1, readPayload(0, 512));
    expect(await run.ended).toMatchObject({ status: 1, stderr: expect.stringMatching(/kind 17/) });
    expect(rig.frames.map(({ kind }) => kind)).toEqual([fromHelper.hello]);
  });

  test('a request for somebody else’s disk image is refused over the socket, and nothing is served', async () => {
    const rig = await stage.caller(STRANGER_UID);
    rig.write(requestFor(stage.disk));
    const run = rig.start();
    await rig.frame(fromHelper.hello, run);
    await rig.send(toHelper.accepted, 0, EMPTY);
    expect(json(await rig.frame(fromHelper.failed, run))).toEqual({
      code: 'NOT_A_CARD',
      facts: { disk: stage.loop.id, reason: 'disk-image' },
    });
    await rig.send(toHelper.read, 1, readPayload(0, 512));
    expect((await run.ended).status).toBe(1);
    expect(rig.frames.map(({ kind }) => kind)).toEqual([fromHelper.hello, fromHelper.failed]);
  });

  test('the request of another user is not even read', async () => {
    const rig = await stage.caller(STRANGER_UID);
    rig.write(requestFor(stage.disk));
    const run = rig.start({ SUDO_UID: String(STRANGER_UID + 1) });
    expect(await run.ended).toMatchObject({ status: 1, stderr: expect.stringMatching(/STRANGER/) });
    expect(rig.frames).toEqual([]);
  });

  test('root’s own files cannot be reached through a request', async () => {
    const rig = await stage.caller(STRANGER_UID);
    const run = rig.start({}, join(stage.folder, 'request'));
    expect(await run.ended).toMatchObject({ status: 1, stderr: expect.stringMatching(/STRANGER/) });
  });

  test('an ordinary user who starts it gets nothing', async () => {
    const child = spawn(program, ['helper', '/tmp/none/request'], {
      cwd: '/',
      uid: STRANGER_UID,
      env: {},
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const status = await new Promise((done) => child.once('close', done));
    expect(status).toBe(1);
    expect(stderr).toMatch(/needs to be started as root/);
  });

  test('a caller that is killed takes the helper with it', async () => {
    const caller = spawn(
      process.execPath,
      [resolve(import.meta.dirname, 'holding-caller.ts'), JSON.stringify(stage.disk)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const pid = await new Promise<number>((done, fail) => {
      caller.stdout.setEncoding('utf8').once('data', (text: string) => done(Number(text)));
      caller.once('exit', () => fail(new Error('the caller ended by itself')));
    });
    expect(openFiles(pid)).toContain(stage.loop.path);
    caller.kill('SIGKILL');
    const deadline = Date.now() + 10_000;
    while (existsSync(`/proc/${pid}/exe`) && Date.now() < deadline) {
      await new Promise((done) => setTimeout(done, 20));
    }
    expect(existsSync(`/proc/${pid}/exe`)).toBe(false);
  });

  test('Control-C in the caller’s terminal is left to the caller', async () => {
    const { rig, run } = await stage.openedCaller();
    run.child.kill('SIGINT');
    run.child.kill('SIGHUP');
    await rig.send(toHelper.read, 1, readPayload(0, 512));
    await rig.frame(fromHelper.data, run);
    rig.hangUp();
    expect((await run.ended).status).toBe(0);
  });
});
