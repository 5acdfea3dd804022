/** Images as a restore sees them, and what a plan makes of a card: the judges look at the result, not at the plan. */

import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { BlockDevice } from '../../src/engine/block-device.ts';
import { readCard } from '../../src/engine/card.ts';
import { chunksOf, type Range, wholeDevice } from '../../src/engine/chunks.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import { intersect, invert, toExtents } from '../../src/engine/extents.ts';
import { type FitOptions, type PlannedRestore, planRestore } from '../../src/engine/fit.ts';
import { type MapEntry, sha256 } from '../../src/engine/image/map.ts';
import type { RestorePlan } from '../../src/engine/restore-plan.ts';
import { mapUsed } from '../../src/engine/used-map.ts';
import { openFileDevice } from './file-device.ts';
import { tool } from './file-systems.ts';

const BLOCK_BYTES = 4096;
const OLD_DATA = 0xa5;

export type FitSource = FitOptions['source'];

export interface FitImage {
  readonly source: FitSource;
  close(): Promise<void>;
}

/** The image with the map that a backup makes of it ("manifest"), or with all of it ("whole"). */
export async function openFitImage(
  path: string,
  mapOrigin: 'manifest' | 'whole',
  sectorSize = 512,
): Promise<FitImage> {
  const file = openFileDevice(path);
  const view: BlockDevice = {
    path,
    size: file.size,
    sectorSize,
    read: (into, offset) => file.read(into, offset),
    close: () => file.close(),
  };
  const ranges =
    mapOrigin === 'whole'
      ? wholeDevice(view.size)
      : (await mapUsed(view, await readCard(view))).ranges;
  const map: MapEntry[] = [];
  for (const { offset, bytes } of chunksOf(ranges)) {
    const data = new Uint8Array(bytes);
    await view.read(data, offset);
    map.push({ offset, bytes, sha256: sha256(data) });
  }
  return { source: { path, bytes: view.size, mapOrigin, map, view }, close: () => view.close() };
}

/** As of a stream, of which only these ranges were kept. */
export function keptOnly(source: FitSource, kept: readonly Range[]): FitSource {
  const { view } = source;
  const known = toExtents(kept);
  return {
    ...source,
    view: {
      path: view.path,
      size: view.size,
      sectorSize: view.sectorSize,
      async read(into, offset) {
        const missing = intersect([{ offset, bytes: into.length }], invert(known, view.size));
        if (missing.length > 0) {
          throw new PiKeepError('UNSUPPORTED', { what: 'reading the middle of a stream' });
        }
        await view.read(into, offset);
      },
      close: () => view.close(),
    },
  };
}

/** Plans a restore of the image to a card of that size. */
export async function planFor(
  image: string,
  cardBytes: number,
  options: {
    origin?: 'manifest' | 'whole';
    sectorSize?: number;
    imageSectorSize?: number;
    grow?: FitOptions['grow'];
    see?: (source: FitSource) => FitSource;
  } = {},
): Promise<PlannedRestore> {
  const { origin = 'manifest', sectorSize = 512, grow = 'leave', see = (it) => it } = options;
  const opened = await openFitImage(image, origin, options.imageSectorSize ?? sectorSize);
  try {
    return await planRestore({
      source: see(opened.source),
      target: { disk: 'sdx', bytes: cardBytes, sectorSize },
      grow,
    });
  } finally {
    await opened.close();
  }
}

/** A card of that size, full of old data, with the plan laid on it as `RestorePlan` says. */
export function applyPlan(
  image: string,
  plan: RestorePlan,
  card: string,
  cardBytes: number,
): string {
  const from = openSync(image, 'r');
  const to = openSync(card, 'w+');
  try {
    const old = new Uint8Array(1024 * 1024).fill(OLD_DATA);
    for (let at = 0; at < cardBytes; at += old.length) {
      writeSync(to, old, 0, Math.min(old.length, cardBytes - at), at);
    }
    for (const { offset, bytes } of plan.entries) {
      const data = new Uint8Array(Math.min(bytes, cardBytes - offset));
      readSync(from, data, 0, data.length, offset);
      writeSync(to, data, 0, data.length, offset);
    }
    const written = toExtents(plan.entries);
    for (const { offset, data } of plan.patches) {
      const start = Math.floor(offset / BLOCK_BYTES) * BLOCK_BYTES;
      const end = Math.min(
        Math.ceil((offset + data.length) / BLOCK_BYTES) * BLOCK_BYTES,
        cardBytes,
      );
      const blocks = [{ offset: start, bytes: end - start }];
      for (const rest of intersect(blocks, invert(written, cardBytes))) {
        writeSync(to, new Uint8Array(rest.bytes), 0, rest.bytes, rest.offset);
      }
      // Two patches may share a block: the second one must not wipe the first.
      written.push(...blocks);
      written.splice(0, written.length, ...toExtents(written));
    }
    for (const { offset, data } of plan.patches) {
      if (offset + data.length > cardBytes) throw new Error(`a patch ends behind the card`);
      writeSync(to, data, 0, data.length, offset);
    }
    if (fstatSync(to).size !== cardBytes) ftruncateSync(to, cardBytes);
  } finally {
    closeSync(from);
    closeSync(to);
  }
  return card;
}

/** Copies a file system into an image. */
export function put(image: string, part: string, offset: number): void {
  tool('dd', [
    `if=${part}`,
    `of=${image}`,
    'bs=64K',
    `seek=${offset / 65536}`,
    'conv=notrunc,sparse',
    'status=none',
  ]);
}

/** Overwrites some bytes. */
export function poke(image: string, offset: number, data: Uint8Array): void {
  const fd = openSync(image, 'r+');
  writeSync(fd, data, 0, data.length, offset);
  closeSync(fd);
}

/** The error that a plan was refused with; anything else is an Error of its own. */
export async function refusal(plan: Promise<unknown>): Promise<PiKeepError> {
  const error = await plan.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PiKeepError)) throw new Error(`no refusal, but ${String(error)}`);
  return error;
}
