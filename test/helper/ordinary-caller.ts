/** Opens a disk through the door as whoever runs this, reads all of it, and prints what came of it as JSON. */

import { createHash } from 'node:crypto';
import { accessSync, constants, lstatSync, readdirSync } from 'node:fs';
import { asPiKeepError } from '../../src/engine/errors.ts';
import { createHelperDoor } from '../../src/helper/door.ts';
import { listDisks } from '../../src/platform/linux/disk-list.ts';

const PIECE = 1024 * 1024;

async function read(id: string, program: string): Promise<object> {
  const disk = (await listDisks({ program: 'lsblk' })).find((one) => one.id === id);
  if (!disk) throw new Error(`no ${id}`);
  const device = await createHelperDoor({ system: 'linux', program }).open({
    disk,
    allowDiskImage: true,
    authorizer: null,
    prompt: 'A test',
  });
  const hash = createHash('sha256');
  for (let at = 0; at < device.size; at += PIECE) {
    const piece = new Uint8Array(Math.min(PIECE, device.size - at));
    await device.read(piece, at);
    hash.update(piece);
  }
  await device.close();
  const { path, size } = device;
  return {
    uid: process.getuid?.(),
    canOpenItself: mayRead(path),
    path,
    size,
    sha256: hash.digest('hex'),
  };
}

function mayRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function isMine(name: string): boolean {
  return lstatSync(`/tmp/${name}`, { throwIfNoEntry: false })?.uid === process.getuid?.();
}

async function report(): Promise<void> {
  const [, , id = '', program = ''] = process.argv;
  const mine = () => readdirSync('/tmp').filter(isMine);
  const before = mine();
  const result = await read(id, program).catch((error: unknown) => {
    const { code, facts } = asPiKeepError(error);
    return { code, facts };
  });
  const leftBehind = mine().filter((name) => !before.includes(name));
  process.stdout.write(JSON.stringify({ ...result, leftBehind }));
}

void report();
