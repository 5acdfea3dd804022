/** The image that a backup goes to, in a new file or in the rest of one, and its checkpoint. */

import type { DoneBefore } from '../engine/copy.ts';
import { weakIdentity } from '../engine/disk.ts';
import { isPiKeepError } from '../engine/errors.ts';
import { createImageWriter } from '../engine/image/create-image-writer.ts';
import type { ImageWriter } from '../engine/image/image-writer.ts';
import type { CheckpointHeader } from '../library/checkpoint.ts';
import type { CheckpointWriter } from '../library/checkpoint-writer.ts';
import { createPartial, type Partial } from '../library/partial.ts';
import type { TakenOver } from '../library/take-over.ts';
import type { Platform } from '../platform/ports.ts';
import { VERSION } from '../version.ts';
import { continueBackup } from './continue-backup.ts';
import { placeOf } from './destination.ts';
import type { OpenedCard } from './open-card.ts';
import type { PlannedCopy } from './plan-copy.ts';
import type { TaskContext } from './task-context.ts';
import type { BackupTask } from './tasks.ts';

/** More than anybody pulls a card out; the newest are kept. */
const MAX_TIMES_CONTINUED = 1000;

export interface Begun {
  readonly partial: Partial;
  readonly image: ImageWriter;
  /** Null for a new backup. */
  readonly done: DoneBefore | null;
  readonly checkpoint: CheckpointWriter;
  /** When the backup was begun, and each time that it was continued. */
  readonly started: Date;
  readonly continued: readonly string[];
}

export interface BeginOptions {
  readonly task: BackupTask;
  readonly title: string;
  readonly opened: OpenedCard;
  readonly planned: PlannedCopy;
  readonly platform: Platform;
  readonly context: TaskContext;
}

/** Throws what `createPartial` throws. */
export async function beginBackup(options: BeginOptions): Promise<Begun> {
  const { task, opened, planned, platform, context, title } = options;
  const started = new Date(context.now());
  const place = await placeOf(task.destination, title, started);
  const prove = task.verify !== 'none';
  const { format } = task;
  const bytes = opened.device.size;
  const partial = await createPartial({
    imageFiles: platform.imageFiles,
    folder: place.folder,
    stem: prove ? place.stem : `${place.stem} (unverified)`,
    incompleteStem: `${place.stem} ${prove ? '(incomplete)' : '(incomplete, unverified)'}`,
    format,
    bytes,
    exact: place.exact,
  });
  const { compressor } = platform;
  const image = createImageWriter({ format, file: partial.image, bytes, compressor });
  const checkpoint = partial.startCheckpoint(
    headerOf({ task, opened, planned, title, started, continued: [] }),
  );
  return { partial, image, done: null, checkpoint, started, continued: [] };
}

/** The partial stays as it is when this throws: what `continueBackup` throws, and the errors of the destination. */
export async function goOnWithBackup(options: BeginOptions, taken: TakenOver): Promise<Begun> {
  const { task, opened, planned, title, context } = options;
  const { partial } = taken;
  const { header } = taken.checkpoint;
  const { image, done } = await continueBackup({ ...options, taken });
  const now = new Date(context.now());
  const started = new Date(header.started);
  const continued = [...header.continued, now.toISOString()].slice(-MAX_TIMES_CONTINUED);
  const checkpoint = partial.startCheckpoint(
    headerOf({ task, opened, planned, title, started, continued }),
  );
  const blocks = image.lengthsOf({ offset: 0, bytes: done.from }) ?? [];
  await checkpoint.restart({ entries: done.entries, blocks }, now);
  return { partial, image, done, checkpoint, started, continued };
}

function headerOf(facts: {
  readonly task: BackupTask;
  readonly opened: OpenedCard;
  readonly planned: PlannedCopy;
  readonly title: string;
  readonly started: Date;
  readonly continued: readonly string[];
}): CheckpointHeader {
  const { task, opened, planned, title } = facts;
  const { device, disk, card } = opened;
  const weak = weakIdentity(disk);
  const { identity } = card;
  return {
    checkpoint: 1,
    tool: VERSION,
    title,
    format: task.format,
    card: {
      bytes: device.size,
      sectorBytes: device.sectorSize,
      weak: { ...weak, partitions: [...weak.partitions] },
      strong: { ...identity, fileSystems: [...identity.fileSystems] },
    },
    wholeCard: task.wholeCard,
    fullHash: task.fullHash,
    verify: task.verify,
    started: facts.started.toISOString(),
    continued: [...facts.continued],
    plan: { sha256: planned.sha256, totalBytes: planned.plan.bytes },
    structure: planned.fingerprint,
  };
}

/**
 * Whether what is done stays when a backup ends so: where nothing is wrong with it, and card and disk may be there again. A
 * cancelled one stays if that was said.
 */
export function staysAfter(error: unknown, context: TaskContext): boolean {
  if (isPiKeepError(error, 'INTERRUPTED')) return context.keepsPartial();
  return isPiKeepError(
    error,
    'DEVICE_GONE',
    'READ_FAILED',
    'HELPER_FAILED',
    'STALLED',
    'DESTINATION_FULL',
    'DESTINATION_FAILED',
    'DESTINATION_MISSING',
    'DESTINATION_NOT_WRITABLE',
  );
}
