/** One backup from beginning to end: check, open, copy, prove, file, eject. */

import * as path from 'node:path';
import type { BlockDevice } from '../engine/block-device.ts';
import { type Card, readCard } from '../engine/card.ts';
import { type Check, checkBoot } from '../engine/checks.ts';
import { totalBytes } from '../engine/chunks.ts';
import { copyRanges } from '../engine/copy.ts';
import type { Disk } from '../engine/disk.ts';
import type { MapEntry } from '../engine/image/map.ts';
import { glance } from '../engine/pi-card.ts';
import { readPortrait } from '../engine/portrait.ts';
import { requireSameAgain } from '../engine/reread.ts';
import { requireFinished } from '../engine/unfinished.ts';
import { english } from '../language/english.ts';
import { type TakenOver, takeOver } from '../library/take-over.ts';
import type { Platform } from '../platform/ports.ts';
import { beginBackup, goOnWithBackup, staysAfter } from './begin-backup.ts';
import { buildManifest } from './build-manifest.ts';
import {
  destinationFolder,
  destinationVolume,
  type ImageSizes,
  requireRoom,
} from './destination.ts';
import { damageOf, damageResult, rescueWishes } from './dying-card.ts';
import { ejectCard } from './eject-card.ts';
import { type OpenedCard, openCard } from './open-card.ts';
import { PhaseProgress, phaseMeter, tellOpening } from './phase-progress.ts';
import { type PlannedCopy, planCopy } from './plan-copy.ts';
import { planMessage } from './plan-message.ts';
import type { BackupResult } from './results.ts';
import type { TaskContext } from './task-context.ts';
import type { BackupTask } from './tasks.ts';

/** Throws every code that its parts throw; whatever happens, nothing unproven keeps a final name. */
export async function runBackup(asked: BackupTask, context: TaskContext): Promise<BackupResult> {
  const started = context.monotonic();
  const platform = await context.createPlatform({ slot: asked.source.slot });
  tellOpening(context);
  const file = asked.continueFrom ?? null;
  const taken = file === null ? null : await takeOver(platform.imageFiles, file);
  try {
    const task = taken ? asBefore(asked, taken) : asked;
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
      const planned = await planCopy(opened, task.wholeCard);
      const { plan } = planned;
      const sizes = sizesOf(task, opened.device.size, plan.bytes);
      requireRoom(volume, sizes, (await taken?.partial.image.storedBytes()) ?? 0);
      context.plan(planMessage(opened.device, opened.card, plan, task.wholeCard));
      result = await copyCard({ task, context, platform, opened, planned, taken });
    } finally {
      await opened.device.close();
    }
    const ejected = task.ejectWhenDone && (await ejectCard(platform, opened.disk, context));
    return { ...result, ejected, seconds: (context.monotonic() - started) / 1000 };
  } catch (error) {
    // Does nothing where it was seen to already; else nothing is wrong with what is done.
    await taken?.partial.keep();
    throw error;
  }
}

/** A backup is carried on as it was begun, where it was begun. */
function asBefore(task: BackupTask, { partial, checkpoint }: TakenOver): BackupTask {
  const { format, wholeCard, fullHash, verify } = checkpoint.header;
  const folder = path.dirname(partial.image.path);
  const destination = { kind: 'folder' as const, folder };
  return { ...task, format, wholeCard, fullHash, verify, destination };
}

interface Copying {
  readonly task: BackupTask;
  readonly context: TaskContext;
  readonly platform: Platform;
  readonly opened: OpenedCard;
  readonly planned: PlannedCopy;
  readonly taken: TakenOver | null;
}

async function copyCard(copying: Copying): Promise<BackupResult> {
  const { task, context, opened, planned, taken } = copying;
  const { device, disk, card } = opened;
  const { plan } = planned;
  for (const problem of card.table.problems) context.warn('PARTITION_TABLE', problem);
  const title = titleOf(card, disk);
  const begin = { ...copying, title };
  const begun = taken ? await goOnWithBackup(begin, taken) : await beginBackup(begin);
  const { partial, image, done, checkpoint, started } = begun;
  const prove = task.verify !== 'none';
  const doneBytes = totalBytes(done?.entries ?? []);
  try {
    const progress = new PhaseProgress(plan.bytes, prove, context, doneBytes);
    const {
      map,
      plainSha256,
      unreadable,
      image: stored,
    } = await copyRanges({
      device,
      ranges: plan.ranges,
      image,
      ...(done ? { done } : {}),
      prove,
      hashPlain: task.wholeCard || task.fullHash,
      rescue: rescueWishes(task, context, progress),
      onSettled: (settled) => checkpoint.add(settled, new Date(context.now())),
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
      times: {
        started,
        copied,
        finished: new Date(context.now()),
        continued: begun.continued,
      },
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
      ...(done ? { continuedBytes: doneBytes } : {}),
      seconds: 0,
      verified: manifest.verified?.method ?? null,
      plainSha256,
      unreadable: damageResult(damage),
      checks,
      ejected: false,
    };
  } catch (error) {
    await (staysAfter(error, context) ? partial.keep() : partial.discard());
    throw error;
  }
}

/** A plain image is as long as the card and mostly holes; a packed one is shorter than what was read, holes or not. */
function sizesOf({ format }: BackupTask, bytes: number, readBytes: number): ImageSizes {
  return format === 'img'
    ? { fileBytes: bytes, storedBytes: readBytes }
    : { fileBytes: readBytes, storedBytes: readBytes };
}

/** A dying card is not made to read everything a second time. */
const notRead: Check = {
  name: 'second reading',
  ok: false,
  detail: english`left out, because the card cannot be read everywhere`,
};

/** Throws CARD_UNRELIABLE unless the card still reads as it did. */
async function readAgain(
  device: BlockDevice,
  map: readonly MapEntry[],
  context: TaskContext,
): Promise<Check> {
  const onProgress = phaseMeter('rereading', totalBytes(map), context);
  await requireSameAgain({ device, map, onProgress, signal: context.signal });
  return {
    name: 'second reading',
    ok: true,
    detail: english`the card reads the same a second time`,
  };
}

/** A disk that says nothing about itself is called as it was when it was offered. */
function titleOf(card: Card, disk: Disk): string {
  const saysNothing = card.pi === 'no' && card.hostname === null && card.label === null;
  return saysNothing ? glance(disk).title : card.title;
}
