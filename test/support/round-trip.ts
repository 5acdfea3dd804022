/** Backup and restore over real loop devices. Needs root and the tools of `trip-card.ts`. */

import { randomFillSync } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Disk, weakIdentity } from '../../src/engine/disk.ts';
import type { ImageFormat } from '../../src/engine/image/image-format.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { runBackup } from '../../src/worker/backup-task.ts';
import type { RestoreResult } from '../../src/worker/restore-results.ts';
import { runRestore } from '../../src/worker/restore-task.ts';
import type { RestoreTask } from '../../src/worker/tasks.ts';
import { attachLoop, type LoopDevice } from './loop.ts';
import { type ContextOptions, type HeardContext, taskContext } from './task-context.ts';
import { type CardFacts, judgeCard, type TripCard } from './trip-card.ts';

const MIB = 1024 * 1024;

export const source: RestoreTask['source'] = {
  slot: null,
  allowDiskImage: true,
  allowOtherExternal: false,
  neverTouch: [],
  door: 'direct',
};

/** Resolves with the path of the image. */
export async function backUp(card: string, library: string, format: ImageFormat): Promise<string> {
  const loop = await attachLoop(card, { readOnly: true });
  try {
    const { image } = await runBackup(
      {
        task: 'backup',
        disk: loop.id,
        expected: null,
        source,
        destination: { kind: 'library', folder: library },
        format,
        wholeCard: false,
        fullHash: false,
        verify: 'image',
        forceUnmount: false,
        ejectWhenDone: false,
      },
      taskContext(),
    );
    return image;
  } finally {
    await loop.detach();
  }
}

/** A card full of old data: noise, or one byte again and again. */
export function makeTarget(
  path: string,
  bytes: number,
  filler: 'noise' | number = 'noise',
): string {
  const piece = Buffer.alloc(4 * MIB, typeof filler === 'number' ? filler : 0);
  const fd = openSync(path, 'w');
  try {
    for (let at = 0; at < bytes; at += piece.length) {
      if (filler === 'noise') randomFillSync(piece);
      writeSync(fd, piece, 0, Math.min(piece.length, bytes - at), at);
    }
  } finally {
    closeSync(fd);
  }
  return path;
}

export async function diskOf(loop: LoopDevice): Promise<Disk> {
  const { disks } = await createPlatform({ slot: null });
  const disk = (await disks.list()).find(({ id }) => id === loop.id);
  if (!disk) throw new Error(`${loop.id} is not listed`);
  return disk;
}

export interface Places {
  readonly folder: string;
  readonly library: string;
  readonly recordsFolder: string;
}

export function placesIn(folder: string): Places {
  const places = {
    folder,
    library: join(folder, 'library'),
    recordsFolder: join(folder, 'records'),
  };
  mkdirSync(places.library);
  return places;
}

export async function restoreTask(
  image: string,
  loop: LoopDevice,
  { library, recordsFolder }: Places,
  more: Partial<RestoreTask> = {},
): Promise<RestoreTask> {
  return {
    task: 'restore',
    image,
    disk: loop.id,
    expected: mutable(weakIdentity(await diskOf(loop))),
    source,
    library,
    forceUnmount: false,
    mode: 'auto',
    grow: 'leave',
    ejectWhenDone: false,
    recordsFolder,
    ...more,
  };
}

function mutable(identity: ReturnType<typeof weakIdentity>): RestoreTask['expected'] {
  return { ...identity, partitions: [...identity.partitions] };
}

export interface Restored {
  readonly result: RestoreResult;
  readonly heard: HeardContext;
}

/** Attaches the target for as long as it takes. */
export async function restoreTo(
  target: string,
  image: string,
  places: Places,
  more: Partial<RestoreTask> = {},
  options: ContextOptions = {},
): Promise<Restored> {
  const loop = await attachLoop(target);
  try {
    const heard = taskContext(options);
    const result = await runRestore(await restoreTask(image, loop, places, more), heard);
    return { result, heard };
  } finally {
    await loop.detach();
  }
}

/** Backs a card up, restores it to a new card of `targetBytes`, and fails unless both are the same to every judge. */
export async function requireRoundTrip(
  card: TripCard,
  format: ImageFormat,
  targetBytes: number,
  places: Places,
  filler: 'noise' | number = 'noise',
): Promise<{ image: string; target: string; before: CardFacts }> {
  const image = await backUp(card.path, places.library, format);
  const target = makeTarget(join(places.folder, 'target'), targetBytes, filler);
  const { result } = await restoreTo(target, image, places);
  expect(result).toMatchObject({ bytes: targetBytes, mapOrigin: 'manifest', title: 'octopi' });
  expect(result.provenBytes).toBe(result.mappedBytes);
  expect(result.verified).toBe('read-back');
  const before = await judgeCard(card.path, card);
  expect(before.root.length).toBeGreaterThan(200);
  expect(await judgeCard(target, card)).toEqual(before);
  return { image, target, before };
}
