/** Answers to questions about files inside of images: a worker looks, and what it finds is made fit for a page. */

import type { AnswerTo, FileView, Query } from '../contract/panel.ts';
import { formatMode } from '../engine/format-mode.ts';
import type {
  DiffImagesResult,
  FileChange,
  ListedFile,
  ListFilesResult,
} from '../worker/file-results.ts';
import type { RunTask, StartWorker } from '../worker/run-task.ts';
import type { Task } from '../worker/tasks.ts';
import { chooseImage } from './library-choice.ts';
import { diffTask, type ImageAccess, listTask, previewTask } from './library-tasks.ts';
import { plainText, saidText } from './plain-text.ts';
import type { DeskState } from './state.ts';

type QueryOf<K extends Query['ask']> = Extract<Query, { ask: K }>;

export interface FileAnswersOptions {
  readonly runTask: RunTask;
  readonly startWorker: StartWorker;
  readonly access: ImageAccess['access'];
  readonly state: () => DeskState;
}

/** Bytes of JSON that the entries of one page take: the rest of an answer has room beside them. */
const MAX_LIST_BYTES = 180_000;
const MAX_PARTITIONS = 64;
const MAX_PROBLEMS = 20;
const MAX_LABEL = 64;
const MAX_SENTENCE = 400;

export class FileAnswers {
  readonly #options: FileAnswersOptions;
  /** The last comparison: paging through it reads nothing again. */
  #compared: { readonly key: string; readonly result: DiffImagesResult } | null = null;

  constructor(options: FileAnswersOptions) {
    this.#options = options;
  }

  /** Throws what the task `list-files` throws; USAGE when the image is not in the library any more. */
  async files(query: QueryOf<'files'>, signal: AbortSignal): Promise<AnswerTo<'files'>> {
    const { path, search, offset, limit } = query;
    const task = listTask(this.#access(query.backup), { path, search, offset, limit });
    const result = await this.#run(task, signal);
    const { partition } = result;
    const shown = partition === null ? [] : result.files.map((file) => fileView(file, partition));
    const files = firstThatFit(shown);
    const isMore = result.isMore || files.length < shown.length;
    return {
      ask: 'files',
      partitions: result.partitions.slice(0, MAX_PARTITIONS).map(partitionView),
      path: partition === null ? null : `${partition}:${result.path ?? '/'}`,
      parent: parentOf(result),
      files,
      next: isMore && files.length > 0 ? offset + files.length : null,
      isCutOff: result.isCutOff,
      problems: result.problems.slice(0, MAX_PROBLEMS).map((one) => saidText(one, MAX_SENTENCE)),
    };
  }

  /** Throws what the task `preview` throws. */
  async preview({ backup, path }: QueryOf<'preview'>, signal: AbortSignal) {
    const result = await this.#run(previewTask(this.#access(backup), path), signal);
    const { partition, bytes, shown, isIncomplete } = result;
    const answer: AnswerTo<'preview'> = {
      ask: 'preview',
      path: `${partition}:${result.path}`,
      ...{ bytes, isIncomplete },
      shown: shownView(shown),
    };
    return answer;
  }

  /** Throws what the task `diff-images` throws. */
  async changes(
    { older, newer, offset, limit }: QueryOf<'changes'>,
    signal: AbortSignal,
  ): Promise<AnswerTo<'changes'>> {
    const { partitions, changes, moreChanges } = await this.#compare(older, newer, signal);
    const page = firstThatFit(changes.slice(offset, offset + limit).map(changeView));
    const next = offset + page.length;
    return {
      ask: 'changes',
      partitions: partitions.slice(0, MAX_PARTITIONS).map((one) => ({
        ...{ partition: one.partition, verdict: one.verdict, added: one.added },
        ...{ removed: one.removed, changed: one.changed },
        ...{ addedBytes: one.addedBytes, removedBytes: one.removedBytes },
        fileSystem: plainText(one.fileSystem, MAX_LABEL),
        label: one.label === null ? null : plainText(one.label, MAX_LABEL),
      })),
      changes: page,
      next: next < changes.length && page.length > 0 ? next : null,
      more: moreChanges,
    };
  }

  async #compare(older: string, newer: string, signal: AbortSignal): Promise<DiffImagesResult> {
    const { shelf } = this.#options.state();
    const sides = [older, newer].map((key) => {
      const { path, backup, plain } = chooseImage(shelf, key);
      return [path, backup?.stamp ?? [plain?.fileBytes, plain?.modified]];
    });
    const key = JSON.stringify(sides);
    if (this.#compared?.key === key) return this.#compared.result;
    const task = diffTask(this.#access(newer), chooseImage(shelf, older).path);
    const result = await this.#run(task, signal);
    this.#compared = { key, result };
    return result;
  }

  #access(key: string): ImageAccess {
    const { access, state } = this.#options;
    const { shelf, settings } = state();
    return { image: chooseImage(shelf, key).path, settings, access };
  }

  #run<T extends Task>(task: T, signal: AbortSignal) {
    const { runTask, startWorker } = this.#options;
    return runTask(task, { startWorker, authorizer: null, signal });
  }
}

function shownView(shown: AnswerTo<'preview'>['shown']): AnswerTo<'preview'>['shown'] {
  if (shown.kind === 'text') return { ...shown, text: shown.text.toWellFormed() };
  return shown.kind === 'nothing' ? { ...shown, why: saidText(shown.why, MAX_SENTENCE) } : shown;
}

function fileView(file: ListedFile, partition: number): FileView {
  const { name, path, kind, bytes, mode, uid, gid, modified, target, unreadable } = file;
  return {
    ...{ name, kind, bytes, target },
    path: `${partition}:${path}`,
    mode: mode === null ? null : formatMode(kind, mode),
    owner: uid === null || gid === null ? null : `${uid}:${gid}`,
    modified: modified !== null && Number.isFinite(modified) ? modified : null,
    unreadable: unreadable === null ? null : saidText(unreadable, MAX_SENTENCE),
  };
}

function partitionView(one: ListFilesResult['partitions'][number]) {
  const { partition, fileSystem, label, bytes, role, trouble } = one;
  return {
    ...{ partition, bytes, role },
    path: `${partition}:/`,
    fileSystem: fileSystem === null ? null : plainText(fileSystem, MAX_LABEL),
    label: label === null ? null : plainText(label, MAX_LABEL),
    trouble: trouble === null ? null : saidText(trouble, MAX_SENTENCE),
  };
}

function changeView({ partition, path, change, what, before, after }: FileChange) {
  return {
    ...{ partition, path, change, what },
    kind: (after ?? before)?.kind ?? ('unknown' as const),
    bytesBefore: before?.bytes ?? null,
    bytesAfter: after?.bytes ?? null,
  };
}

function parentOf({ partition, path }: ListFilesResult): string | null {
  if (partition === null || path === null || path === '/') return null;
  return `${partition}:${path.slice(0, path.lastIndexOf('/')) || '/'}`;
}

/** At least one, however long its name is: a path of 16,384 letters fits. */
function firstThatFit<T>(items: readonly T[]): T[] {
  let bytes = 0;
  const end = items.findIndex((item, at) => {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    return at > 0 && bytes > MAX_LIST_BYTES;
  });
  return items.slice(0, end < 0 ? items.length : end);
}
