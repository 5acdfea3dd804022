/** Kills a restore at random moments, and looks at what is left of the card. Needs root. */

import { randomFillSync } from 'node:crypto';
import { closeSync, copyFileSync, openSync, rmSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { readCard } from '../../src/engine/card.ts';
import { glance } from '../../src/engine/pi-card.ts';
import { readUnfinished } from '../../src/engine/unfinished.ts';
import { findRecord, readRecords } from '../../src/library/restore-records.ts';
import { tellUnproven } from '../../src/library/unproven.ts';
import { runTask, type StartWorker } from '../../src/worker/run-task.ts';
import { startNodeWorker } from '../../src/worker/start-node-worker.ts';
import type { RestoreTask } from '../../src/worker/tasks.ts';
import { makeSmallCard } from '../cli/small-card.ts';
import { withFileDevice } from './file-device.ts';
import { tool } from './file-systems.ts';
import { attachLoop } from './loop.ts';
import { diskOf, makeTarget, type Places, restoreTask } from './round-trip.ts';

const MIB = 1024 * 1024;
const CARD_BYTES = 96 * MIB;
const NOISE_AT = 40 * MIB;

export interface Outcomes {
  untouched: number;
  unfinished: number;
  /** Everything was written; only the proof was missing, and the records say so. */
  unproven: number;
  /** So was that; killed after it. */
  proven: number;
}

/**
 * A card of which most is noise, so that writing it takes a while, is restored and killed `times` times. The image has no map, so
 * that every byte of the target can be compared.
 */
export async function killRestores(
  places: Places,
  { times, heal }: { times: number; heal: 'each' | 'last' },
): Promise<Outcomes> {
  const card = join(places.folder, 'card.img');
  await makeSmallCard(card, { bytes: CARD_BYTES });
  const fd = openSync(card, 'r+');
  writeSync(fd, randomFillSync(Buffer.alloc(CARD_BYTES - NOISE_AT)), 0, undefined, NOISE_AT);
  closeSync(fd);
  const old = makeTarget(join(places.folder, 'old'), CARD_BYTES);
  const target = join(places.folder, 'target');
  copyFileSync(old, target);
  const whole = await run(target, card, places, () => undefined);
  const outcomes: Outcomes = { untouched: 0, unfinished: 0, unproven: 0, proven: 0 };
  for (let count = 0; count < times; count++) {
    copyFileSync(old, target);
    // Nothing touches the card before "opening", so that is where the dice begin.
    const moment = ((count + Math.random()) / times) * whole.milliseconds;
    await run(target, card, places, (kill) => void delay(moment).then(kill));
    outcomes[await lookAt(target, old, card, places)]++;
    if (heal === 'last' && count < times - 1) {
      // What stands on the card next is no restore of PiKeep's: it must not be taken for the one that was killed.
      rmSync(places.recordsFolder, { recursive: true, force: true });
      continue;
    }
    const healed = await run(target, card, places, () => undefined);
    expect(healed.code).toBe('done');
    tool('cmp', [card, target]);
  }
  return outcomes;
}

/** `onOpening` gets what kills the worker. Milliseconds are those from opening to the end. */
async function run(
  target: string,
  image: string,
  places: Places,
  onOpening: (kill: () => void) => void,
): Promise<{ code: string; milliseconds: number }> {
  const loop = await attachLoop(target);
  try {
    const task = await restoreTask(image, loop, places, { mode: 'full' } as Partial<RestoreTask>);
    let kill = (): void => undefined;
    let ended: Promise<string> = Promise.resolve('');
    const startWorker: StartWorker = () => {
      const worker = startNodeWorker();
      kill = worker.kill;
      ended = new Promise((resolve) => worker.onExit(resolve));
      return worker;
    };
    let opening: number | null = null;
    const onProgress = ({ phase }: { phase: string }): void => {
      if (phase !== 'opening' || opening !== null) return;
      opening = performance.now();
      onOpening(kill);
    };
    const code = await runTask(task, { startWorker, authorizer: null, onProgress }).then(
      () => 'done',
      (error: unknown) => (error as { code: string }).code,
    );
    const milliseconds = performance.now() - (opening ?? performance.now());
    kill();
    await ended;
    expect(['done', 'WORKER_DIED']).toContain(code);
    return { code, milliseconds };
  } finally {
    await loop.detach();
  }
}

async function lookAt(
  target: string,
  old: string,
  card: string,
  { recordsFolder }: Places,
): Promise<keyof Outcomes> {
  const marker = await withFileDevice(target, readUnfinished);
  if (marker === null && isSame(target, old)) return 'untouched';
  // What a list and an inspection call it.
  const loop = await attachLoop(target, { readOnly: true });
  try {
    const disk = await diskOf(loop);
    if (marker === null) {
      expect(isSame(target, card), 'neither marked nor old nor new').toBe(true);
      // Killed when all was proven, it has nothing to tell.
      const isProven = (await readRecords(recordsFolder)).at(-1)?.state === 'done';
      const [told] = await tellUnproven([disk], recordsFolder);
      expect(told?.unproven).toBe(isProven ? undefined : basename(card));
      return isProven ? 'proven' : 'unproven';
    }
    expect(glance(disk).pi).toBe('no');
    expect(disk.unfinished).toBe(marker.image);
  } finally {
    await loop.detach();
  }
  const found = await withFileDevice(target, readCard);
  expect(found).toMatchObject({ pi: 'no', hostname: null, unfinished: marker });
  const record = await findRecord(recordsFolder, marker.id);
  // Between that note and the first sector, which takes the mark away, lies a flush of the record.
  expect(['marked', 'writing', 'proving']).toContain(record?.record.state);
  return 'unfinished';
}

function isSame(one: string, other: string): boolean {
  try {
    tool('cmp', ['-s', one, other]);
    return true;
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 1) return false;
    throw error;
  }
}
