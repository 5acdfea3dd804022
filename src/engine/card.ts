/** What a card or an image says about itself once it can be read: partitions, file systems, identity, whose Pi it is. */

import type { BlockDevice } from './block-device.ts';
import { type ExtVolume, openExt } from './ext.ts';
import { replayedView } from './ext-map.ts';
import { type FatVolume, openFat } from './fat.ts';
import { type FileSystemName, probeFileSystems } from './file-system.ts';
import { systemName } from './os-release.ts';
import { type PartitionTable, readPartitionTable } from './partitions.ts';
import { piBootFiles, piTitle, unfinishedEvidence, unfinishedTitle } from './pi-card.ts';
import type { TablePartition } from './table-partition.ts';
import { type Marker, readUnfinished } from './unfinished.ts';
import { windowOf } from './window.ts';

export interface CardPartition extends TablePartition {
  /** "fat32", "ext", "swap", …; null when nothing known was found, or more than one thing. */
  readonly fileSystem: string | null;
  readonly label: string | null;
  /** UUID of the file system, as blkid prints it. */
  readonly uuid: string | null;
  readonly fat: FatVolume | null;
  readonly ext: ExtVolume | null;
}

/** Read from the card itself; two different cards do not share it unless one is a copy of the other. */
export interface StrongIdentity {
  readonly tableId: string | null;
  readonly fileSystems: readonly {
    readonly index: number;
    readonly type: string;
    readonly uuid: string;
  }[];
  readonly hostname: string | null;
}

export interface Card {
  readonly table: PartitionTable;
  readonly partitions: readonly CardPartition[];
  readonly pi: 'yes' | 'likely' | 'no';
  readonly evidence: readonly string[];
  readonly hostname: string | null;
  /** PRETTY_NAME of /etc/os-release, or "Raspberry Pi OS" with its release where /etc/rpi-issue says so. */
  readonly os: string | null;
  readonly label: string | null;
  readonly title: string;
  readonly identity: StrongIdentity;
  /** The mark of a restore that did not finish. Then nothing else is read, and it is no Pi's card. */
  readonly unfinished: Marker | null;
}

const MAX_TEXT_BYTES = 64 * 1024;

/** Reads tables, superblocks and a few small files. Malformed content becomes "not known"; device errors pass through. */
export async function readCard(device: BlockDevice): Promise<Card> {
  const unfinished = await readUnfinished(device);
  if (unfinished) return unfinishedCard(unfinished);
  const table = await readPartitionTable(device);
  const partitions: CardPartition[] = [];
  for (const part of table.scheme === 'none' ? [wholeDisk(device)] : table.partitions) {
    if (part.kind !== 'extended') partitions.push(await readPartition(device, part));
  }
  const system = await readSystem(partitions);
  const boot = await findBoot(partitions);
  const linuxFollows = partitions.some((part) => part.ext !== null);
  const pi = boot ? 'yes' : 'no';
  const label = partitions.find((part) => part.label !== null)?.label ?? null;
  return {
    table,
    partitions,
    pi,
    evidence: boot
      ? [`boot files on partition ${boot.index}: ${boot.files.join(', ')}`]
      : [linuxFollows ? 'Linux, but no Raspberry Pi boot files' : 'no Raspberry Pi boot files'],
    hostname: system.hostname,
    os: system.os,
    label,
    title: system.hostname ?? (pi === 'yes' ? piTitle : (label ?? 'Disk')),
    identity: {
      tableId: table.tableId,
      fileSystems: partitions.flatMap(({ index, fileSystem, uuid }) =>
        fileSystem !== null && uuid !== null ? [{ index, type: fileSystem, uuid }] : [],
      ),
      hostname: system.hostname,
    },
    unfinished: null,
  };
}

/** Whatever lies behind the mark, an intact copy of a table or half a file system, is not to be taken for a card's content. */
function unfinishedCard(unfinished: Marker): Card {
  return {
    table: { scheme: 'none', tableId: null, partitions: [], problems: [], copies: [] },
    partitions: [],
    pi: 'no',
    evidence: unfinishedEvidence(unfinished.image),
    hostname: null,
    os: null,
    label: null,
    title: unfinishedTitle,
    identity: { tableId: null, fileSystems: [], hostname: null },
    unfinished,
  };
}

function wholeDisk(device: BlockDevice): TablePartition {
  return {
    index: 0,
    offset: 0,
    bytes: device.size,
    kind: 'other',
    typeName: 'no partition table',
    name: null,
    partUuid: null,
  };
}

async function readPartition(device: BlockDevice, part: TablePartition): Promise<CardPartition> {
  const window = windowOf(device, part.offset, part.bytes);
  const found = await probeFileSystems(window);
  const only: FileSystemName | undefined = found.length === 1 ? found[0] : undefined;
  const fat = only === 'fat' ? await openFat(window) : null;
  const ext = only === 'ext' ? await openReplayed(window) : null;
  const fileSystem = fat
    ? `fat${fat.bits}`
    : only === 'fat' || (only === 'ext' && !ext)
      ? null
      : (only ?? null);
  return {
    ...part,
    fileSystem,
    label: fat?.label ?? ext?.superblock.label ?? null,
    uuid: fat?.uuid ?? ext?.superblock.uuid ?? null,
    fat,
    ext,
  };
}

/** As the Pi would see it after its next start; as it lies there where the journal is not understood. */
async function openReplayed(window: BlockDevice): Promise<ExtVolume | null> {
  const raw = await openExt(window);
  if (!raw?.superblock.needsRecovery) return raw;
  const view = await replayedView(window);
  const replayed = view && (await openExt(view));
  // What the superblock says of the card's state is only true of the card as it lies there.
  return replayed ? { ...replayed, superblock: raw.superblock } : raw;
}

async function findBoot(
  partitions: readonly CardPartition[],
): Promise<{ index: number; files: string[] } | null> {
  for (const part of partitions) {
    const files = part.fat ? piBootFiles(await part.fat.rootNames()) : [];
    if (files.length > 0) return { index: part.index, files: files.slice(0, 6) };
  }
  return null;
}

async function readSystem(
  partitions: readonly CardPartition[],
): Promise<{ hostname: string | null; os: string | null }> {
  for (const { ext } of partitions) {
    if (!ext) continue;
    const release = await readText(ext, '/etc/os-release');
    const hostname = cleanHostname(await readText(ext, '/etc/hostname'));
    if (release === null && hostname === null) continue;
    const raspberry = await readText(ext, '/etc/rpi-issue');
    return { hostname, os: systemName(release, raspberry !== null) };
  }
  return { hostname: null, os: null };
}

async function readText(ext: ExtVolume, path: string): Promise<string | null> {
  const bytes = await ext.readFile(path, MAX_TEXT_BYTES);
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

/** A hostname is used as a folder name: only letters, digits, dots and hyphens pass (RFC 1123), 63 at most. */
export function cleanHostname(text: string | null): string | null {
  const name = text?.split('\n')[0]?.trim() ?? '';
  return /^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/.test(name) && !name.includes('..')
    ? name
    : null;
}
