/** A caller in a process of its own: opens a disk through the door, prints the helper's process id, and holds on. */

import type { Disk } from '../../src/engine/disk.ts';
import { createHelperDoor } from '../../src/helper/door.ts';
import { startAsRoot } from '../../src/helper/start.ts';
import { helperOf } from './helper-process.ts';

const disk = JSON.parse(process.argv[2] ?? '') as Disk;
let requestPath = '';
await createHelperDoor({
  system: 'linux',
  start: (request) => {
    requestPath = request.requestPath;
    return startAsRoot(request);
  },
}).open({ disk, allowDiskImage: true, authorizer: null, prompt: 'A test' });
process.stdout.write(`${helperOf(requestPath)}\n`);
setInterval(() => undefined, 60_000);
