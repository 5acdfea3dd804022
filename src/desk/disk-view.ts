/** One disk as the panel shows it. Pure. */

import type { DiskView, Snapshot } from '../contract/panel.ts';
import type { Disk, PartitionKind } from '../engine/disk.ts';
import { diskKeys } from '../engine/disk-key.ts';
import { formatBytes } from '../engine/format.ts';
import { refusalWords } from '../engine/words/refusal.ts';
import { say, sayPhrase, toSay } from '../language/say.ts';
import type { Settings } from '../platform/settings.ts';
import { sinceView } from './inside.ts';
import { plainText } from './plain-text.ts';
import { historyView } from './recognition.ts';
import type { DeskState, SeenDisk } from './state.ts';
import { unfinishedOfDisk, unfinishedView } from './unfinished.ts';

export const MAX_PARTITIONS = 8;
const MAX_LABEL = 64;
const MAX_TITLE = 120;

export function diskView(state: DeskState, seen: SeenDisk): DiskView {
  const { key, disk, glance } = seen;
  return {
    disk: disk.id,
    card: key,
    title: plainText(glance.title, MAX_TITLE),
    subtitle: subtitleOf(disk),
    bytes: disk.bytes,
    kind: glance.pi === 'no' ? 'removable' : 'pi',
    partitions: partitionsView(disk),
    canProtect: diskKeys(disk).length > 0,
    history: historyView(state, seen, sinceView(state, seen)),
    unfinished: unfinishedView(unfinishedOfDisk(state, seen)),
    warnings: warningsOf(seen),
  };
}

export function subtitleOf(disk: Disk): string {
  const medium = disk.mediaName ?? (disk.bus === 'slot' ? disk.id : disk.busName);
  return plainText([formatBytes(disk.bytes), medium].filter(Boolean).join(' · '), MAX_TITLE);
}

export function partitionsView({ partitions }: Disk): DiskView['partitions'] {
  return partitions.slice(0, MAX_PARTITIONS).map((part) => ({
    kind: plainText(partitionWords[part.kind] ?? part.typeName, MAX_LABEL),
    label: part.label === null ? null : plainText(part.label, MAX_LABEL),
    bytes: part.bytes,
    ...(part.offset === null ? {} : { offset: part.offset }),
  }));
}

function warningsOf({ disk, verdict }: SeenDisk): string[] {
  const isLarge = verdict.offer && verdict.warnings.includes('very-large');
  return [
    ...(isLarge ? [sayPhrase(VERY_LARGE)] : []),
    ...(disk.unproven === undefined ? [] : [unprovenWords(plainText(disk.unproven, MAX_LABEL))]),
  ];
}

function unprovenWords(image: string): string {
  return say`“${image}” was restored to this card, or to one that looks the same, but that was never proven. Restore it again; what is right on it already is not written twice.`;
}

const VERY_LARGE = toSay(
  'This disk is larger than any Raspberry Pi card. Make sure it is the one you mean.',
);

const partitionWords: Partial<Record<PartitionKind, string>> = {
  fat: 'FAT',
  linux: 'Linux',
  'linux-swap': 'Linux swap',
  'linux-lvm': 'Linux LVM',
  'efi-system': 'EFI',
};

/** What a survey found a partition to be, a file system or a kind, in the words of the reader. */
export function contentKind(kind: string): string {
  if (kind === 'other') return say`Unknown content`;
  const words = new Map<string, string>(Object.entries(partitionWords));
  return words.get(kind) ?? kind;
}

export function refusedView(
  { disk, verdict, glance }: SeenDisk,
  { neverTouch }: Settings,
): Snapshot['refused'] {
  if (verdict.offer) return [];
  const title = plainText(disk.mediaName ?? glance.title, MAX_TITLE);
  const keys = verdict.reason === 'never-touch' ? diskKeys(disk) : [];
  const protectedBy = keys.find((key) => neverTouch.some((one) => one.key === key)) ?? null;
  const reason = refusalWords(verdict.reason);
  return [{ disk: disk.id, title, bytes: disk.bytes, reason, protectedBy }];
}

export function piFirst(a: DiskView, b: DiskView): number {
  if (a.kind !== b.kind) return a.kind === 'pi' ? -1 : 1;
  return a.disk.localeCompare(b.disk, 'en', { numeric: true });
}
