/**
 * A caller in a process of its own: opens a disk for a restore, prints the helper's process id, then writes piece after
 * piece of one MiB and prints the number of each that was acknowledged, until somebody ends it.
 */

import { writeSync } from 'node:fs';
import type { Disk } from '../../src/engine/disk.ts';
import { createHelperWriteDoor } from '../../src/helper/door.ts';
import { startAsRoot } from '../../src/helper/start.ts';
import { helperOf } from './helper-process.ts';

const MIB = 1024 * 1024;

const disk = JSON.parse(process.argv[2] ?? '') as Disk;
let helper = 0;
const device = await createHelperWriteDoor({
  system: 'linux',
  start: (request) => {
    const started = startAsRoot(request);
    helper = helperOf(request.requestPath);
    return started;
  },
}).open({ disk, allowDiskImage: true, authorizer: null, prompt: 'A test' });
writeSync(1, `${helper}\n`);

async function writePiece(index: number): Promise<void> {
  await device.write(new Uint8Array(MIB).fill(index + 1), index * MIB);
  writeSync(1, `${index}\n`);
}

// Two at a time, so that one is always on its way when another has arrived.
for (let index = 0; index < 24; index += 2) {
  await Promise.all([writePiece(index), writePiece(index + 1)]);
}
setInterval(() => undefined, 60_000);
