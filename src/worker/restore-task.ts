/** One restore from beginning to end: check the image, open the card, save what goes, write, prove, report, eject. */

import { randomUUID } from 'node:crypto';
import * as path from 'node:path';
import type { Card } from '../engine/card.ts';
import type { Disk } from '../engine/disk.ts';
import { isPiKeepError, PiKeepError } from '../engine/errors.ts';
import { type PlannedRestore, planRestore } from '../engine/fit.ts';
import type { RestoreSource } from '../engine/image/restore-source.ts';
import { type RestoreOutcome, type RestoreStep, restoreCard } from '../engine/restore.ts';
import { structureView } from '../engine/structure-view.ts';
import { type Marker, makeMarker } from '../engine/unfinished.ts';
import { english, inEnglish } from '../language/english.ts';
import { say } from '../language/say.ts';
import type { Platform } from '../platform/ports.ts';
import { identitiesAfter } from './after-restore.ts';
import { checkImage } from './check-image.ts';
import { contentOf } from './content-words.ts';
import { ejectCard } from './eject-card.ts';
import { findDisk } from './find-disk.ts';
import { readImageFacts } from './image-facts.ts';
import { type OpenedTarget, type OpenTargetOptions, openTarget } from './open-target.ts';
import { phaseMeter, tellOpening } from './phase-progress.ts';
import { provenHow } from './proven-how.ts';
import { RestoreLog } from './restore-log.ts';
import type { RestoreResult } from './restore-results.ts';
import type { TaskContext } from './task-context.ts';
import type { RestoreTask } from './tasks.ts';

/** What stays the same when a restore has to be begun again through another door. */
interface Job {
  readonly task: RestoreTask;
  readonly context: TaskContext;
  readonly platform: Platform;
  readonly source: RestoreSource;
  readonly marker: Marker;
  readonly log: RestoreLog;
}

interface Attempt {
  readonly disk: Disk;
  readonly card: Card;
  readonly planned: PlannedRestore;
  readonly outcome: RestoreOutcome;
}

/**
 * Throws every code that its parts throw. Before the first byte of the image is written, a failure leaves the card as it was;
 * after it, the card says by its marker that it has to be restored again.
 */
export async function runRestore(task: RestoreTask, context: TaskContext): Promise<RestoreResult> {
  const started = context.monotonic();
  const platform = await context.createPlatform({ slot: task.source.slot });
  const facts = await readImageFacts(task.image, task.library);
  const log = new RestoreLog(task.recordsFolder, context);
  for (const { code, text } of facts.warnings) log.warn(code, text);
  const source = await checkImage(task.image, facts, task.expected.bytes, platform, context);
  try {
    const marker = makeMarker({ id: randomUUID(), image: path.basename(task.image) });
    const job: Job = { task, context, platform, source, marker, log };
    await requireRoom(job);
    const done = await restore(job);
    return await finish(job, done, started);
  } finally {
    await source.close();
  }
}

/** Throws TARGET_TOO_SMALL before anything is unmounted or asked. Whether the disk is the right one is judged later. */
async function requireRoom({ task, platform, source, context }: Job): Promise<void> {
  const disks = await platform.disks.list(context.signal);
  const { id: disk, sectorBytes: sectorSize } = await findDisk(disks, task.disk);
  const { bytes } = task.expected;
  await planRestore({ source, target: { disk, bytes, sectorSize }, grow: task.grow });
  if (source.isComplete) return;
  // What was given up because it cannot fit has no map: with one, nothing but the marker would be written.
  throw new PiKeepError('INTERNAL', {
    detail: `${source.path} was given up, and the plan says that it fits`,
  });
}

async function restore(job: Job): Promise<Attempt> {
  const { task } = job;
  const first: { target?: OpenedTarget } = {};
  try {
    return await attempt(job, { door: task.source.door, expected: task.expected }, (target) => {
      first.target = target;
    });
  } catch (error) {
    const { target } = first;
    if (!target || !isAuthopenTrouble(error, target, job)) throw error;
    const text = english`The system refused to go on writing through the borrowed device; the restore is begun again with PiKeep’s helper.`;
    job.log.warn('DOOR_CHANGED', text);
    const how = { door: 'helper', expected: null } as const;
    return attempt(job, how, (again) => requireSameTarget(target, again, job));
  }
}

/**
 * Writes through a descriptor that authopen handed over can fail in mid-stream on macOS 26; the helper's own descriptor is
 * not subject to that. A card that is worn out fails there too, and then says so.
 */
function isAuthopenTrouble(
  error: unknown,
  { door }: OpenedTarget,
  { task, platform }: Job,
): boolean {
  return (
    door === 'authopen' &&
    task.source.door === null &&
    platform.writeDoors.some(({ name }) => name === 'helper') &&
    isPiKeepError(error, 'WRITE_FAILED') &&
    ['EIO', 'EPERM'].includes(error.facts.errno)
  );
}

