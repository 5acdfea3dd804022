/** Opens a disk through the door as whoever runs this, reads (or writes) all of it, and prints what came of it as JSON. */

import { createHash } from 'node:crypto';
import { accessSync, constants, lstatSync, readdirSync } from 'node:fs';
import { asPiKeepError } from '../../src/engine/errors.ts';
import { createHelperDoor, createHelperWriteDoor } from '../../src/helper/door.ts';
import { listDisks } from '../../src/platform/linux/disk-list.ts';
import type { OpenRequest } from '../../src/platform/ports.ts';

const PIECE = 1024 * 1024;

async function requestFor(id: string): Promise<OpenRequest> {
  const disk = (await listDisks({ program: 'lsblk' })).find((one) => one.id === id);
  if (!disk) throw new Error(`no ${id}`);
  return { disk, allowDiskImage: true, authorizer: null, prompt: 'A test' };
}

/** Fills the device with one byte. */
async function restore(id: string, program: string, filling: number): Promise<object> {
  const device = await createHelperWriteDoor({ system: 'linux', program }).open(
    await requestFor(id),
  );
  await device.write(new Uint8Array(device.size).fill(filling), 0);
  await device.finishWriting();
  const back = new Uint8Array(device.size);
  await device.read(back, 0);
  await device.close();
  return {
    uid: process.getuid?.(),
    canOpenItself: mayRead(device.path),
    isWritten: back.every((byte) => byte === filling),
  };
}

async function read(id: string, program: string): Promise<object> {
  const device = await createHelperDoor({ system: 'linux', program }).open(await requestFor(id));
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
  const [, , id = '', program = '', filling] = process.argv;
  const mine = () => readdirSync('/tmp').filter(isMine);
  const before = mine();
  const work = filling === undefined ? read(id, program) : restore(id, program, Number(filling));
  const result = await work.catch((error: unknown) => {
    const { code, facts } = asPiKeepError(error);
    return { code, facts };
  });
  const leftBehind = mine().filter((name) => !before.includes(name));
  process.stdout.write(JSON.stringify({ ...result, leftBehind }));
}

void report();
