/**
 * A program: a network block device over a Unix socket that keeps a file's content in memory and records every write and
 * every flush in their order. A program of its own, because whoever mounts the device waits for it. Arguments: file, socket, log.
 *
 * A record is a kind (1 write, 3 flush), an offset and a length, then the data of a write; see `write-log.ts`.
 */

import { openSync, readFileSync, writeSync } from 'node:fs';
import { serveNbd } from './nbd-server.ts';

const [file = '', socketPath = '', logPath = ''] = process.argv.slice(2);
const content = readFileSync(file);
const log = openSync(logPath, 'w');
const KIND = { write: 1, flush: 3 } as const;

await serveNbd(socketPath, {
  bytes: content.length,
  read: (into, offset) => void content.copy(into, 0, offset),
  write(data, offset) {
    data.copy(content, offset);
    record(KIND.write, offset, data);
  },
  flush: () => record(KIND.flush, 0, Buffer.alloc(0)),
});
process.stdout.write('ready\n');

function record(kind: number, offset: number, data: Buffer): void {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(kind, 0);
  head.writeDoubleLE(offset, 4);
  head.writeUInt32LE(data.length, 12);
  writeSync(log, Buffer.concat([head, data]));
}
