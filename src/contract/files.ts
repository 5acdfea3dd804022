/** Files inside of an image: listing, looking into one, and what changed between two backups. */

import * as v from 'valibot';
import { bytes, id, text } from './fields.ts';

/** A path as `engine/file-tree.ts` writes it, with its partition before it. */
export const filePath = v.pipe(v.string(), v.maxLength(16_400));
/** Entries of one page; it ends earlier where names are so long that the answer would not fit. */
export const MAX_FILES = 500;
/** Paths that one command saves. */
export const MAX_SAVED = 200;

const limit = v.pipe(bytes, v.minValue(1), v.maxValue(MAX_FILES));

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

const fileSchema = v.object({
  name: filePath,
  /** To be given back in a query or command: "2:/etc/hosts". */
  path: filePath,
  kind,
  bytes,
  /** "-rw-r--r--"; null on a FAT. */
  mode: v.nullable(text),
  /** "0:0"; null on a FAT. */
  owner: v.nullable(text),
  /** Milliseconds since 1970. */
  modified: v.nullable(v.number()),
  /** Where a link leads. */
  target: v.nullable(filePath),
  /** Why its content cannot be had; completes "…, because …". */
  unreadable: v.nullable(text),
});
export type FileView = v.InferOutput<typeof fileSchema>;

const partitionSchema = v.object({
  partition: bytes,
  /** Its root, to be given back in a query: "2:/". */
  path: filePath,
  fileSystem: v.nullable(text),
  label: v.nullable(text),
  bytes,
  role: v.nullable(v.picklist(['boot', 'system'])),
  /** Why its files cannot be listed; completes "…, because …". */
  trouble: v.nullable(text),
});
export type FilePartition = v.InferOutput<typeof partitionSchema>;

const changeSchema = v.object({
  partition: bytes,
  path: filePath,
  change: v.picklist(['added', 'removed', 'changed']),
  /** Of a change: "content", "mode", … */
  what: v.array(text),
  kind,
  bytesBefore: v.nullable(bytes),
  bytesAfter: v.nullable(bytes),
});
export type ChangeView = v.InferOutput<typeof changeSchema>;

export const fileQueries = [
  v.strictObject({
    ask: v.literal('files'),
    backup: id,
    /** Null for the partitions alone. */
    path: v.nullable(filePath),
    /** Not this folder, but everything below it with this in its name. */
    search: v.nullable(v.pipe(v.string(), v.minLength(1), v.maxLength(200))),
    offset: bytes,
    limit,
  }),
  v.strictObject({ ask: v.literal('preview'), backup: id, path: filePath }),
  v.strictObject({ ask: v.literal('changes'), older: id, newer: id, offset: bytes, limit }),
] as const;

export const fileAnswers = [
  v.object({
    ask: v.literal('files'),
    partitions: v.pipe(v.array(partitionSchema), v.maxLength(64)),
    /** The folder that is shown; null with the partitions alone. */
    path: v.nullable(filePath),
    /** Of the folder above; null at the root of a partition. */
    parent: v.nullable(filePath),
    files: v.pipe(v.array(fileSchema), v.maxLength(MAX_FILES)),
    /** The offset of the next page; null when this was the last. */
    next: v.nullable(bytes),
    /** The search took too long, and was ended before it had seen everything. */
    isCutOff: v.boolean(),
    problems: v.pipe(v.array(text), v.maxLength(20)),
  }),
  v.object({
    ask: v.literal('preview'),
    path: filePath,
    bytes,
    shown: v.variant('kind', [
      v.object({
        kind: v.literal('text'),
        text: v.pipe(v.string(), v.maxLength(65_536)),
        isCut: v.boolean(),
      }),
      v.object({
        kind: v.literal('picture'),
        mediaType: v.picklist(['image/png', 'image/jpeg', 'image/gif', 'image/webp']),
        /** The whole file in base64. */
        data: v.pipe(v.string(), v.maxLength(12_000_000)),
      }),
      v.object({ kind: v.literal('nothing'), why: text }),
    ]),
    /** Parts of it could not be read when the backup was made; zeros stand there. */
    isIncomplete: v.boolean(),
  }),
  v.object({
    ask: v.literal('changes'),
    partitions: v.pipe(
      v.array(
        v.object({
          partition: bytes,
          fileSystem: text,
          label: v.nullable(text),
          verdict: v.picklist(['same', 'compared', 'only-older', 'only-newer', 'unreadable']),
          added: bytes,
          removed: bytes,
          changed: bytes,
          addedBytes: bytes,
          removedBytes: bytes,
        }),
      ),
      v.maxLength(64),
    ),
    changes: v.pipe(v.array(changeSchema), v.maxLength(MAX_FILES)),
    next: v.nullable(bytes),
    /** Changes beyond those that can be paged to. */
    more: bytes,
  }),
] as const;
