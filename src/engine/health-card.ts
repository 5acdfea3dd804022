/** Every check of what is on a card or in an image, whatever else is known of it. */

import { english } from '../language/english.ts';
import type { BlockDevice } from './block-device.ts';
import { type BootPartition, findBootPartition } from './boot-partition.ts';
import type { Card, CardPartition } from './card.ts';
import { isPiKeepError } from './errors.ts';
import type { FileTree } from './file-tree.ts';
import { openFileTrees } from './files.ts';
import { checkOf, type Finding, type HealthCheck, type HealthName } from './health.ts';
import { checkBootFiles, checkBootSettings } from './health-boot.ts';
import { findExtFaults } from './health-ext.ts';
import { findFatFaults } from './health-fat.ts';
import { findFileFaults } from './health-files.ts';
import { checkCommandLine, checkMounts } from './health-start.ts';
import { checkTable } from './health-table.ts';
import { windowOf } from './window.ts';

export interface CardHealth {
  readonly checks: readonly HealthCheck[];
  /** The partition a Pi starts from; null where none is found. */
  readonly boot: number | null;
}

export interface CardHealthOptions {
  /** Look at every folder, and read every file of the boot partition. */
  readonly allFiles: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * `card` is what `readCard` says of `device`. Places that cannot be read become findings; other errors of the device pass
 * through, and INTERRUPTED.
 */
export async function checkCard(
  device: BlockDevice,
  card: Card,
  { allFiles, signal }: CardHealthOptions,
): Promise<CardHealth> {
  const checks: HealthCheck[] = [checkTable(card)];
  const trees = await openFileTrees(device, card);
  const boot = await findBootPartition(trees, signal);
  if (boot) checks.push(...(await checkStart(boot, trees, card, signal)));
  for (const part of card.partitions) {
    const tree = trees.find(({ partition }) => partition === part.index);
    const findings = async (): Promise<Finding[]> => [
      ...(await structureFaults(device, part)),
      ...(allFiles && tree ? await findFileFaults(tree, signal) : []),
    ];
    const check = await unlessUnreadable('file system', part.index, async () =>
      checkOf('file system', fineWords(part), await findings(), part.index),
    );
    checks.push(check);
  }
  return { checks, boot: boot?.index ?? null };
}

/** What leads from the firmware to the system. */
async function checkStart(
  boot: BootPartition,
  trees: readonly FileTree[],
  card: Card,
  signal: AbortSignal | undefined,
): Promise<HealthCheck[]> {
  const { index } = boot;
  const files = await unlessUnreadable('boot files', index, () => checkBootFiles(boot));
  const settings = await unlessUnreadable('boot settings', index, () => checkBootSettings(boot));
  let root: CardPartition | null = null;
  const line = await unlessUnreadable('command line', index, async () => {
    const start = await checkCommandLine(boot, card);
    ({ root } = start);
    return start.check;
  });
  const mounts = await checkMounts(trees, card, root, signal);
  return [files, settings, line, ...(mounts ? [mounts] : [])];
}

async function structureFaults(device: BlockDevice, part: CardPartition): Promise<Finding[]> {
  const window = windowOf(device, part.offset, part.bytes);
  if (part.fat) return findFatFaults(window);
  return part.ext ? findExtFaults(window) : [];
}

function fineWords({ index, fileSystem, ext }: CardPartition): string {
  if (fileSystem === null) return english`Partition ${index} holds nothing that PiKeep knows.`;
  if (ext)
    return english`The file system on partition ${index} (ext) was cleanly unmounted and is sound.`;
  return fileSystem.startsWith('fat')
    ? english`The file system on partition ${index} (${fileSystem}) is sound.`
    : english`Partition ${index} is ${fileSystem}, which PiKeep does not look into.`;
}

/** A place that cannot be read, or unpacked, is a finding like any other. */
async function unlessUnreadable(
  name: HealthName,
  partition: number,
  check: () => Promise<HealthCheck>,
): Promise<HealthCheck> {
  try {
    return await check();
  } catch (error) {
    if (!isPiKeepError(error, 'READ_FAILED', 'IMAGE_DAMAGED')) throw error;
    const detail =
      error.code === 'READ_FAILED' && 'offset' in error.facts
        ? english`It cannot be read at byte ${error.facts.offset}.`
        : english`It cannot be read.`;
    const next = english`Copy it to another disk or card as soon as possible: this one is failing.`;
    return checkOf(name, '', [{ state: 'fail', detail, next }], partition);
  }
}
