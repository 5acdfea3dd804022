/**
 * A program: a network block device over a Unix socket that keeps a file's content in memory and records every write and
 * every flush in their order. Arguments: file, socket, log. Source of the protocol: NetworkBlockDevice/nbd, doc/proto.md.
 *
 * A record is a kind (1 write, 3 flush), an offset and a length, then the data of a write; see `write-log.ts`.
 */

import { openSync, readFileSync, writeSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';

const [file = '', socketPath = '', logPath = ''] = process.argv.slice(2);
const content = readFileSync(file);
const log = openSync(logPath, 'w');

const OPTION_MAGIC = Buffer.from('IHAVEOPT');
const REPLY_MAGIC = 0x3e889045565a9n;
const REQUEST_MAGIC = 0x25609513;
const SIMPLE_REPLY_MAGIC = 0x67446698;
/** has flags, understands flush */
const FLAGS = 1 | 4;
const OPTION = { exportName: 1, abort: 2, info: 6, go: 7 } as const;
const ANSWER = { acknowledged: 1, info: 3, unsupported: 2 ** 31 + 1 } as const;
const COMMAND = { read: 0, write: 1, disconnect: 2, flush: 3 } as const;

createServer((socket) => {
  serve(socket).catch(() => socket.destroy());
}).listen(socketPath, () => process.stdout.write('ready\n'));

async function serve(socket: Socket): Promise<void> {
  const take = reader(socket);
  socket.write(Buffer.concat([Buffer.from('NBDMAGIC'), OPTION_MAGIC, Buffer.of(0, 3)]));
  await take(4);
  while (!(await negotiate(socket, take)));
  for (;;) {
    const request = await take(28);
    if (request.readUInt32BE(0) !== REQUEST_MAGIC) throw new Error('not a request');
    const kind = request.readUInt16BE(6);
    const offset = Number(request.readBigUInt64BE(16));
    const length = request.readUInt32BE(24);
    let data: Buffer = Buffer.alloc(0);
    if (kind === COMMAND.disconnect) return void socket.end();
    if (kind === COMMAND.read) data = content.subarray(offset, offset + length);
    if (kind === COMMAND.write) {
      const written = await take(length);
      written.copy(content, offset);
      record(kind, offset, written);
    }
    if (kind === COMMAND.flush) record(kind, 0, Buffer.alloc(0));
    const head = Buffer.alloc(16);
    head.writeUInt32BE(SIMPLE_REPLY_MAGIC, 0);
    request.copy(head, 8, 8, 16);
    socket.write(Buffer.concat([head, data]));
  }
}

/** True once an export was chosen. */
async function negotiate(socket: Socket, take: Take): Promise<boolean> {
  const head = await take(16);
  const option = head.readUInt32BE(8);
  await take(head.readUInt32BE(12));
  const size = Buffer.alloc(10);
  size.writeBigUInt64BE(BigInt(content.length), 0);
  size.writeUInt16BE(FLAGS, 8);
  if (option === OPTION.exportName) {
    socket.write(size);
    return true;
  }
  const answer = (kind: number, data: Buffer = Buffer.alloc(0)): void => {
    const reply = Buffer.alloc(20);
    reply.writeBigUInt64BE(REPLY_MAGIC, 0);
    reply.writeUInt32BE(option, 8);
    reply.writeUInt32BE(kind, 12);
    reply.writeUInt32BE(data.length, 16);
    socket.write(Buffer.concat([reply, data]));
  };
  if (option !== OPTION.info && option !== OPTION.go) {
    answer(option === OPTION.abort ? ANSWER.acknowledged : ANSWER.unsupported);
    return false;
  }
  answer(ANSWER.info, Buffer.concat([Buffer.of(0, 0), size]));
  answer(ANSWER.acknowledged);
  return option === OPTION.go;
}

type Take = (bytes: number) => Promise<Buffer>;

/** Hands out exactly so many bytes at a time. */
function reader(socket: Socket): Take {
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let kept: Buffer = Buffer.alloc(0);
  return async (bytes) => {
    const parts = [kept];
    let length = kept.length;
    while (length < bytes) {
      const next = await chunks.next();
      if (next.done) throw new Error('the client has gone');
      parts.push(next.value);
      length += next.value.length;
    }
    const all = Buffer.concat(parts);
    kept = all.subarray(bytes);
    return all.subarray(0, bytes);
  };
}

function record(kind: number, offset: number, data: Buffer): void {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(kind, 0);
  head.writeDoubleLE(offset, 4);
  head.writeUInt32LE(data.length, 12);
  writeSync(log, Buffer.concat([head, data]));
}
