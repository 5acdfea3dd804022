/** What reading a raw disk is like. */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { BlockDevice } from '../../../src/engine/block-device.ts';
import { errnoOf } from '../../../src/engine/errors.ts';
import { openThroughDoors } from '../../../src/platform/doors.ts';
import { isDiskMounted, listMounts } from '../../../src/platform/macos/mounts.ts';
import { type Check, expectThat, NeedsHuman } from '../check.ts';
import { type Stage, sha256Of } from '../stage.ts';

const run = promisify(execFile);

/** open(2) of macOS. */
const O_EXLOCK = 0x20;
/** Milliseconds in which macOS would have mounted a disk again. */
const SETTLE_MS = 4000;

export const readingChecks: readonly Check[] = [
  {
    name: 'plain-open',
    assumption: 'To a plain user, the raw node opens or says EACCES; EPERM is privacy control.',
    source: 'reports about other imagers',
    how: { run: plainOpen },
  },
  {
    name: 'unmount-without-root',
    assumption: 'A user may unmount a removable disk; one that is not mounted is a success.',
    source: 'rpi-imager does so; for every reader it is a guess',
    how: {
      async run(stage) {
        const card = await stage.card();
        await stage.world.platform.actions.unmount(card, { force: false });
        const mounts = await listMounts(stage.world.places.tools);
        expectThat(!isDiskMounted(mounts, card.id), `${card.id} is still mounted`);
        return 'unmounted';
      },
    },
  },
  {
    name: 'raw-blocks',
    assumption:
      'Whole blocks read at any offset, into memory at any address; what PiKeep asks of a part of a block is right.',
    source: 'xnu IOMediaBSDClient for the offsets; that the address is free is a guess',
    how: { run: (stage) => withDevice(stage, readsRight) },
  },
  {
    name: 'size-by-ioctl',
    assumption: 'DKIOCGETBLOCKSIZE times DKIOCGETBLOCKCOUNT is the size that diskutil names.',
    source: 'xnu bsd/sys/disk.h',
    how: {
      // The device is refused at its opening when its own size is another than the listed one.
      run: (stage) => withDevice(stage, async ({ size }) => `${size} bytes`),
    },
  },
  {
    name: 'exclusive-open',
    assumption: 'While the card is open with O_EXLOCK, nobody else can open or mount it.',
    source: 'xnu IOStorageFamily',
    onlyReal: true,
    how: { run: keepsOthersOut },
  },
  {
    name: 'stays-unmounted',
    assumption: 'Closing a descriptor that could only read does not make macOS mount the card.',
    source: 'a guess: for descriptors that could write, it does',
    onlyReal: true,
    how: { run: staysUnmounted },
  },
];

async function plainOpen(stage: Stage): Promise<string> {
  const { rawPath } = await stage.card();
  try {
    const file = await open(rawPath, constants.O_RDONLY | constants.O_NONBLOCK);
    await file.close();
    return 'it opens: this user owns the node';
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EPERM') throw new NeedsHuman('allow Removable Volumes in Privacy & Security');
    expectThat(errno === 'EACCES' || errno === 'EBUSY', `it says ${errno}`);
    return `it says ${errno}`;
  }
}

/** The first door that opens without a dialog, else authopen with its right. */
async function withDevice(
  stage: Stage,
  use: (device: BlockDevice, stage: Stage) => Promise<string>,
): Promise<string> {
  const { platform, authorizer } = stage.world;
  const disk = await stage.card();
  await platform.actions.unmount(disk, { force: false });
  await stage.prepareDoor('authopen', disk, 'readonly');
  const doors = platform.readDoors.filter(({ name }) => name !== 'helper');
  const request = { disk, allowDiskImage: true, authorizer, prompt: 'PiKeep checks this Mac.' };
  const { device, door } = await openThroughDoors(doors, request, null);
  try {
    return `${await use(device, stage)} (door ${door})`;
  } finally {
    await device.close();
  }
}

async function readsRight(device: BlockDevice, stage: Stage): Promise<string> {
  const bytes = stage.cardBytes;
  expectThat(device.size === bytes, `it has ${device.size} bytes`);
  const hash = createHash('sha256');
  // One byte off the start of its memory, and of a length that divides neither blocks nor the card.
  const memory = new Uint8Array(1_000_003);
  for (let at = 0; at < bytes; ) {
    const piece = memory.subarray(1, Math.min(memory.byteLength, bytes - at + 1));
    await device.read(piece, at);
    hash.update(piece);
    at += piece.byteLength;
  }
  expectThat(hash.digest('hex') === stage.cardSha256, 'what was read is not what is there');
  return `${bytes} bytes read as they are`;
}

async function keepsOthersOut(stage: Stage): Promise<string> {
  const disk = await stage.card();
  await stage.world.platform.actions.unmount(disk, { force: false });
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | O_EXLOCK;
  const holder = await open(disk.rawPath, flags).catch((error: unknown) => {
    throw new NeedsHuman(`this user does not own the node (${errnoOf(error)})`);
  });
  try {
    const second = await open(disk.rawPath, flags).then(
      async (file) => {
        await file.close();
        return 'opened';
      },
      (error: unknown) => errnoOf(error) ?? 'failed',
    );
    expectThat(second === 'EBUSY' || second === 'EAGAIN', `a second open: ${second}`);
    const mounted = await run(stage.world.places.tools.diskutil, ['mountDisk', disk.id]).then(
      () => true,
      () => false,
    );
    const mounts = await listMounts(stage.world.places.tools);
    expectThat(!isDiskMounted(mounts, disk.id), `it was mounted (diskutil said ${mounted})`);
    return `a second open says ${second}, and it cannot be mounted`;
  } finally {
    await holder.close();
  }
}

async function staysUnmounted(stage: Stage): Promise<string> {
  await withDevice(stage, async () => 'opened');
  const { id } = await stage.card();
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const mounts = await listMounts(stage.world.places.tools);
  expectThat(!isDiskMounted(mounts, id), 'macOS mounted it again');
  const still = await sha256Of(`${stage.folder}/card.img`);
  expectThat(still === stage.cardSha256, 'the card was changed');
  return 'not mounted, not changed';
}
