/** Which files were added, removed and changed from one backup of a Pi to another, or from a backup to the card. */

import { diffTrees, type FileDifference } from '../engine/file-diff.ts';
import type { FileFacts, FileTree } from '../engine/file-tree.ts';
import { samePartition } from '../engine/image/same-partition.ts';
import { type DiffImagesResult, type FileChange, MAX_LISTED } from './file-results.ts';
import { cutPath, cutText, exact, problemsOf } from './listed-file.ts';
import { type OpenedFiles, openFiles } from './open-files.ts';
import type { TaskContext } from './task-context.ts';
import type { DiffImagesTask } from './tasks.ts';

type ComparedPartition = DiffImagesResult['partitions'][number];

/** Throws what opening either side throws, and INTERRUPTED. */
export async function runDiffImages(
  task: DiffImagesTask,
  context: TaskContext,
): Promise<DiffImagesResult> {
  const started = context.monotonic();
  const platform = await context.createPlatform({ slot: task.source.slot });
  const open = (target: string): Promise<OpenedFiles> =>
    openFiles({ ...task, target, platform, destination: null }, context);
  const older = await open(task.older);
  try {
    const newer = await open(task.newer);
    try {
      const changes = new Changes();
      const partitions: ComparedPartition[] = [];
      for (const [one, other] of matched(older.trees, newer.trees)) {
        partitions.push(await compare(one, other, { older, newer, task, context, changes }));
      }
      return {
        task: 'diff-images',
        older: task.older,
        newer: task.newer,
        partitions,
        changes: changes.list,
        moreChanges: changes.more,
        seconds: (context.monotonic() - started) / 1000,
      };
    } finally {
      await newer.close();
    }
  } finally {
    await older.close();
  }
}

/** Which of two partitions are one and the same: by number, else by a label that only one of the rest has. */
function matched(
  older: readonly FileTree[],
  newer: readonly FileTree[],
): readonly (readonly [FileTree | null, FileTree | null])[] {
  const rest = new Set(newer);
  const partners = new Map<FileTree, FileTree>();
  const take = (one: FileTree, matches: (other: FileTree) => boolean): void => {
    const found = [...rest].filter(matches);
    const [partner] = found;
    if (partners.has(one) || !partner || found.length > 1) return;
    partners.set(one, partner);
    rest.delete(partner);
  };
  for (const one of older) {
    take(one, (other) => other.partition === one.partition && isFat(other) === isFat(one));
  }
  for (const one of older) {
    take(one, (other) => one.label !== null && other.label === one.label);
  }
  return [
    ...older.map((one) => [one, partners.get(one) ?? null] as const),
    ...[...rest].map((other) => [null, other] as const),
  ];
}

interface Comparison {
  readonly older: OpenedFiles;
  readonly newer: OpenedFiles;
  readonly task: DiffImagesTask;
  readonly context: TaskContext;
  readonly changes: Changes;
}

async function compare(
  one: FileTree | null,
  other: FileTree | null,
  { older, newer, task, context, changes }: Comparison,
): Promise<ComparedPartition> {
  const tree = other ?? one;
  const head = {
    partition: tree?.partition ?? 0,
    fileSystem: tree?.fileSystem ?? '',
    label: tree?.label ?? null,
  };
  const nothing = { added: 0, removed: 0, changed: 0, addedBytes: 0, removedBytes: 0, read: 0 };
  const simple = (
    verdict: ComparedPartition['verdict'],
    problems: string[],
  ): ComparedPartition => ({
    ...head,
    ...nothing,
    verdict,
    problems,
  });
  if (!one || !other) return simple(one ? 'only-older' : 'only-newer', []);
  const troubles = [one.trouble, other.trouble].filter((trouble) => trouble !== null);
  if (troubles.length > 0) return simple('unreadable', troubles.map(cutText));
  if (areProvenSame(one, other, older, newer)) return simple('same', []);
  const sums = new Sums();
  const { read, problems } = await diffTrees(one, other, {
    content: task.content,
    signal: context.signal,
    onDifference(difference) {
      sums.add(difference);
      changes.add(head.partition, difference);
    },
  });
  const all = [...problems.map(cutText), ...problemsOf(one, other)].slice(0, 100);
  return { ...head, verdict: 'compared', ...sums.figures, read, problems: all };
}

/** Every checksum of the two partitions is the same, so every file is. */
function areProvenSame(
  one: FileTree,
  other: FileTree,
  older: OpenedFiles,
  newer: OpenedFiles,
): boolean {
  if (!older.manifest || !newer.manifest) return false;
  const left = older.card.partitions.find(({ index }) => index === one.partition);
  const right = newer.card.partitions.find(({ index }) => index === other.partition);
  if (!left || !right || left.offset !== right.offset || left.bytes !== right.bytes) return false;
  return samePartition(older.manifest, newer.manifest, left);
}

function isFat({ fileSystem }: FileTree): boolean {
  return fileSystem.startsWith('fat');
}

class Sums {
  readonly #counts = { added: 0, removed: 0, changed: 0 };
  readonly #bytes = { added: 0, removed: 0 };

  add({ change, before, after }: FileDifference): void {
    this.#counts[change]++;
    const size = (facts: FileFacts | null): number => (facts?.kind === 'file' ? facts.bytes : 0);
    if (change !== 'removed') this.#bytes.added += Math.max(0, size(after) - size(before));
    if (change !== 'added') this.#bytes.removed += Math.max(0, size(before) - size(after));
  }

  get figures(): Pick<
    ComparedPartition,
    'added' | 'removed' | 'changed' | 'addedBytes' | 'removedBytes'
  > {
    const { added, removed } = this.#bytes;
    return { ...this.#counts, addedBytes: exact(added), removedBytes: exact(removed) };
  }
}

/** The first of them one by one, the rest counted. */
class Changes {
  readonly list: FileChange[] = [];
  more = 0;

  add(partition: number, { path, change, what, before, after }: FileDifference): void {
    if (this.list.length >= MAX_LISTED) {
      this.more++;
      return;
    }
    const sides = { before: sideOf(before), after: sideOf(after) };
    this.list.push({ partition, path: cutPath(path), change, what: [...what], ...sides });
  }
}

function sideOf(facts: FileFacts | null): FileChange['before'] {
  if (!facts) return null;
  const { kind, bytes, mode, modified } = facts;
  return { kind, bytes: exact(bytes), mode, modified };
}
