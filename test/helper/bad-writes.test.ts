/** A caller that writes where, when or what it may not, tried against the built program. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { fromHelper, readPayload, toHelper, writeOffset } from '../../src/helper/frames.ts';
import { MAX_WRITE_BYTES } from '../../src/helper/protocol.ts';
import { needsLoop } from '../support/tools.ts';
import { type CallerRig, type HelperRun, requestFor } from './caller-rig.ts';
import { EMPTY, FILLING, openForWriting, SIZE, useStage } from './stage.ts';

const NEW = 0x11;

/** The payload of a WRITE. */
function writing(offset: number | bigint, bytes: number): Uint8Array {
  const start = Buffer.alloc(8);
  start.writeBigUInt64BE(BigInt(offset));
  return Buffer.concat([start, Buffer.alloc(bytes, NEW)]);
}

function frame(kind: number, id: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(9);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(id, 1);
  header.writeUInt32BE(payload.byteLength, 5);
  return Buffer.concat([header, payload]);
}

describe.skipIf(needsLoop())('the helper', () => {
  const stage = useStage();
  const medium = () => readFileSync(join(stage.folder, 'card.img'));
  const untouched = () => medium().equals(Buffer.alloc(SIZE, FILLING));
  const expectBadMessage = async (rig: CallerRig, run: HelperRun, words: RegExp) => {
    const { status, stderr } = await run.ended;
    expect([status, stderr]).toEqual([1, expect.stringMatching(words)]);
    expect(stderr).toMatch(/^pikeep-helper: {"code":"BAD_MESSAGE"/m);
    expect(rig.frames.map(({ kind }) => kind)).not.toContain(fromHelper.written);
  };

  test.each<[string, number, Uint8Array, RegExp]>([
    ['a write', toHelper.write, writing(0, 512), /kind 18 while serving/],
    ['a flush', toHelper.flush, EMPTY, /kind 19 while serving/],
    ['the end of writing', toHelper.finish, EMPTY, /kind 20 while serving/],
  ])(
    'that was asked to read is ended by %s, and could not have written',
    async (_what, kind, payload, words) => {
      const { rig, run } = await stage.openedCaller('read');
      expect(openForWriting(run.child.pid, stage.loop.path)).toEqual([]);
      await rig.send(kind, 1, payload);
      await expectBadMessage(rig, run, words);
      expect(untouched()).toBe(true);
    },
  );

  test('writes nothing before its device is open', async () => {
    const rig = await stage.caller();
    rig.write(requestFor(stage.disk, 'restore'));
    const run = rig.start();
    await rig.frame(fromHelper.hello, run);
    await rig.send(toHelper.write, 1, writing(0, 512));
    await expectBadMessage(rig, run, /kind 18 before the device is open/);
    expect(untouched()).toBe(true);
  });

  test.each<[string, Buffer, RegExp]>([
    ['past the end', frame(toHelper.write, 1, writing(SIZE - 512, 1024)), /outside the device/],
    ['after the end', frame(toHelper.write, 1, writing(SIZE, 512)), /outside the device/],
    [
      'at the largest offset there is',
      frame(toHelper.write, 1, writing(0xffff_ffff_ffff_fe00n, 512)),
      /outside the device/,
    ],
    ['at half a sector', frame(toHelper.write, 1, writing(256, 512)), /not of whole sectors/],
    ['of half a sector', frame(toHelper.write, 1, writing(0, 256)), /not of whole sectors/],
    ['of nothing', frame(toHelper.write, 1, writing(0, 0)), /a write of 0 bytes/],
    ['without a place', frame(toHelper.write, 1, new Uint8Array(7)), /a write of -1 bytes/],
    [
      'larger than allowed',
      // The header alone: nothing is taken in for it.
      frame(toHelper.write, 1, writing(0, MAX_WRITE_BYTES + 512)).subarray(0, 9),
      /a write of 1049088 bytes/,
    ],
    [
      'of four gigabytes',
      Buffer.from([toHelper.write, 0, 0, 0, 1, 255, 255, 255, 255]),
      /a write of 4294967287 bytes/,
    ],
    [
      'and flushed with a payload',
      frame(toHelper.flush, 1, new Uint8Array(1)),
      /1 bytes where none/,
    ],
    [
      'and finished with a payload',
      frame(toHelper.finish, 1, new Uint8Array(9)),
      /9 bytes where none/,
    ],
    ['as somebody accepted twice', frame(toHelper.accepted, 0, EMPTY), /kind 16 while serving/],
    ['as noise', Buffer.from('PUT / HTTP/1.1\r\nHost: localhost\r\n\r\n'), /kind 80/],
  ])('that restores is ended at once by what is to be written %s', async (_what, attack, words) => {
    const { rig, run } = await stage.openedCaller('restore');
    // What follows a wrong word is not listened to.
    rig.sendBytes(Buffer.concat([attack, frame(toHelper.write, 2, writing(0, 512))]));
    await expectBadMessage(rig, run, words);
    expect(untouched()).toBe(true);
  });

  test.each<[string, number, Uint8Array]>([
    ['a write', toHelper.write, writing(0, 512)],
    ['a flush', toHelper.flush, EMPTY],
    ['a second end', toHelper.finish, EMPTY],
  ])(
    'is ended by %s after the end of writing, and had nothing to write with',
    async (_what, kind, payload) => {
      const { rig, run } = await stage.openedCaller('restore');
      expect(openForWriting(run.child.pid, stage.loop.path)).toHaveLength(1);
      await rig.send(toHelper.finish, 1, EMPTY);
      await rig.frame(fromHelper.finished, run);
      expect(openForWriting(run.child.pid, stage.loop.path)).toEqual([]);
      await rig.send(toHelper.read, 2, readPayload(0, 512));
      await rig.frame(fromHelper.data, run);
      await rig.send(kind, 3, payload);
      await expectBadMessage(rig, run, /the writing has been finished/);
      expect(untouched()).toBe(true);
    },
  );

  test('does not listen to a second request', async () => {
    const { rig, run } = await stage.openedCaller('read');
    rig.write(requestFor(stage.disk, 'restore'));
    await rig.send(toHelper.write, 1, writing(0, 512));
    await expectBadMessage(rig, run, /kind 18 while serving/);
    expect(untouched()).toBe(true);
  });

  test('writes whole messages only: one that was cut short leaves no trace', async () => {
    const { rig, run } = await stage.openedCaller('restore');
    const half = frame(toHelper.write, 2, writing(512, MAX_WRITE_BYTES)).subarray(0, 700_000);
    rig.sendBytes(Buffer.concat([frame(toHelper.write, 1, writing(0, 512)), half]));
    await rig.frame(fromHelper.written, run);
    rig.hangUp();
    expect(await run.ended).toEqual({ status: 0, stderr: '' });
    const expected = Buffer.alloc(SIZE, FILLING).fill(NEW, 0, 512);
    expect(medium().equals(expected)).toBe(true);
  });

  test('finishes what it has taken in when the caller hangs up without waiting', async () => {
    const { rig, run } = await stage.openedCaller('restore');
    const writes = [0, 1, 2].map((at) =>
      frame(toHelper.write, at, writing(at * MAX_WRITE_BYTES, MAX_WRITE_BYTES)),
    );
    await rig.sendAndLeave(Buffer.concat(writes));
    expect(await run.ended).toEqual({ status: 0, stderr: '' });
    const expected = Buffer.alloc(SIZE, FILLING).fill(NEW, 0, 3 * MAX_WRITE_BYTES);
    expect(medium().equals(expected)).toBe(true);
  });

  test('keeps no heap of answers for a caller that takes none', async () => {
    const { rig, run } = await stage.openedCaller('restore');
    rig.stopListening();
    // Each answer is small, so very many fit on the way; the caller asks until the helper has enough of it.
    const writes = Buffer.concat(
      Array.from({ length: 4000 }, (_, id) => frame(toHelper.write, id, writing(0, 512))),
    );
    let isOver = false;
    void run.ended.then(() => {
      isOver = true;
    });
    await vi.waitUntil(
      () => {
        if (!isOver && rig.unsentBytes() < 8 * writes.byteLength) rig.sendBytes(writes);
        return isOver;
      },
      { timeout: 30_000, interval: 20 },
    );
    const { status, stderr } = await run.ended;
    expect([status, stderr]).toEqual([1, expect.stringMatching(/at once/)]);
  });

  test('answers a write, a flush and the end of writing, each by its number', async () => {
    const { rig, run } = await stage.openedCaller('restore');
    await rig.send(toHelper.write, 70, Buffer.concat([writeOffset(1024), Buffer.alloc(512, NEW)]));
    expect(await rig.frame(fromHelper.written, run)).toMatchObject({ id: 70, payload: EMPTY });
    await rig.send(toHelper.flush, 71, EMPTY);
    expect(await rig.frame(fromHelper.flushed, run)).toMatchObject({ id: 71, payload: EMPTY });
    await rig.send(toHelper.finish, 72, EMPTY);
    expect(await rig.frame(fromHelper.finished, run)).toMatchObject({ id: 72, payload: EMPTY });
    rig.hangUp();
    expect(await run.ended).toEqual({ status: 0, stderr: '' });
    expect(medium().equals(Buffer.alloc(SIZE, FILLING).fill(NEW, 1024, 1536))).toBe(true);
  });
});
