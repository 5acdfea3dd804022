/** What the desk asks a worker to do with images of the library. Pure. */

import { cacheFolder } from '../library/cache-folder.ts';
import { recordsFolder } from '../library/records-folder.ts';
import type { Settings } from '../platform/settings.ts';
import type {
  CheckTask,
  DiffImagesTask,
  ExtractTask,
  ListFilesTask,
  PreviewTask,
} from '../worker/tasks.ts';
import { type CardAccess, sourceOf } from './job-tasks.ts';

export interface ImageAccess {
  /** Path of the image. */
  readonly image: string;
  readonly settings: Settings;
  readonly access: CardAccess;
}

/** Nobody looks at a page that is empty for longer. */
const SEARCH_MS = 10_000;

export type ErrandTask = CheckTask | ExtractTask | ListFilesTask;

export function checkTask(
  { image, settings, access }: ImageAccess,
  isScheduled: boolean,
): CheckTask {
  return {
    task: 'check',
    target: image,
    source: sourceOf(settings, access),
    quick: false,
    hash: false,
    recordsFolder: access.recordsFolder ?? recordsFolder(),
    library: settings.library,
    cacheFolder: cacheOf(access),
    gentle: isScheduled,
  };
}

export function listTask(
  given: ImageAccess,
  { path, search, offset, limit }: Pick<ListFilesTask, 'path' | 'search' | 'offset' | 'limit'>,
): ListFilesTask {
  const recursive = search !== null;
  const page = { path, recursive, search, offset, limit };
  return { task: 'list-files', ...filesOf(given, false), ...page, patienceMs: SEARCH_MS };
}

/** Lists nothing but the partitions, and on the way makes the unpacked file from which all else is read. */
export function unpackTask(given: ImageAccess): ListFilesTask {
  const nothing = { path: null, recursive: false, search: null, offset: 0, limit: 1 };
  return { task: 'list-files', ...filesOf(given, true), ...nothing };
}

export function previewTask(given: ImageAccess, path: string): PreviewTask {
  return { task: 'preview', ...filesOf(given, false), path };
}

/** Into a folder that exists. */
export function saveTask(
  given: ImageAccess,
  paths: readonly string[],
  folder: string,
): ExtractTask {
  const destination = { kind: 'folder', folder } as const;
  return { task: 'extract', ...filesOf(given, false), paths: [...paths], destination };
}

export function diffTask(
  { image: newer, settings, access }: ImageAccess,
  older: string,
): DiffImagesTask {
  return {
    task: 'diff-images',
    ...{ older, newer },
    source: sourceOf(settings, access),
    unpack: false,
    cacheFolder: cacheOf(access),
    content: false,
  };
}

function filesOf({ image, settings, access }: ImageAccess, unpack: boolean) {
  const source = sourceOf(settings, access);
  return { target: image, source, unpack, cacheFolder: cacheOf(access) };
}

function cacheOf(access: CardAccess): string {
  return access.cacheFolder ?? cacheFolder();
}
