/** Draws the portrait of a card or an image from its own file systems, with bounds on everything that is read. */

import type { BlockDevice } from './block-device.ts';
import type { Card, CardPartition } from './card.ts';
import { openFileTrees } from './files.ts';
import { piBootFiles } from './pi-card.ts';
import { type BootFacts, readBoot } from './portrait-boot.ts';
import { PortraitFiles } from './portrait-files.ts';
import { lastModelOf } from './portrait-logs.ts';
import { homeAssistantSsh, libreElecSsh, sshOf, wifiOf } from './portrait-network.ts';
import type { Portrait, Volume } from './portrait-schema.ts';
import {
  architectureOf,
  homeAssistantParts,
  kernelsOf,
  readSystemFacts,
  type SystemFacts,
  type SystemTrees,
  storageOf,
} from './portrait-system.ts';
import { readVolumes } from './portrait-volumes.ts';
import { findSoftware, homeAssistantVersion, readPackages } from './software.ts';

export interface PortraitOptions {
  /** What a backup's map found in use, where it was made: exact, also on a card that was pulled out. */
  readonly use?: readonly { readonly index: number; readonly usedBytes: number | null }[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * `card` is what `readCard` says of `device`. Whatever is on the card, a portrait comes of it; throws DEVICE_GONE, INTERRUPTED.
 * A mark of an unfinished restore leaves nothing to draw: such a card has no partitions.
 */
export async function readPortrait(
  device: BlockDevice,
  card: Card,
  { use = [], signal }: PortraitOptions = {},
): Promise<Portrait> {
  const trees = await sortTrees(device, card, signal);
  const bootPart = await bootPartition(card.partitions);
  const boot = bootPart && (await readBoot(bootPart, trees.boot));
  const facts = await readSystemFacts(card, trees, boot);
  const volumes = (await readVolumes(device, card)).map((volume) => withUse(volume, use));
  const shutdown = shutdownOf(volumes);
  const { root } = trees;
  const packages = root ? await readPackages(root) : { architecture: null, versions: new Map() };
  return {
    hostname: facts.hostname,
    system: facts.system,
    architecture: packages.architecture ?? (root && (await architectureOf(root))),
    kernels: root ? await kernelsOf(root) : [],
    boots: boot && [...boot.boots],
    lastModel: await lastModelOf(trees.linux),
    lastWritten: await lastWrittenOf(trees, volumes),
    lastShutdown: lastShutdownOf(trees, facts, volumes, shutdown),
    shutdown,
    ...roomOf(volumes),
    ...(await networkOf(card, trees, facts, boot)),
    firstBoot: { started: facts.started, waiting: boot ? [...boot.waiting] : [] },
    timeZone: facts.timeZone,
    software: await softwareOf(card, trees, packages),
    tableId: card.table.tableId,
    volumes,
  };
}

async function sortTrees(
  device: BlockDevice,
  card: Card,
  signal: AbortSignal | undefined,
): Promise<SystemTrees> {
  const all = (await openFileTrees(device, card)).map((tree) => new PortraitFiles(tree, signal));
  const bootIndex = (await bootPartition(card.partitions))?.index;
  const isExt = ({ tree }: PortraitFiles): boolean =>
    card.partitions.some(({ index, ext }) => index === tree.partition && ext !== null);
  const linux = all.filter(isExt);
  let root: PortraitFiles | null = null;
  for (const files of linux) {
    const isRoot = (await files.has('/etc/os-release')) || (await files.has('/usr/lib/os-release'));
    if (isRoot) root ??= files;
  }
  const boot = all.find(({ tree }) => tree.partition === bootIndex) ?? null;
  return { root, linux, boot };
}

async function bootPartition(partitions: readonly CardPartition[]): Promise<CardPartition | null> {
  for (const part of partitions) {
    if (part.fat && piBootFiles(await part.fat.rootNames()).length > 0) return part;
  }
  return null;
}

function withUse(volume: Volume, use: NonNullable<PortraitOptions['use']>): Volume {
  const used = use.find(({ index }) => index === volume.partition)?.usedBytes ?? null;
  if (used === null || volume.bytes === null) return volume;
  return { ...volume, freeBytes: Math.max(0, volume.bytes - used) };
}

function shutdownOf(volumes: readonly Volume[]): Portrait['shutdown'] {
  const known = volumes.filter(({ clean }) => clean !== null);
  // A camera does not shut down.
  if (!known.some(({ type }) => type === 'ext')) return null;
  return known.every(({ clean }) => clean) ? 'clean' : 'unclean';
}

function roomOf(volumes: readonly Volume[]): Pick<Portrait, 'usedBytes' | 'freeBytes'> {
  const writable = volumes.filter(({ bytes }) => bytes !== null);
  let usedBytes = 0;
  let freeBytes = 0;
  for (const { bytes, freeBytes: free } of writable) {
    if (bytes === null || free === null) return { usedBytes: null, freeBytes: null };
    usedBytes += bytes - free;
    freeBytes += free;
  }
  return writable.length === 0 ? { usedBytes: null, freeBytes: null } : { usedBytes, freeBytes };
}

/** Files that the system writes to while it runs or when it stops. */
const livelyFiles = [
  '/var/log/wtmp',
  '/etc/machine-id',
  '/etc/fake-hwclock.data',
  '/var/lib/systemd/timesync/clock',
  '/var/lib/systemd/random-seed',
];
const END_OF_YEARS = 253_402_300_800_000;

async function lastWrittenOf(
  { linux }: SystemTrees,
  volumes: readonly Volume[],
): Promise<string | null> {
  const times = volumes.flatMap(({ writtenAt, mountedAt }) =>
    [writtenAt, mountedAt].flatMap((time) => (time === null ? [] : [Date.parse(time)])),
  );
  for (const tree of linux) {
    for (const path of livelyFiles) {
      const modified = (await tree.facts(path))?.modified;
      if (modified != null) times.push(modified);
    }
  }
  const newest = times
    .filter((time) => time > 0 && time < END_OF_YEARS)
    .reduce((most, time) => Math.max(most, time), 0);
  return newest === 0 ? null : new Date(newest).toISOString();
}

/** Unmounting writes the superblock last. A system that never started was never shut down either. */
function lastShutdownOf(
  { root, linux }: SystemTrees,
  { started }: SystemFacts,
  volumes: readonly Volume[],
  shutdown: Portrait['shutdown'],
): string | null {
  const main = root ?? linux.at(-1);
  const volume = volumes.find(({ partition }) => partition === main?.tree.partition);
  const hasRun = started === true && volume?.mountedAt != null;
  return hasRun && shutdown === 'clean' ? volume.writtenAt : null;
}

async function networkOf(
  card: Card,
  trees: SystemTrees,
  { system }: SystemFacts,
  boot: BootFacts | null,
): Promise<Pick<Portrait, 'ssh' | 'wifi'>> {
  const storage = system?.kind === 'libreelec' ? await storageOf(trees, boot) : null;
  if (storage) {
    return { ssh: await libreElecSsh(storage, boot), wifi: await wifiOf([storage], boot) };
  }
  if (system?.kind === 'home-assistant-os') {
    const overlay = partTree(trees, homeAssistantParts(card)?.overlay);
    if (!overlay) return { ssh: null, wifi: null };
    return { ssh: await homeAssistantSsh(overlay), wifi: await wifiOf([overlay], boot) };
  }
  const { root } = trees;
  return { ssh: await sshOf(root, boot), wifi: await wifiOf(root ? [root] : [], boot) };
}

async function softwareOf(
  card: Card,
  trees: SystemTrees,
  packages: Parameters<typeof findSoftware>[1],
): Promise<Portrait['software']> {
  const found = await findSoftware(trees.linux, packages);
  const data = partTree(trees, homeAssistantParts(card)?.data);
  const version = data ? await homeAssistantVersion(data) : null;
  return found.map((one) => (one.name === 'Home Assistant' && version ? { ...one, version } : one));
}

function partTree({ linux }: SystemTrees, partition: number | null | undefined) {
  return linux.find(({ tree }) => tree.partition === partition) ?? null;
}
