/** A slot and a library in a folder of their own, with a backup and a card to restore it to. Needs no root. */

import { copyFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, parse } from 'node:path';
import { weakIdentity } from '../../src/engine/disk.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { runBackup } from '../../src/worker/backup-task.ts';
import type { RestoreTask } from '../../src/worker/tasks.ts';
import { makeSmallCard, SMALL_CARD_BYTES } from '../cli/small-card.ts';
import { temporaryFolder } from './file-systems.ts';
import { taskContext } from './task-context.ts';

export interface SlotRestore {
  readonly folder: string;
  readonly slot: string;
  readonly library: string;
  readonly recordsFolder: string;
  readonly source: RestoreTask['source'];
  /** Makes a Pi's card in the slot and backs it up; resolves with the path of the image. */
  backUp(name?: string): Promise<string>;
  /** Copies an image with what lies beside it into the library; resolves with its path there. */
  take(image: string): string;
  /** Makes a card full of one byte in the slot; returns its path. */
  target(name?: string, bytes?: number): string;
  /** For a card without a partition table in the slot. */
  task(image: string, disk: string, more?: Partial<RestoreTask>): Promise<RestoreTask>;
  remove(): void;
}

/** Identities by name and size. Looking at a card that has just changed takes a while, and none of these has a table. */
const seen = new Map<string, RestoreTask['expected']>();

async function identityOf(slot: string, name: string): Promise<RestoreTask['expected']> {
  const key = `${name} ${statSync(join(slot, name)).size}`;
  const known = seen.get(key);
  if (known) return known;
  const disks = await (await createPlatform({ slot })).disks.list();
  const disk = disks.find(({ id }) => id === name);
  if (!disk) throw new Error(`${name} is not listed`);
  const { partitions, ...identity } = weakIdentity(disk);
  const expected = { ...identity, partitions: [...partitions] };
  seen.set(key, expected);
  return expected;
}

export const FILLER = 0x5a;

export function slotRestore(): SlotRestore {
  const { path: folder, remove } = temporaryFolder();
  const slot = join(folder, 'slot');
  const library = join(folder, 'library');
  mkdirSync(slot);
  mkdirSync(library);
  const recordsFolder = join(folder, 'records');
  const source: RestoreTask['source'] = {
    ...{ slot, allowDiskImage: false, allowOtherExternal: false, neverTouch: [], door: null },
  };
  return {
    folder,
    slot,
    library,
    recordsFolder,
    source,
    async backUp(name = 'octopi.img') {
      await makeSmallCard(join(slot, name));
      const { image } = await runBackup(
        {
          ...{ task: 'backup', disk: name, expected: null, source },
          destination: { kind: 'library', folder: library },
          ...{ format: 'img', wholeCard: false, fullHash: false, verify: 'image' },
          ...{ forceUnmount: false, ejectWhenDone: false },
        },
        taskContext(),
      );
      return image;
    },
    take(image) {
      const { dir, name } = parse(image);
      for (const file of readdirSync(dir)) {
        if (file.startsWith(name)) copyFileSync(join(dir, file), join(library, file));
      }
      return join(library, basename(image));
    },
    target(name = 'target.img', bytes = SMALL_CARD_BYTES) {
      const path = join(slot, name);
      writeFileSync(path, Buffer.alloc(bytes, FILLER));
      return path;
    },
    async task(image, name, more = {}) {
      return {
        ...{ task: 'restore', image, disk: name, source, library },
        expected: await identityOf(slot, name),
        ...{ forceUnmount: false, mode: 'full', grow: 'leave', ejectWhenDone: false },
        recordsFolder,
        ...more,
      };
    },
    remove,
  };
}
