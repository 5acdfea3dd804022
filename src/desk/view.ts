/** The desk's state as the panel sees it. Pure. */

import type { DiskView, JobView, Snapshot } from '../contract/panel.ts';
import type { PartitionKind } from '../engine/disk.ts';
import { formatBytes } from '../engine/format.ts';
import { refusalWords } from '../engine/words/refusal.ts';
import { plainText } from './plain-text.ts';
import { type DeskState, isWorking, type Job, type SeenDisk } from './state.ts';

/** What does not change while a desk lives. */
export interface Surroundings {
  readonly version: string;
  readonly where: 'electron' | 'browser';
  /** What is watched, in words that follow “Watching”. */
  readonly source: string;
  readonly home: string;
}

/** Together they keep a snapshot below the size that a message may have, whatever is on the cards. */
const MAX_PARTITIONS = 8;
const MAX_DISKS = 32;
const MAX_LEFTOVERS = 32;
const MAX_PICTURES = 12;
const MAX_LABEL = 64;
const MAX_TITLE = 120;
const MAX_PATH = 1024;

export function view(state: DeskState, revision: number, surroundings: Surroundings): Snapshot {
  const { version, where, source, home } = surroundings;
  // What was seen before the trouble is not known to be there now.
  const disks = state.trouble ? [] : state.disks.slice(0, MAX_DISKS);
  const drawn = withPicture(state.jobs);
  return {
    revision,
    tool: { version, where, source: plainText(source, MAX_PATH) },
    library: plainText(tilde(state.settings.library, home), MAX_PATH),
    disks: disks
      .filter((seen) => seen.verdict.offer)
      .map(diskView)
      .sort(piFirst),
    refused: disks.flatMap(refusedView),
    jobs: state.jobs.map((job) => jobView(job, drawn.has(job.id))),
    leftovers: state.leftovers.slice(0, MAX_LEFTOVERS),
    settings: { ejectWhenDone: state.settings.ejectWhenDone },
    trouble: state.trouble,
  };
}

/** A path with the user's home folder written as "~". */
export function tilde(path: string, home: string): string {
  if (path === home) return '~';
  return home !== '' && home !== '/' && path.startsWith(`${home}/`)
    ? `~${path.slice(home.length)}`
    : path;
}

function diskView({ key, disk, verdict, glance }: SeenDisk): DiskView {
  const warnings = verdict.offer && verdict.warnings.includes('very-large') ? [VERY_LARGE] : [];
  return {
    disk: disk.id,
    card: key,
    title: plainText(glance.title, MAX_TITLE),
    subtitle: plainText(
      [formatBytes(disk.bytes), disk.mediaName ?? (disk.bus === 'slot' ? disk.id : disk.busName)]
        .filter(Boolean)
        .join(' · '),
      MAX_TITLE,
    ),
    bytes: disk.bytes,
    kind: glance.pi === 'no' ? 'removable' : 'pi',
    partitions: disk.partitions.slice(0, MAX_PARTITIONS).map((part) => ({
      kind: plainText(partitionWords[part.kind] ?? part.typeName, MAX_LABEL),
      label: part.label === null ? null : plainText(part.label, MAX_LABEL),
      bytes: part.bytes,
    })),
    warnings,
  };
}

const VERY_LARGE =
  'This disk is larger than any Raspberry Pi card. Make sure it is the one you mean.';

const partitionWords: Partial<Record<PartitionKind, string>> = {
  fat: 'FAT',
  linux: 'Linux',
  'linux-swap': 'Linux swap',
  'linux-lvm': 'Linux LVM',
  'efi-system': 'EFI',
};

function refusedView({ disk, verdict, glance }: SeenDisk): Snapshot['refused'] {
  if (verdict.offer) return [];
  const title = plainText(disk.mediaName ?? glance.title, MAX_TITLE);
  return [{ disk: disk.id, title, bytes: disk.bytes, reason: refusalWords(verdict.reason) }];
}

function jobView(job: Job, isDrawn: boolean): JobView {
  const { id, disk, card, title, state, plan, warnings } = job;
  return {
    job: id,
    disk,
    card,
    title,
    state,
    plan: isDrawn ? plan : null,
    warnings: [...warnings],
  };
}

/** Jobs that are shown with the picture of their card: those that run, then the latest. */
function withPicture(jobs: readonly Job[]): ReadonlySet<string> {
  const newestFirst = jobs
    .filter(({ plan, state }) => plan !== null && (state.is === 'working' || state.is === 'done'))
    .toReversed();
  const wanted = [...newestFirst.filter(isWorking), ...newestFirst];
  return new Set(wanted.slice(0, MAX_PICTURES).map(({ id }) => id));
}

function piFirst(a: DiskView, b: DiskView): number {
  if (a.kind !== b.kind) return a.kind === 'pi' ? -1 : 1;
  return a.disk.localeCompare(b.disk, 'en', { numeric: true });
}
