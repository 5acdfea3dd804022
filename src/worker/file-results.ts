/** What listing, taking, looking into and comparing files comes to. Paths are texts as in `engine/file-tree.ts`. */

import * as v from 'valibot';
import { bytes, text } from './fields.ts';

/** A path of a card; longer ones are cut. */
export const MAX_PATH_LETTERS = 16_384;
/** Files in one message. */
export const MAX_LISTED = 20_000;
/** Lines of a list for people; the rest is counted. */
export const MAX_NAMED = 2000;
/** A picture is sent whole or not at all. */
export const MAX_PICTURE_BYTES = 8 * 1024 * 1024;
/** What is shown of a text. */
export const MAX_TEXT_BYTES = 64 * 1024;

export const filePath = v.pipe(v.string(), v.maxLength(MAX_PATH_LETTERS));

const kind = v.picklist([
  'file',
  'folder',
  'link',
  'character-device',
  'block-device',
  'pipe',
  'socket',
  'unknown',
]);
const amount = v.nullable(bytes);

const listedFileSchema = v.object({
  /** From the root of its partition. */
  path: filePath,
  name: filePath,
  kind,
  /** What the file system claims; holes count. */
  bytes,
  /** The twelve permission bits; null on a FAT, like the two ids. */
  mode: amount,
  uid: amount,
  gid: amount,
  /** Milliseconds since 1970. */
  modified: v.nullable(v.number()),
  /** Where a link leads. */
  target: v.nullable(filePath),
  /** Why its content cannot be had; completes "…, because …". */
  unreadable: v.nullable(text),
});
export type ListedFile = v.InferOutput<typeof listedFileSchema>;

const listedPartitionSchema = v.object({
  /** Its number in the partition table; 0 for a card without one. */
  partition: bytes,
  fileSystem: v.nullable(text),
  label: v.nullable(text),
  bytes,
  /** "system": what a path without a number means. "boot": what "boot:" means. */
  role: v.nullable(v.picklist(['boot', 'system'])),
  /** Why its files cannot be listed; completes "…, because …". */
  trouble: v.nullable(text),
});
export type ListedPartition = v.InferOutput<typeof listedPartitionSchema>;

export const listFilesResultSchema = v.object({
  task: v.literal('list-files'),
  target: text,
  partitions: v.pipe(v.array(listedPartitionSchema), v.maxLength(256)),
  /** Where the files are; null when only the partitions were asked for. */
  partition: amount,
  /** The folder (or the one file) that was listed, without links in it. */
  path: v.nullable(filePath),
  /** Of one folder by name, in the order of its bytes; of several as they lie on the disk, each folder before what is in it. */
  files: v.pipe(v.array(listedFileSchema), v.maxLength(MAX_LISTED)),
  /** There are others behind these. */
  isMore: v.boolean(),
  /** It took too long: what lies behind these was not looked at. */
  isCutOff: v.boolean(),
  /** What was found damaged on the way, in words. */
  problems: v.pipe(v.array(text), v.maxLength(100)),
});
export type ListFilesResult = v.InferOutput<typeof listFilesResultSchema>;

const named = <T extends v.ObjectEntries>(fields: T) =>
  v.pipe(v.array(v.object({ path: filePath, ...fields })), v.maxLength(MAX_NAMED));

export const extractResultSchema = v.object({
  task: v.literal('extract'),
  target: text,
  /** What was made in the destination, as full paths. */
  made: v.pipe(v.array(filePath), v.maxLength(MAX_NAMED)),
  files: bytes,
  folders: bytes,
  links: bytes,
  /** Of the files made; holes count. */
  bytes,
  /** What is missing, or not whole (`kept`: it was made, with zeros where it could not be read). */
  skipped: named({ why: text, kept: v.boolean() }),
  moreSkipped: bytes,
  /** What could not have its own name there, or not beside another one. */
  renamed: named({ name: filePath }),
  moreRenamed: bytes,
  /** Links that lead out of what was taken: made with the text they have, never followed. */
  outward: named({ target: filePath }),
  moreOutward: bytes,
  seconds: v.pipe(v.number(), v.minValue(0)),
});
export type ExtractResult = v.InferOutput<typeof extractResultSchema>;

export const previewResultSchema = v.object({
  task: v.literal('preview'),
  target: text,
  partition: bytes,
  /** Without links in it. */
  path: filePath,
  /** Of the whole file. */
  bytes,
  shown: v.variant('kind', [
    v.object({ kind: v.literal('text'), text: v.string(), isCut: v.boolean() }),
    v.object({
      kind: v.literal('picture'),
      mediaType: v.picklist(['image/png', 'image/jpeg', 'image/gif', 'image/webp']),
      /** The whole file in base64. */
      data: v.string(),
    }),
    v.object({ kind: v.literal('nothing'), why: text }),
  ]),
  /** The range that it lies on could not be read when the backup was made: zeros stand there. */
  isIncomplete: v.boolean(),
});
export type PreviewResult = v.InferOutput<typeof previewResultSchema>;

const sideSchema = v.object({ kind, bytes, mode: amount, modified: v.nullable(v.number()) });
const sums = { added: bytes, removed: bytes, changed: bytes };

const changeSchema = v.object({
  partition: bytes,
  path: filePath,
  change: v.picklist(['added', 'removed', 'changed']),
  /** Of a change: what of it. */
  what: v.array(v.picklist(['kind', 'content', 'mode', 'owner', 'target', 'unreadable'])),
  before: v.nullable(sideSchema),
  after: v.nullable(sideSchema),
});
export type FileChange = v.InferOutput<typeof changeSchema>;

export const diffImagesResultSchema = v.object({
  task: v.literal('diff-images'),
  older: text,
  newer: text,
  partitions: v.pipe(
    v.array(
      v.object({
        partition: bytes,
        fileSystem: text,
        label: v.nullable(text),
        /** "same": proven by the checksums of both images, without looking at a file. */
        verdict: v.picklist(['same', 'compared', 'only-older', 'only-newer', 'unreadable']),
        /** Files, folders and links. */
        ...sums,
        addedBytes: bytes,
        removedBytes: bytes,
        /** Files that were read on both sides. */
        read: bytes,
        problems: v.pipe(v.array(text), v.maxLength(100)),
      }),
    ),
    v.maxLength(256),
  ),
  changes: v.pipe(v.array(changeSchema), v.maxLength(MAX_LISTED)),
  moreChanges: bytes,
  seconds: v.pipe(v.number(), v.minValue(0)),
});
export type DiffImagesResult = v.InferOutput<typeof diffImagesResultSchema>;