/** What the card shows has changed since the user confirmed it, by our own marker: that, or the old content, has to be on it. */
function requireSameTarget(before: OpenedTarget, now: OpenedTarget, { marker }: Job): void {
  const isMarked = now.card.unfinished?.id === marker.id;
  const isUntouched = JSON.stringify(now.card.identity) === JSON.stringify(before.card.identity);
  if (now.disk.bytes === before.disk.bytes && (isMarked || isUntouched)) return;
  throw new PiKeepError('IDENTITY_CHANGED', {
    disk: now.disk.id,
    expected: before.card.title,
    found: now.card.title,
  });
}

/** `onOpened` sees the card before anything is written, and may refuse it. */
async function attempt(
  job: Job,
  how: Pick<OpenTargetOptions, 'door' | 'expected'>,
  onOpened: (target: OpenedTarget) => void,
): Promise<Attempt> {
  const { task, context, platform, source, log } = job;
  tellOpening(context);
  const target = await openTarget({
    platform,
    name: task.disk,
    allowDiskImage: task.source.allowDiskImage,
    allowOtherExternal: task.source.allowOtherExternal,
    neverTouch: task.source.neverTouch,
    ...how,
    paths: { image: task.image, library: task.library, recordsFolder: task.recordsFolder },
    forceUnmount: task.forceUnmount,
    prompt: (card) => say`PiKeep wants to overwrite ${card} with “${path.basename(task.image)}”.`,
    authorizer: context.authorizer,
    onWarning: ({ code, text }) => log.warn(code, text),
    signal: context.signal,
  });
  const { device, disk, card } = target;
  try {
    onOpened(target);
    const planned = await planRestore({
      source,
      target: { disk: disk.id, bytes: device.size, sectorSize: device.sectorSize },
      grow: task.grow,
    });
    // For the record, which is read in any language.
    const content = inEnglish(await contentOf(structureView(device).device, card));
    const outcome = await restoreCard({
      target: device,
      source,
      plan: planned.plan,
      marker: job.marker,
      mode: task.mode,
      onSaved: (blocks) => log.saved({ marker: job.marker, source, disk, card, content }, blocks),
      onWriting: async () => {
        await log.writing();
        // From here on whoever owns us must know that the old content is going, before anything else can fail.
        const figures = { bytes: 0, total: 0, bytesPerSecond: null, secondsLeft: null };
        context.progress({ phase: 'writing', ...figures });
      },
      onWritten: async (written) => log.proving(await identitiesAfter(written)),
      onProgress: progressOf(context),
      monotonic: context.monotonic,
      signal: context.signal,
    });
    return { disk, card, planned, outcome };
  } catch (error) {
    await log.failed(error, device);
    throw error;
  } finally {
    await device.close();
  }
}

/** Two bars one after the other, each over everything that will be on the card because of this restore. */
function progressOf(context: TaskContext): (step: RestoreStep) => void {
  let meter: { phase: RestoreStep['phase']; add: (bytes: number) => void } | null = null;
  return ({ phase, total, written, skipped, proven }) => {
    if (meter?.phase !== phase) meter = { phase, add: phaseMeter(phase, total, context) };
    meter.add(phase === 'writing' ? written + skipped : proven);
  };
}

async function finish(
  { task, context, platform, source, log }: Job,
  { disk, planned, outcome }: Attempt,
  started: number,
): Promise<RestoreResult> {
  context.progress({
    phase: 'filing',
    bytes: outcome.mappedBytes,
    total: outcome.mappedBytes,
    bytesPerSecond: null,
    secondsLeft: null,
  });
  const verified = await provenHow(disk, platform);
  const result: Omit<RestoreResult, 'ejected'> = {
    task: 'restore',
    image: task.image,
    disk: disk.id,
    title: source.manifest?.card.title ?? path.basename(task.image),
    bytes: disk.bytes,
    mappedBytes: outcome.mappedBytes,
    writtenBytes: outcome.writtenBytes,
    skippedBytes: outcome.skippedBytes,
    mode: outcome.mode,
    mapOrigin: source.mapOrigin,
    provenBytes: outcome.provenBytes,
    verified,
    seconds: (context.monotonic() - started) / 1000,
    writeSeconds: outcome.writeMilliseconds / 1000,
    growth: planned.growth,
    willGrow: planned.willGrow,
    adjusted: [...planned.adjusted],
    report: log.file,
  };
  await log.done(result);
  const ejected = task.ejectWhenDone && (await ejectCard(platform, disk, context));
  return { ...result, ejected };
}
