/** The stream between the helper and its caller, in both directions, with the code of either end behind it. */

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { PiKeepError } from '../../../src/engine/errors.ts';
import type { WritableDevice } from '../../../src/engine/writable-device.ts';
import { Conversation } from '../../../src/helper/conversation.ts';
import { fromHelper, readPayload, toHelper, writeOffset } from '../../../src/helper/frames.ts';
import { HelperLink } from '../../../src/helper/link.ts';
import { toJson } from '../../../src/helper/protocol.ts';
import { RestoreServer } from '../../../src/helper/restore-server.ts';
import type { Random } from '../random.ts';
import { type InputParser, unless } from './parser.ts';

const SECTOR = 512;
const DEVICE_BYTES = 64 * 1024;
const TOKEN = '0f'.repeat(32);
const PIECE = 37;

export const frames: readonly InputParser[] = [
  {
    name: 'frames-to-helper',
    form: 'bytes',
    share: 0.1,
    sample: sampleOfCaller,
    judge: hearCaller,
  },
  {
    name: 'frames-from-helper',
    form: 'bytes',
    share: 0.4,
    sample: sampleOfHelper,
    judge: hearHelper,
  },
];

function frame(kind: number, id: number, ...payload: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(payload);
  const header = Buffer.alloc(9);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(id, 1);
  header.writeUInt32BE(content.length, 5);
  return Buffer.concat([header, content]);
}

function sampleOfCaller(random: Random): Uint8Array {
  const pieces = [frame(toHelper.accepted, 0)];
  const inside = [0, SECTOR, DEVICE_BYTES - SECTOR];
  const edges = [DEVICE_BYTES - 1, DEVICE_BYTES, DEVICE_BYTES + SECTOR, 1, 2 ** 53 - 1];
  for (let id = 1; id < 2 + random.below(5); id++) {
    const place = random.pick(random.chance(0.1) ? edges : inside);
    const writes = frame(toHelper.write, id, writeOffset(place), random.bytes(SECTOR));
    const others = [
      frame(toHelper.read, id, readPayload(place, SECTOR)),
      frame(toHelper.flush, id),
    ];
    pieces.push(random.pick([writes, ...others]));
  }
  if (random.chance(0.5)) pieces.push(frame(toHelper.finish, 99));
  return Buffer.concat(pieces);
}

/** A helper that restores: nothing but whole sectors inside the device may be written, whatever is sent. */
async function hearCaller(input: Uint8Array): Promise<void> {
  const socket = new PaperSocket();
  const talk = new Conversation(socket as unknown as Socket);
  const wrong: string[] = [];
  const server = new RestoreServer(socket as unknown as Socket, checkedDevice(wrong));
  const isWelcome = input[0] === toHelper.accepted;
  const [first, rest] = isWelcome
    ? [input.subarray(0, 9), input.subarray(9)]
    : [input, input.subarray(0, 0)];
  socket.say(first);
  talk.receiver = server;
  socket.say(rest);
  // What was asked for is done by then; a caller who has gone gets no answer.
  await setImmediate();
  socket.destroy();
  await unless(['BAD_MESSAGE'], () => talk.closed);
  await server.close();
  if (wrong.length > 0) throw new Error(wrong.join(', '));
}

/** Notes what may not be asked of it; an error would only be told to the caller. */
function checkedDevice(wrong: string[]): WritableDevice {
  const check = (data: Uint8Array, offset: number): void => {
    const end = offset + data.length;
    const isInside = Number.isSafeInteger(offset) && offset >= 0 && end <= DEVICE_BYTES;
    if (!isInside || data.length === 0) wrong.push(`${data.length} bytes at ${offset}`);
  };
  return {
    path: 'fuzz',
    size: DEVICE_BYTES,
    sectorSize: SECTOR,
    read: async (into, offset) => check(into, offset),
    write: async (data, offset) => {
      check(data, offset);
      if (offset % SECTOR !== 0 || data.length % SECTOR !== 0) wrong.push(`parts at ${offset}`);
    },
    flush: () => Promise.resolve(),
    finishWriting: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function sampleOfHelper(random: Random): Uint8Array {
  const failure = {
    code: 'READ_FAILED',
    facts: { path: '/dev/x', offset: 0, bytes: 512, errno: 'EIO' },
  };
  const answers = [
    frame(fromHelper.data, 1, random.bytes(SECTOR)),
    frame(fromHelper.readFailed, 1, toJson(failure)),
    frame(fromHelper.written, 2),
    frame(fromHelper.writeFailed, 2, toJson({ ...failure, code: 'WRITE_FAILED' })),
    frame(fromHelper.flushed, 3),
  ];
  return Buffer.concat([
    frame(fromHelper.hello, 0, toJson({ version: 2, token: TOKEN })),
    frame(fromHelper.opened, 0, toJson({ path: '/dev/loop3', size: 65_536, sectorSize: SECTOR })),
    ...Array.from({ length: random.below(4) }, () => random.pick(answers)),
    ...(random.chance(0.2) ? [frame(fromHelper.failed, 0, toJson(failure))] : []),
  ]);
}

/** A caller that has asked for a read, a write and a flush: each is answered or fails, and none with another error. */
async function hearHelper(input: Uint8Array): Promise<void> {
  const socket = new PaperSocket();
  const link = new HelperLink(socket as unknown as Socket, TOKEN);
  const asked = [
    link.read(new Uint8Array(SECTOR), 0),
    link.write(new Uint8Array(SECTOR), 0),
    link.flush(),
    link.known,
    link.opened,
  ].map((promise) => promise.then(() => null, requirePlain));
  for (let at = 0; at < input.length; at += PIECE) socket.say(input.subarray(at, at + PIECE));
  socket.destroy();
  await Promise.all([...asked, link.closed]);
}

function requirePlain(error: unknown): void {
  if (!(error instanceof PiKeepError) || error.code === 'INTERNAL') throw error;
}

/** A connection whose other end says what it is told, at once. */
class PaperSocket extends Duplex {
  say(bytes: Uint8Array): void {
    if (!this.destroyed && bytes.length > 0) this.emit('data', Buffer.from(bytes));
  }

  destroySoon(): void {
    this.destroy();
  }

  override _read(): void {
    // Everything comes by `say`.
  }

  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
}
