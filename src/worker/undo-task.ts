/** Brings back the old content of a card on which a restore has written nothing but its marker. */

import { PiKeepError } from '../engine/errors.ts';
import { putBack } from '../engine/unfinished.ts';
import { english } from '../language/english.ts';
import { say } from '../language/say.ts';
import { findRecord, type OpenRecord } from '../library/restore-records.ts';
import { type OpenedTarget, openTarget } from './open-target.ts';
import { tellOpening } from './phase-progress.ts';
import type { UndoResult } from './restore-results.ts';
import type { TaskContext } from './task-context.ts';
import type { UndoTask } from './tasks.ts';

/** Throws UNDO_IMPOSSIBLE, what opening the card throws, WRITE_FAILED, CARD_NOT_AS_WRITTEN, DEVICE_GONE. */
export async function runUndo(task: UndoTask, context: TaskContext): Promise<UndoResult> {
  const platform = await context.createPlatform({ slot: task.source.slot });
  tellOpening(context);
  const target = await openTarget({
    platform,
    name: task.disk,
    expected: task.expected,
    allowDiskImage: task.source.allowDiskImage,
    allowOtherExternal: task.source.allowOtherExternal,
    neverTouch: task.source.neverTouch,
    door: task.source.door,
    paths: { image: null, library: task.library, recordsFolder: task.recordsFolder },
    forceUnmount: task.forceUnmount,
    prompt: (card) => say`PiKeep wants to bring the old content of ${card} back.`,
    authorizer: context.authorizer,
    onWarning: ({ code, text }) => context.warn(code, text),
    signal: context.signal,
  });
  try {
    const record = await requireUndoable(task, target);
    await putBack(target.device, await record.readBlocks());
    await record.update({
      state: 'put-back',
      times: { ...record.record.times, ended: new Date(context.now()).toISOString() },
      summary: english`The restore was undone: the card holds what it held before.`,
    });
    return { task: 'undo', disk: target.disk.id, title: record.record.old.title };
  } finally {
    await target.device.close();
  }
}

/** Throws UNDO_IMPOSSIBLE with the reason. */
async function requireUndoable(
  { recordsFolder }: UndoTask,
  { card, disk, device }: OpenedTarget,
): Promise<OpenRecord> {
  const impossible = (detail: string): PiKeepError =>
    new PiKeepError('UNDO_IMPOSSIBLE', { disk: disk.id, detail });
  if (!card.unfinished) throw impossible(english`it carries no mark of an unfinished restore`);
  const record = await findRecord(recordsFolder, card.unfinished.id);
  if (!record) throw impossible(english`on this computer, nothing of it was saved`);
  const { state, disk: saved } = record.record;
  if (state !== 'marked') throw impossible(english`the restore had begun to overwrite it`);
  if (saved.bytes !== device.size)
    throw impossible(english`what was saved is of a card of another size`);
  return record;
}
