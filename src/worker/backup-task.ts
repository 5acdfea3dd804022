/** One backup from beginning to end: check, open, copy, prove, file, eject. */

import type { BlockDevice } from '../engine/block-device.ts';
import { readCard } from '../engine/card.ts';
import { checkBoot } from '../engine/checks.ts';
import { copyRanges } from '../engine/copy.ts';
import { asPiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import type { NewImageFile } from '../engine/image/image-file.ts';
import { mapUsed, type UsedMap, wholeCard } from '../engine/used-map.ts';
import { createPartial } from '../library/partial.ts';
import type { Platform } from '../platform/ports.ts';
import { buildManifest } from './build-manifest.ts';
import { destinationFolder, destinationVolume, placeOf, requireRoom } from './destination.ts';
import { type OpenedCard, openCard } from './open-card.ts';
import { PhaseProgress } from './phase-progress.ts';
import type { BackupResult, BackupTask } from './protocol.ts';
import type { TaskContext } from './task-context.ts';

/** Throws every code that its parts throw; whatever happens, nothing unproven keeps a final name. */
export async function runBackup(task: BackupTask, context: TaskContext): Promise<BackupResult> {
  const started = context.monotonic();
  const platform = await context.createPlatform({ slot: task.source.slot });
  context.progress({
    phase: 'opening',
    bytes: 0,
    total: 0,
    bytesPerSecond: null,
    secondsLeft: null,
  });
  const volume = await destinationVolume(task.destination, platform.volumes);
  const opened = await openCard({
    platform,
    name: task.disk,
    expected: task.expected,
    ...task.source,
    destination: { path: destinationFolder(task.destination), disks: volume.disks },
    forceUnmount: task.forceUnmount,
    authorizer: context.authorizer,
    onWarning: ({ code, text }) => context.warn(code, text),
    signal: context.signal,
  });
  let result: BackupResult;
  try {
    const plan = await planCopy(task, opened);
    requireRoom(volume, opened.device.size, plan.bytes);
    result = await copyCard(task, context, platform, opened, plan);
  } finally {
    await opened.device.close();
  }
  const ejected = task.ejectWhenDone && (await eject(platform, opened, context));
  return { ...result, ejected, seconds: (context.monotonic() - started) / 1000 };
}

async function copyCard(
  task: BackupTask,
  context: TaskContext,
  platform: Platform,
  { device, disk, card }: OpenedCard,
  plan: UsedMap,
): Promise<BackupResult> {
  const started = new Date(context.now());
  for (const problem of card.table.problems) context.warn('PARTITION_TABLE', problem);
  const place = await placeOf(task.destination, card.title, started);
  const prove = task.verify === 'image';
  const stem = prove ? place.stem : `${place.stem} (unverified)`;
  const partial = await createPartial({
    imageFiles: platform.imageFiles,
    folder: place.folder,
    stem,
    bytes: device.size,
    exact: place.exact,
  });
  try {
    const progress = new PhaseProgress(plan.bytes, prove, context);
    const { map, plainSha256 } = await copyRanges({
      device,
      ranges: plan.ranges,
      image: partial.image,
      prove,
      signal: context.signal,
      onProgress: (step) => progress.add(step),
    });
    // Of used blocks alone it would be the hash of nothing anybody has.
    const wholeSha256 = task.wholeCard ? plainSha256 : null;
    progress.filing();
    const copied = new Date(context.now());
    const checks = await checkBoot(await readCard(imageDevice(partial.image, device.sectorSize)));
    const manifest = buildManifest({
      disk,
      card,
      device,
      imagePath: partial.finalPath,
      map,
      plan,
      plainSha256: wholeSha256,
      method: prove ? partial.image.readBackMethod : null,
      checks,
      times: { started, copied, finished: new Date(context.now()) },
    });
    const storedBytes = await partial.image.storedBytes();
    const manifestPath = await partial.promote(manifest);
    return {
      task: 'backup',
      image: partial.finalPath,
      manifest: manifestPath,
      title: card.title,
      bytes: device.size,
      storedBytes,
      readBytes: plan.bytes,
      seconds: 0,
      verified: manifest.verified?.method ?? null,
      plainSha256: wholeSha256,
      checks,
      ejected: false,
    };
  } catch (error) {
    await partial.discard();
    throw error;
  }
}

/** What to read: what is used, or everything when asked to. The card's own notes are kept either way. */
async function planCopy(task: BackupTask, { device, card }: OpenedCard): Promise<UsedMap> {
  const used = await mapUsed(device, card);
  return task.wholeCard ? wholeCard(used, device.size) : used;
}

/** The image as written, for the boot checks: they judge the copy, not the card. */
function imageDevice(image: NewImageFile, sectorSize: number): BlockDevice {
  return {
    path: image.path,
    size: image.size,
    sectorSize,
    read: (into, offset) => image.readBack(into, offset),
    close: () => Promise.resolve(),
  };
}

/** The backup is done and filed; a card that will not eject is worth a warning, not a failure. */
async function eject(
  platform: Platform,
  { disk }: OpenedCard,
  context: TaskContext,
): Promise<boolean> {
  try {
    await platform.actions.eject(disk);
    return true;
  } catch (error) {
    const { title, message } = explain(asPiKeepError(error));
    context.warn(asPiKeepError(error).code, `${title}. ${message}`);
    return false;
  }
}
