/** Carries an unfinished backup on: only of the same card, in the same state, and with an image that is what it should be. */

import type { StrongIdentity } from '../engine/card.ts';
import type { DoneBefore } from '../engine/copy.ts';
import { PiKeepError } from '../engine/errors.ts';
import type { ImageWriter } from '../engine/image/image-writer.ts';
import { resume } from '../engine/resume.ts';
import { compareIdentifiers } from '../engine/same-card.ts';
import { english } from '../language/english.ts';
import type { CheckpointHeader } from '../library/checkpoint.ts';
import type { TakenOver } from '../library/take-over.ts';
import type { Platform } from '../platform/ports.ts';
import type { OpenedCard } from './open-card.ts';
import { phaseMeter } from './phase-progress.ts';
import { areasOf, type PlannedCopy } from './plan-copy.ts';
import type { Phase } from './progress.ts';
import type { TaskContext } from './task-context.ts';

export interface Continued {
  readonly image: ImageWriter;
  readonly done: DoneBefore;
}

/**
 * The image is not touched before the card was found to be as it was. Throws OTHER_CARD, CARD_CHANGED, NOTHING_TO_CONTINUE,
 * and what reading the card and writing the image throw.
 */
export async function continueBackup(options: {
  readonly taken: TakenOver;
  readonly opened: OpenedCard;
  readonly planned: PlannedCopy;
  readonly platform: Platform;
  readonly context: TaskContext;
}): Promise<Continued> {
  const { taken, opened, planned, platform, context } = options;
  const { partial, checkpoint } = taken;
  requireSameState(checkpoint.header, opened, planned, partial.image.path);
  return resume({
    device: opened.device,
    disk: opened.disk.id,
    ranges: planned.plan.ranges,
    areas: await areasOf(opened, planned),
    format: checkpoint.header.format,
    file: partial.image,
    compressor: platform.compressor,
    entries: checkpoint.entries,
    blocks: checkpoint.blocks,
    onCompare: stepMeter('rereading', context),
    onCheck: stepMeter('checking', context),
    signal: context.signal,
  });
}

/** The table, the plan and everything that it was made from, byte for byte. */
function requireSameState(
  { card, plan, structure }: CheckpointHeader,
  { disk, device, card: found }: OpenedCard,
  planned: PlannedCopy,
  image: string,
): void {
  const here = found.identity;
  const isOther = compareIdentifiers(card.strong, here) === 'other';
  if (isOther || card.bytes !== device.size || card.sectorBytes !== device.sectorSize) {
    const [expected, seen] = [words(card.strong.tableId), words(here.tableId)];
    throw new PiKeepError('OTHER_CARD', { disk: disk.id, image, expected, found: seen });
  }
  const changed = (what: string): PiKeepError =>
    new PiKeepError('CARD_CHANGED', { disk: disk.id, what });
  if (JSON.stringify(identity(card.strong)) !== JSON.stringify(identity(here))) {
    throw changed(english`what it says of itself`);
  }
  if (structure !== planned.fingerprint || plan.sha256 !== planned.sha256) {
    throw changed(english`its partition table or one of its file systems`);
  }
}

function identity({ tableId, fileSystems, hostname }: StrongIdentity): unknown {
  return [tableId, hostname, fileSystems.map(({ index, type, uuid }) => [index, type, uuid])];
}

function words(tableId: string | null): string {
  return tableId === null
    ? english`one without a partition table`
    : english`one with partition table ${tableId}`;
}

/** The first step says how much there is to do. */
function stepMeter(
  phase: Phase,
  context: TaskContext,
): (step: { total: number; read: number }) => void {
  let meter: ((bytes: number) => void) | null = null;
  return ({ total, read }) => {
    meter ??= phaseMeter(phase, total, context);
    if (read > 0) meter(read);
  };
}
