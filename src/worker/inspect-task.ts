/** Says what is on a card or in an image, without copying anything. */

import { stat } from 'node:fs/promises';
import type { BlockDevice } from '../engine/block-device.ts';
import { type Card, readCard } from '../engine/card.ts';
import { checkBoot } from '../engine/checks.ts';
import { weakIdentity } from '../engine/disk.ts';
import { errnoOf, isPiKeepError, PiKeepError } from '../engine/errors.ts';
import type { Manifest } from '../engine/image/manifest.ts';
import { openForm } from '../engine/image/open-form.ts';
import { readPortrait } from '../engine/portrait.ts';
import { structureView } from '../engine/structure-view.ts';
import { mapUsed } from '../engine/used-map.ts';
import { readManifest } from '../library/manifest-file.ts';
import type { Platform } from '../platform/ports.ts';
import { useOf } from './build-manifest.ts';
import { type OpenedCard, openCard } from './open-card.ts';
import { openOwnGzip } from './own-gzip.ts';
import type { KnownBackup } from './restore-results.ts';
import type { InspectResult } from './results.ts';
import { sinceBackup } from './since-backup.ts';
import type { TaskContext } from './task-context.ts';
import type { InspectTask } from './tasks.ts';
import { openUnpacked } from './unpacked-image.ts';

/** A path to an ordinary file is an image; everything else names a disk. Throws what opening either throws. */
export async function runInspect(task: InspectTask, context: TaskContext): Promise<InspectResult> {
  const platform = await context.createPlatform({ slot: task.source.slot });
  if (await isFile(task.target)) {
    const device = await openInspected(task, platform, context);
    const read = async () => ({ card: await readCard(device), holes: [] });
    return describeAndClose(task.target, { device, view: device, read }, context);
  }
  const { device, disk, card, holes } = await openCard({
    platform,
    name: task.target,
    expected: null,
    ...task.source,
    destination: null,
    forceUnmount: false,
    authorizer: context.authorizer,
    onWarning: ({ code, text }) => context.warn(code, text),
    signal: context.signal,
  });
  const { library } = task;
  const identity = { bytes: disk.bytes, weak: weakIdentity(disk), strong: card.identity };
  const { device: view } = structureView(device);
  const read = () => Promise.resolve({ card, holes });
  return describeAndClose(task.target, { device, view, read }, context, (opened) =>
    library === undefined
      ? Promise.resolve(null)
      : sinceBackup({ library, identity, opened, platform, context }),
  );
}

/**
 * PiKeep's own in every format; those of other programs, where they are not plain, from the cache. Throws NEEDS_UNPACKING unless
 * that is allowed, and then what unpacking throws.
 */
async function openInspected(
  { target, library, cacheFolder, unpack = false }: InspectTask,
  platform: Platform,
  context: TaskContext,
): Promise<BlockDevice> {
  const { imageFiles: files, compressor } = platform;
  const manifest = await manifestIfAny(target, library ?? null);
  const ports = { files, compressor, path: target, signal: context.signal };
  const form = await openForm({ ...ports, manifest, bmap: null });
  if (form.kind === 'seekable') return form.device;
  const own = form.form === 'gzip' ? await openOwnGzip(ports) : null;
  if (!own && cacheFolder !== undefined) {
    return openUnpacked(form, { platform, target, unpack, cacheFolder }, context);
  }
  await form.file.close();
  if (own) return own.device;
  throw new PiKeepError('NEEDS_UNPACKING', { path: target, packedBytes: form.file.size });
}

interface Described {
  readonly device: BlockDevice;
  /** As it is looked at: zeros where a card cannot be read. What is free on it is only ever read from `device`. */
  readonly view: BlockDevice;
  readonly read: () => Promise<Pick<OpenedCard, 'card' | 'holes'>>;
}

async function describeAndClose(
  target: string,
  { device, view, read }: Described,
  { signal }: TaskContext,
  since?: (opened: { device: BlockDevice; card: Card }) => Promise<KnownBackup | null>,
): Promise<InspectResult> {
  try {
    const { card, holes } = await read();
    const plan = await mapUsed(device, card, holes);
    const options = { use: plan.partitions, signal };
    return {
      task: 'inspect',
      target,
      bytes: device.size,
      sectorBytes: device.sectorSize,
      scheme: card.table.scheme,
      tableId: card.table.tableId,
      title: card.title,
      pi: card.pi,
      evidence: [...card.evidence],
      hostname: card.hostname,
      os: card.os,
      unfinished: card.unfinished?.image ?? null,
      partitions: card.partitions.map((part) => ({
        index: part.index,
        offset: part.offset,
        bytes: part.bytes,
        typeName: part.typeName,
        fileSystem: part.fileSystem,
        label: part.label,
        uuid: part.uuid,
        ...useOf(plan, part.index),
      })),
      readBytes: plan.bytes,
      checks: await checkBoot(card),
      warnings: [...card.table.problems, ...plan.notes],
      portrait: card.unfinished ? null : await readPortrait(view, card, options),
      lastBackup: (await since?.({ device: view, card })) ?? null,
    };
  } finally {
    await device.close();
  }
}

/** What is in an image can be told without its manifest; a gzip image then has to be read as a whole first. */
async function manifestIfAny(image: string, library: string | null): Promise<Manifest | null> {
  try {
    return await readManifest(image, library);
  } catch (error) {
    if (isPiKeepError(error, 'MANIFEST_MISSING', 'MANIFEST_INVALID')) return null;
    throw error;
  }
}

async function isFile(target: string): Promise<boolean> {
  try {
    return (await stat(target)).isFile();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}
