/** The files of a card or of an image of any origin, ready to be read. */

import { stat } from 'node:fs/promises';
import * as path from 'node:path';
import type { BlockDevice } from '../engine/block-device.ts';
import { type Card, readCard } from '../engine/card.ts';
import { errnoOf, isPiKeepError } from '../engine/errors.ts';
import { type Roles, rolesOf } from '../engine/file-place.ts';
import type { FileTree } from '../engine/file-tree.ts';
import { openFileTrees } from '../engine/files.ts';
import type { Manifest } from '../engine/image/manifest.ts';
import { type OpenedForm, openForm } from '../engine/image/open-form.ts';
import { requireFinished } from '../engine/unfinished.ts';
import { type UnreadableWatch, watchUnreadable } from '../engine/unreadable-watch.ts';
import { english } from '../language/english.ts';
import { readManifest } from '../library/manifest-file.ts';
import type { Platform } from '../platform/ports.ts';
import { openCard } from './open-card.ts';
import type { TaskContext } from './task-context.ts';
import type { ListFilesTask } from './tasks.ts';
import { openUnpacked } from './unpacked-image.ts';

export interface OpenFilesOptions
  extends Pick<ListFilesTask, 'source' | 'unpack' | 'cacheFolder' | 'expected'> {
  readonly platform: Platform;
  /** An image file, or the name of a disk. */
  readonly target: string;
  /** The folder that is written to; a card that holds it is refused, because it would be unmounted. */
  readonly destination: string | null;
}

export interface OpenedFiles {
  readonly device: BlockDevice;
  readonly card: Card;
  readonly trees: readonly FileTree[];
  readonly roles: Roles;
  /** Null for a card, and for an image without one. */
  readonly manifest: Manifest | null;
  /** True when what was read since the last call lies where the card could not be read for the backup. */
  readonly wasUnreadable: () => boolean;
  close(): Promise<void>;
}

/**
 * Throws what opening a card throws; NO_SUCH_IMAGE, ACCESS_DENIED, NOT_AN_IMAGE, IMAGE_DAMAGED; NEEDS_UNPACKING unless that
 * is allowed, and then what unpacking throws; UNFINISHED_RESTORE; INTERRUPTED. The caller closes it.
 */
export async function openFiles(
  options: OpenFilesOptions,
  context: TaskContext,
): Promise<OpenedFiles> {
  const { watch, manifest } = (await isFile(options.target))
    ? await openImageFile(options, context)
    : await openDisk(options, context);
  const { device } = watch;
  try {
    const card = await readCard(device);
    requireFinished(card, options.target);
    const trees = await openFileTrees(device, card);
    const roles = await rolesOf(trees);
    // What finding the file systems touched concerns no file.
    watch.wasTouched();
    return {
      ...{ device, card, trees, roles, manifest },
      wasUnreadable: () => watch.wasTouched(),
      close: () => device.close(),
    };
  } catch (error) {
    await device.close();
    throw error;
  }
}

interface Opened {
  readonly watch: UnreadableWatch;
  readonly manifest: Manifest | null;
}

async function openDisk(options: OpenFilesOptions, context: TaskContext): Promise<Opened> {
  const { platform, source, destination, target } = options;
  const disks = destination === null ? [] : (await platform.volumes.volumeOf(destination)).disks;
  const { device } = await openCard({
    ...source,
    platform,
    name: target,
    expected: options.expected ?? null,
    destination: destination === null ? null : { path: destination, disks },
    forceUnmount: false,
    authorizer: context.authorizer,
    onWarning: ({ code, text }) => context.warn(code, text),
    signal: context.signal,
  });
  return { watch: watchUnreadable(device, []), manifest: null };
}

async function openImageFile(options: OpenFilesOptions, context: TaskContext): Promise<Opened> {
  const { target } = options;
  const manifest = await manifestIfAny(target, context);
  const form = await open(target, manifest, options.platform, context);
  const device =
    form.kind === 'seekable' ? form.device : await openUnpacked(form, options, context);
  return { watch: watchUnreadable(device, manifest?.unreadable ?? []), manifest };
}

function open(
  image: string,
  manifest: Manifest | null,
  { imageFiles, compressor }: Platform,
  { signal }: TaskContext,
): Promise<OpenedForm> {
  return openForm({ files: imageFiles, compressor, path: image, manifest, bmap: null, signal });
}

/** Files can be read without it; what could not be read of the card is not known then. */
async function manifestIfAny(image: string, { warn }: TaskContext): Promise<Manifest | null> {
  try {
    return await readManifest(image);
  } catch (error) {
    if (isPiKeepError(error, 'MANIFEST_MISSING')) return null;
    if (!isPiKeepError(error, 'MANIFEST_INVALID')) throw error;
    const name = path.basename(image);
    warn('MAP_LOST', english`The manifest of ${name} cannot be used (${error.facts.detail}).`);
    return null;
  }
}

export async function isFile(target: string): Promise<boolean> {
  try {
    return (await stat(target)).isFile();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}
