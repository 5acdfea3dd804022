/** One backup from beginning to end: check, open, copy, prove, file, eject. */

import type { BlockDevice } from '../engine/block-device.ts';
import { type Card, readCard } from '../engine/card.ts';
import { type Check, checkBoot } from '../engine/checks.ts';
import { totalBytes } from '../engine/chunks.ts';
import { copyRanges } from '../engine/copy.ts';
import type { Disk } from '../engine/disk.ts';
import { createImageWriter } from '../engine/image/create-image-writer.ts';
import type { MapEntry } from '../engine/image/map.ts';
import { glance } from '../engine/pi-card.ts';
import { readPortrait } from '../engine/portrait.ts';
import { requireSameAgain } from '../engine/reread.ts';
import { requireFinished } from '../engine/unfinished.ts';
import { mapUsed, type UsedMap, wholeCard } from '../engine/used-map.ts';
import { createPartial } from '../library/partial.ts';
import type { Platform } from '../platform/ports.ts';
import { buildManifest } from './build-manifest.ts';
import {
  destinationFolder,
  destinationVolume,
  type ImageSizes,
  placeOf,
  requireRoom,
} from './destination.ts';
import { damageOf, damageResult, rescueWishes } from './dying-card.ts';
import { ejectCard } from './eject-card.ts';
import { type OpenedCard, openCard } from './open-card.ts';
import { PhaseProgress, phaseMeter, tellOpening } from './phase-progress.ts';
import { planMessage } from './plan-message.ts';
import type { BackupResult } from './results.ts';
import type { TaskContext } from './task-context.ts';
import type { BackupTask } from './tasks.ts';

/** Throws every code that its parts throw; whatever happens, nothing unproven keeps a final name. */
export async function runBackup(task: BackupTask, context: TaskContext): Promise<BackupResult> {
  const started = context.monotonic();
  const platform = await context.createPlatform({ slot: task.source.slot });
  tellOpening(context);
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
    requireFinished(opened.card, opened.disk.id);
    const plan = await planCopy(task, opened);
    requireRoom(volume, sizesOf(task, opened.device.size, plan.bytes));
    context.plan(planMessage(opened.device, opened.card, plan, task.wholeCard));
    result = await copyCard(task, context, platform, opened, plan);
  } finally {
    await opened.device.close();
  }
  const ejected = task.ejectWhenDone && (await ejectCard(platform, opened.disk, context));
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
  const title = titleOf(card, disk);
  const place = await placeOf(task.destination, title, started);
  const prove = task.verify !== 'none';
  const partial = await createPartial({
    imageFiles: platform.imageFiles,
    folder: place.folder,
    stem: prove ? place.stem : `${place.stem} (unverified)`,
    incompleteStem: `${place.stem} ${prove ? '(incomplete)' : '(incomplete, unverified)'}`,
    format: task.format,
    bytes: device.size,
    exact: place.exact,
  });
  try {
    const progress = new PhaseProgress(plan.bytes, prove, context);
    const image = createImageWriter({
      format: task.format,
      file: partial.image,
      bytes: device.size,
      compressor: platform.compressor,
    });
    const {
      map,
      plainSha256,
      unreadable,
      image: stored,
    } = await copyRanges({
      device,
      ranges: plan.ranges,
      image,
      prove,
      hashPlain: task.wholeCard || task.fullHash,
      rescue: rescueWishes(task, context, progress),
      signal: context.signal,
      onProgress: (step) => progress.add(step),
    });
    const isWhole = unreadable.length === 0;
    const secondReading =
      task.verify === 'card' ? [isWhole ? await readAgain(device, map, context) : notRead] : [];
    progress.filing();
    const copied = new Date(context.now());
    const copyDevice = image.device(device.sectorSize);
    const copy = await readCard(copyDevice);
    const checks = [...(await checkBoot(copy)), ...secondReading];
    const damage = await damageOf(unreadable, { image: copyDevice, layout: copy }, context);
    if (damage) await partial.markIncomplete();
    const use = plan.partitions;
    const portrait = await readPortrait(copyDevice, copy, { use, signal: context.signal });
    const manifest = buildManifest({
      disk,
      card,
      device,
      imagePath: partial.finalPath,
      stored,
      map,
      plan,
      plainSha256,
      method: prove ? partial.image.readBackMethod : null,
      checks,
      unreadable: damage?.ranges ?? [],
      portrait,
      times: { started, copied, finished: new Date(context.now()) },
    });
    const storedBytes = await partial.image.storedBytes();
    const manifestPath = await partial.promote(manifest);
    return {
      task: 'backup',
      image: partial.finalPath,
      manifest: manifestPath,
      title,
      bytes: device.size,
      storedBytes,
      readBytes: plan.bytes,
      seconds: 0,
      verified: manifest.verified?.method ?? null,
      plainSha256,
      unreadable: damageResult(damage),
      checks,
      ejected: false,
    };
  } catch (error) {
    await partial.discard();
    throw error;
  }
}

/** A plain image is as long as the card and mostly holes; a packed one is shorter than what was read, holes or not. */
function sizesOf({ format }: BackupTask, bytes: number, readBytes: number): ImageSizes {
  return format === 'img'
    ? { fileBytes: bytes, storedBytes: readBytes }
    : { fileBytes: readBytes, storedBytes: readBytes };
}

/** What to read: what is used, or everything when asked to. The card's own notes are kept either way. */
async function planCopy(task: BackupTask, { device, card, holes }: OpenedCard): Promise<UsedMap> {
  const used = await mapUsed(device, card, holes);
  return task.wholeCard ? wholeCard(used, device.size) : used;
}

/** A dying card is not made to read everything a second time. */
const notRead: Check = {
  name: 'second reading',
  ok: false,
  detail: 'left out, because the card cannot be read everywhere',
};

/** Throws CARD_UNRELIABLE unless the card still reads as it did. */
async function readAgain(
  device: BlockDevice,
  map: readonly MapEntry[],
  context: TaskContext,
): Promise<Check> {
  const onProgress = phaseMeter('rereading', totalBytes(map), context);
  await requireSameAgain({ device, map, onProgress, signal: context.signal });
  return { name: 'second reading', ok: true, detail: 'the card reads the same a second time' };
}

/** A disk that says nothing about itself is called as it was when it was offered. */
function titleOf(card: Card, disk: Disk): string {
  const saysNothing = card.pi === 'no' && card.hostname === null && card.label === null;
  return saysNothing ? glance(disk).title : card.title;
}
