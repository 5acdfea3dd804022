/** Writes an image to a card in an order that leaves no half-made card looking whole, and proves what it wrote. */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { probeCapacity, writeMark } from './capacity.ts';
import { totalBytes } from './chunks.ts';
import { asPiKeepError, PiKeepError, throwIfInterrupted } from './errors.ts';
import type { RestoreSource } from './image/restore-source.ts';
import { RestoreEnds } from './restore-ends.ts';
import { type RestoreLayout, readLayout } from './restore-layout.ts';
import { type RestoreMode, writeMiddle } from './restore-middle.ts';
import { PieceMaker } from './restore-pieces.ts';
import type { RestorePlan } from './restore-plan.ts';
import { proveCard } from './restore-proof.ts';
import { RestoreWriter } from './restore-writer.ts';
import { type Marker, putBack, type SavedBlock } from './unfinished.ts';
import type { WritableDevice } from './writable-device.ts';

export interface RestoreStep {
  /** Bytes since the last call: written, found right and left alone, read back. */
  readonly written: number;
  readonly skipped: number;
  readonly proven: number;
  readonly phase: 'writing' | 'proving';
  /** Bytes of this phase altogether: of `written` and `skipped`, or of `proven`. */
  readonly total: number;
}

export interface RestoreOptions {
  readonly target: WritableDevice;
  readonly source: RestoreSource;
  readonly plan: RestorePlan;
  readonly marker: Marker;
  /** "auto" compares with the card before writing where that is faster; "differential" always does, to spare the card. */
  readonly mode: RestoreMode;
  /**
   * Gets the old first and last MiB, and the block of a partition table's second header elsewhere, before anything is written;
   * the restore goes on when it resolves.
   */
  onSaved(blocks: readonly SavedBlock[]): Promise<void>;
  /** Called when only the marker was written. Once it has resolved, the old content cannot be brought back any more. */
  onWriting(): Promise<void>;
  /**
   * Called when everything but sector 0 is on the card, with the card as it will look with it. From the moment it resolves,
   * nothing on the card says any more that it is unfinished, and nobody knows yet whether it is right.
   */
  onWritten(card: BlockDevice): Promise<void>;
  onProgress(step: RestoreStep): void;
  /** Milliseconds of a clock that never goes backwards. */
  monotonic(): number;
  readonly signal?: AbortSignal | undefined;
}

export interface RestoreOutcome {
  readonly mode: 'full' | 'differential';
  readonly writtenBytes: number;
  /** Found right on the card, and left alone. */
  readonly skippedBytes: number;
  /** Everything that is on the card because of this restore: written or left. */
  readonly mappedBytes: number;
  /** Of it, what was read back after the writing and found right. */
  readonly provenBytes: number;
  /** From the first write after `onWriting` until the card had been flushed for the last time. */
  readonly writeMilliseconds: number;
}

/**
 * The order:
 * 1. Save what is at the ends, and mark the card as unfinished: sector 0, then both headers of an old GPT. Flush. Find out
 *    whether the card is as large as it says.
 * 2. Write everything else in ascending order, except the first and the last MiB, so that no copy of a partition table exists
 *    behind partitions that are not there yet. Flush.
 * 3. Write the last MiB, and the first but for sector 0. Flush.
 * 4. Call `onWritten`. Write sector 0, which takes the mark away. Flush. A device writes one sector whole or not at all; so there is no moment at
 *    which a power cut leaves anything but the mark or a whole table, which a first MiB written in one go does not promise. The
 *    first header of a GPT is valid a moment earlier, when all that it describes is on the card. (It lies in the second sector,
 *    whether that has 512 bytes or 4096.)
 * 5. Give up the right to write, and read back.
 *
 * Where neither the image nor a patch covers a place of the mark or of an old copy of a GPT, zeros are written, so that nothing
 * of either survives. A failure before `onWriting` has resolved puts the old content back and is thrown again; when putting back
 * fails too, the card keeps the mark, and the error's cause holds both. Later failures leave the mark on the card (from step 5 on
 * it is gone: the card is written and unproven, which only what `onWritten` noted can tell).
 *
 * Throws what the devices, the source, `onSaved`, `onWriting` and `onWritten` throw; FAKE_CAPACITY, CARD_NOT_AS_WRITTEN, INTERRUPTED.
 */
export async function restoreCard(options: RestoreOptions): Promise<RestoreOutcome> {
  const { target, source, plan, mode, monotonic, signal } = options;
  throwIfInterrupted(signal);
  const layout = await readLayout(target);
  await beginWriting(options, layout);

  const started = monotonic();
  const pieces = new PieceMaker(plan, layout.cleared, target.size);
  const ends = new RestoreEnds(layout);
  const total = pieces.totalBytes;
  const progress = (step: { written: number; skipped: number }): void =>
    options.onProgress({ ...step, proven: 0, phase: 'writing', total });
  const middle = await writeMiddle({
    target,
    source,
    plan,
    mode,
    pieces,
    ends,
    onProgress: progress,
    monotonic,
    signal,
  });
  await target.flush();
  throwIfInterrupted(signal);
  await writeEnds(target, ends, {
    onWritten: () => options.onWritten(ends.asFinished(target)),
    onProgress: (written) => progress({ written, skipped: 0 }),
  });
  await target.finishWriting();
  const writeMilliseconds = monotonic() - started;

  const written = [...middle.written, ...ends.expected];
  const provenBytes = await proveCard({
    device: target,
    written,
    found: middle.found,
    onProgress: (step) => options.onProgress({ written: 0, skipped: 0, phase: 'proving', ...step }),
    signal,
  });
  const writtenBytes = totalBytes(written);
  const skippedBytes = totalBytes(middle.found);
  return {
    mode: middle.mode,
    writtenBytes,
    skippedBytes,
    mappedBytes: writtenBytes + skippedBytes,
    provenBytes,
    writeMilliseconds,
  };
}

/** Up to the moment from which there is no way back. */
async function beginWriting(options: RestoreOptions, layout: RestoreLayout): Promise<void> {
  const { target, signal } = options;
  const saved: SavedBlock[] = [];
  for (const { offset, bytes } of layout.saved) {
    saved.push({ offset, data: await readUpTo(target, offset, bytes) });
  }
  await options.onSaved(saved);
  throwIfInterrupted(signal);
  try {
    await writeMark(target, layout, options.marker);
    throwIfInterrupted(signal);
    await probeCapacity(target, layout);
    throwIfInterrupted(signal);
    await options.onWriting();
  } catch (error) {
    throw await afterPuttingBack(target, saved, error);
  }
}

/** The error to throw: the one that is why the old content was put back. */
async function afterPuttingBack(
  target: WritableDevice,
  saved: readonly SavedBlock[],
  error: unknown,
): Promise<unknown> {
  try {
    await putBack(target, saved);
    return error;
  } catch (second) {
    const { code, facts } = asPiKeepError(error);
    const cause = new AggregateError([error, second], 'the old content could not be put back');
    return new PiKeepError(code, facts, { cause });
  }
}

async function writeEnds(
  target: WritableDevice,
  ends: RestoreEnds,
  on: { onWritten: () => Promise<void>; onProgress: (bytes: number) => void },
): Promise<void> {
  const writer = new RestoreWriter(target);
  try {
    on.onProgress(await ends.writeAllButFirstSector(writer));
    await writer.drain();
    await target.flush();
    await on.onWritten();
    on.onProgress(await ends.writeFirstSector(writer));
    await writer.drain();
    await target.flush();
  } finally {
    await writer.settle();
  }
}
