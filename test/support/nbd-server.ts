/**
 * The smallest server of the NBD protocol that libnbd talks to: newstyle, simple replies
 * (https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md). It runs in the process that starts it.
 */

import { createServer, type Socket } from 'node:net';

/** What lies behind the device. Requests come one after the other. */
export interface NbdMedium {
  readonly bytes: number;
  read(into: Buffer, offset: number): void;
  write(data: Buffer, offset: number): void;
  flush?(): void;
}

const OPTION_MAGIC = 0x49484156454f5054n;
const REPLY_MAGIC = 0x0003e889045565a9n;
const REQUEST_MAGIC = 0x25609513;
const SIMPLE_REPLY_MAGIC = 0x67446698;
/** HAS_FLAGS and SEND_FLUSH. */
const TRANSMISSION_FLAGS = 0b101;
const OPTION_ABORT = 2;
const OPTION_GO = 7;
const ANSWER = { ack: 1, info: 3, unsupported: 0x80000001 };
const COMMAND = { read: 0, write: 1, disconnect: 2, flush: 3 };
const INVALID = 22;

/** Listens on a socket in the file system. */
export async function serveNbd(
  path: string,
  medium: NbdMedium,
): Promise<{ close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A client that is ended does not say goodbye.
    socket.on('error', () => socket.destroy());
    void converse(socket, medium).finally(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function converse(socket: Socket, medium: NbdMedium): Promise<void> {
  const take = taking(socket);
  const greeting = Buffer.alloc(18);
  greeting.write('NBDMAGIC', 'latin1');
  greeting.writeBigUInt64BE(OPTION_MAGIC, 8);
  // FIXED_NEWSTYLE and NO_ZEROES.
  greeting.writeUInt16BE(0b11, 16);
  socket.write(greeting);
  if ((await take(4)) === null) return;
  if (await agreeOn(socket, take, medium)) await transmit(socket, take, medium);
}

type Take = (bytes: number) => Promise<Buffer | null>;

/** False when the client left without a device. */
async function agreeOn(socket: Socket, take: Take, { bytes }: NbdMedium): Promise<boolean> {
  for (;;) {
    const head = await take(16);
    if (!head || head.readBigUInt64BE() !== OPTION_MAGIC) return false;
    const option = head.readUInt32BE(8);
    if ((await take(head.readUInt32BE(12))) === null) return false;
    const answer = (type: number, data = Buffer.alloc(0)): void => {
      const reply = Buffer.alloc(20);
      reply.writeBigUInt64BE(REPLY_MAGIC);
      reply.writeUInt32BE(option, 8);
      reply.writeUInt32BE(type, 12);
      reply.writeUInt32BE(data.length, 16);
      socket.write(Buffer.concat([reply, data]));
    };
    if (option === OPTION_GO) {
      const info = Buffer.alloc(12);
      info.writeBigUInt64BE(BigInt(bytes), 2);
      info.writeUInt16BE(TRANSMISSION_FLAGS, 10);
      answer(ANSWER.info, info);
    }
    const isAccepted = option === OPTION_GO || option === OPTION_ABORT;
    answer(isAccepted ? ANSWER.ack : ANSWER.unsupported);
    if (isAccepted) return option === OPTION_GO;
  }
}

async function transmit(socket: Socket, take: Take, medium: NbdMedium): Promise<void> {
  for (;;) {
    const head = await take(28);
    if (!head || head.readUInt32BE() !== REQUEST_MAGIC) return;
    const [type, offset, bytes] = [
      head.readUInt16BE(6),
      Number(head.readBigUInt64BE(16)),
      head.readUInt32BE(24),
    ];
    if (type === COMMAND.disconnect) return;
    const data = type === COMMAND.write ? await take(bytes) : Buffer.alloc(0);
    if (data === null) return;
    const reply = Buffer.alloc(16);
    reply.writeUInt32BE(SIMPLE_REPLY_MAGIC);
    head.copy(reply, 8, 8, 16);
    if (type === COMMAND.write) medium.write(data, offset);
    else if (type === COMMAND.flush) medium.flush?.();
    else if (type > COMMAND.flush) reply.writeUInt32BE(INVALID, 4);
    const found = Buffer.alloc(type === COMMAND.read ? bytes : 0);
    if (type === COMMAND.read) medium.read(found, offset);
    socket.write(Buffer.concat([reply, found]));
  }
}

/** Null when the client has gone. */
function taking(socket: Socket): Take {
  const chunks = socket[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  return async (bytes) => {
    const parts = [held];
    let length = held.length;
    while (length < bytes) {
      const next = await chunks.next();
      if (next.done) return null;
      const part: Buffer = next.value;
      parts.push(part);
      length += part.length;
    }
    const all = Buffer.concat(parts);
    held = all.subarray(bytes);
    return all.subarray(0, bytes);
  };
}
