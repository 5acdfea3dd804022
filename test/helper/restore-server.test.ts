/** The helper's side of writing, given any frames in any order over a real socket, with a device that takes its time. */

import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isPiKeepError } from '../../src/engine/errors.ts';
import { FrameReader, fromHelper, toHelper } from '../../src/helper/frames.ts';
import { MAX_WRITE_BYTES, MAX_WRITES_IN_FLIGHT } from '../../src/helper/protocol.ts';
import { RestoreServer } from '../../src/helper/restore-server.ts';
import { MemoryWritable } from '../support/memory-writable.ts';

const SIZE = 16 * 512;
const OLD = 0xa5;

/** A card that writes nothing before it is told to go on. */
class HeldWritable extends MemoryWritable {
  #go: () => void = () => undefined;
  readonly told = new Promise<void>((resolve) => {
    this.#go = resolve;
  });

  goOn(): void {
    this.#go();
  }

  override async write(data: Uint8Array, offset: number): Promise<void> {
    await this.told;
    await super.write(data, offset);
  }
}

/** One that does not flush before that either. */
class SlowToFlush extends HeldWritable {
  override async flush(): Promise<void> {
    await this.told;
    await super.flush();
  }
}

interface Message {
  readonly kind: number;
  readonly id: number;
  readonly payload: Uint8Array;
}

describe('the server of a restore', () => {
  let folder: string;
  let server: Server;
  let near: Socket;
  let far: Socket;
  let answers: { kind: number; id: number }[];
  beforeEach(async () => {
    folder = mkdtempSync('/tmp/pikeep-server-');
    server = createServer();
    await new Promise<void>((done) => server.listen({ path: join(folder, 'socket') }, done));
    const accepted = new Promise<Socket>((done) => server.once('connection', done));
    far = connect({ path: join(folder, 'socket') });
    near = await accepted;
    // As `Conversation` does, which owns the socket in the helper.
    near.on('error', () => undefined);
    answers = [];
    const reader = new FrameReader({
      begin: (_kind, _id, length) => new Uint8Array(length),
      end: (kind, id) => answers.push({ kind, id }),
    });
    far.on('data', (chunk) => reader.push(chunk));
  });
  afterEach(() => {
    for (const socket of [near, far]) socket.destroy();
    server.close();
    rmSync(folder, { recursive: true });
  });

  const say = (to: RestoreServer, { kind, id, payload }: Message) => {
    const into = to.begin(kind, id, payload.byteLength);
    expect(into.byteLength).toBe(payload.byteLength);
    into.set(payload);
    to.end(kind, id, into);
  };
  const write = (id: number, offset: number, bytes = 512): Message => {
    const payload = Buffer.alloc(8 + bytes, id + 1);
    payload.writeBigUInt64BE(BigInt(offset));
    return { kind: toHelper.write, id, payload };
  };
  const call = (kind: number, id: number): Message => ({ kind, id, payload: new Uint8Array(0) });
  const held = () => new HeldWritable(new Uint8Array(SIZE).fill(OLD));
  const badMessage = (words: RegExp) =>
    expect.objectContaining({ code: 'BAD_MESSAGE', message: expect.stringMatching(words) });

  test('takes as many writes as an honest caller has on their way, and not one more', async () => {
    const card = held();
    const serving = new RestoreServer(near, card);
    for (let id = 0; id < MAX_WRITES_IN_FLIGHT; id++) say(serving, write(id, id * 512));
    expect(() => say(serving, write(99, 0))).toThrow(badMessage(/too many writes at once/));
    card.goOn();
    await serving.close();
    expect(card.writes).toHaveLength(MAX_WRITES_IN_FLIGHT);
  });

  test('refuses a number that is in use, a flush during a flush, and an end while anything is written', async () => {
    const card = new SlowToFlush(new Uint8Array(SIZE).fill(OLD));
    const serving = new RestoreServer(near, card);
    say(serving, write(1, 0));
    expect(() => say(serving, write(1, 512))).toThrow(badMessage(/1 asked for twice/));
    expect(() => say(serving, call(toHelper.finish, 2))).toThrow(badMessage(/while something/));
    say(serving, call(toHelper.flush, 3));
    expect(() => say(serving, call(toHelper.flush, 4))).toThrow(badMessage(/flush during/));
    expect(() => say(serving, call(toHelper.finish, 5))).toThrow(badMessage(/while something/));
    card.goOn();
    await serving.close();
    expect(card.log.filter(({ is }) => is === 'finish')).toEqual([]);
  });

  test('when the caller goes, lets what it took come to its end, then flushes, once', async () => {
    const card = held();
    const serving = new RestoreServer(near, card);
    say(serving, write(1, 0));
    say(serving, write(2, 512));
    far.destroy();
    const closed = serving.close();
    expect(() => say(serving, write(3, 1024))).toThrow(badMessage(/finished/));
    card.goOn();
    await closed;
    expect(card.log).toEqual([
      { is: 'write', offset: 0, bytes: 512 },
      { is: 'write', offset: 512, bytes: 512 },
      { is: 'flush' },
    ]);
  });

  test('tells what failed by the number it was asked for, and goes on', async () => {
    const card = new MemoryWritable(new Uint8Array(SIZE), { bad: [{ offset: 512, bytes: 512 }] });
    const serving = new RestoreServer(near, card);
    say(serving, write(7, 512));
    say(serving, write(8, 1024));
    await expect
      .poll(() => answers)
      .toEqual(
        expect.arrayContaining([
          { kind: fromHelper.writeFailed, id: 7 },
          { kind: fromHelper.written, id: 8 },
        ]),
      );
    await serving.close();
  });

  test('whatever it is told, it writes whole sectors within the device, or says BAD_MESSAGE and nothing more is written', async () => {
    const sectors = (most: number) => fc.nat(most).map((count) => count * 512);
    const anyMessage = fc.record({
      kind: fc.oneof(fc.constantFrom(...Object.values(toHelper)), fc.nat(255)),
      id: fc.nat(5),
      offset: fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(SIZE).map(BigInt)),
      bytes: fc.oneof(fc.nat(2000), fc.constant(MAX_WRITE_BYTES + 512)),
      isShort: fc.boolean(),
    });
    const plausible = fc.record({
      kind: fc.constant(toHelper.write),
      id: fc.nat(200),
      offset: sectors(17).map(BigInt),
      bytes: sectors(4),
      isShort: fc.constant(false),
    });
    const message = fc.oneof(
      { weight: 1, arbitrary: anyMessage },
      { weight: 4, arbitrary: plausible },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 12 }), async (messages) => {
        const card = new MemoryWritable(new Uint8Array(SIZE).fill(OLD));
        const serving = new RestoreServer(near, card);
        const expected = new Uint8Array(SIZE).fill(OLD);
        for (const { kind, id, offset, bytes, isShort } of messages) {
          const payload = isShort ? Buffer.alloc(0) : Buffer.alloc(8 + bytes, id + 1);
          if (!isShort) payload.writeBigUInt64BE(offset);
          try {
            say(serving, { kind, id, payload });
          } catch (error) {
            expect(isPiKeepError(error, 'BAD_MESSAGE'), String(error)).toBe(true);
            break;
          }
          if (kind !== toHelper.write) continue;
          // It was taken, so it must have been one that may be.
          const [from, to] = [Number(offset), Number(offset) + bytes];
          expect([from % 512, bytes % 512, bytes > 0, to <= SIZE]).toEqual([0, 0, true, true]);
          expected.fill(id + 1, from, to);
        }
        await serving.close();
        expect(Buffer.from(card.medium).equals(expected)).toBe(true);
      }),
    );
  });
});
