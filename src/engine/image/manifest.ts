/** The manifest: what an image is, whose card it came from, what it should contain, and how that was proven. Schema 1. */

import * as v from 'valibot';
import { partitionKinds } from '../disk.ts';
import { PiKeepError } from '../errors.ts';
import { portraitSchema } from '../portrait-schema.ts';
import { GZIP_HEADER, GZIP_TRAILER_BYTES, maxDeflatedBytes } from './gzip.ts';
import { imageFormats } from './image-format.ts';
import { mapSha256 } from './map.ts';

/** The manifest of NAME.img is NAME.img.pikeep.json, that of NAME.img.gz is NAME.img.gz.pikeep.json. */
export const MANIFEST_SUFFIX = '.pikeep.json';

/** A map entry is about 100 bytes; this allows 4 TiB copied whole. Larger files are not read. */
export const MAX_MANIFEST_BYTES = 160 * 1024 * 1024;

/** Larger blocks are not read: each has to be unpacked as a whole. */
const MAX_BLOCK_BYTES = 8 * 1024 * 1024;

const text = v.pipe(v.string(), v.maxLength(4096));
const maybeText = v.nullable(text);
const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const time = v.pipe(v.string(), v.isoTimestamp());
const range = { offset: bytes, bytes };

const weakSchema = v.object({
  bytes,
  mediaName: maybeText,
  diskUuid: maybeText,
  tableId: maybeText,
  partitions: v.array(v.object({ bytes, kind: v.picklist(partitionKinds), uuid: maybeText })),
});

const strongSchema = v.object({
  tableId: maybeText,
  fileSystems: v.array(v.object({ index: bytes, type: text, uuid: text })),
  hostname: maybeText,
});

/** Unpacked blocks of `bytes` bytes; `lengths` are those of the packed ones, which can be read each by itself. */
const blocksSchema = v.object({
  bytes: v.pipe(bytes, v.minValue(4096), v.maxValue(MAX_BLOCK_BYTES)),
  lengths: v.array(bytes),
  crc32: v.pipe(bytes, v.maxValue(0xffffffff)),
});

export const manifestSchema = v.object({
  schema: v.literal(1),
  card: v.object({
    weak: v.nullable(weakSchema),
    strong: strongSchema,
    title: text,
    label: maybeText,
    hostname: maybeText,
    os: maybeText,
    model: maybeText,
    pi: v.picklist(['yes', 'likely', 'no']),
  }),
  source: v.object({ bytes, sectorBytes: v.pipe(bytes, v.minValue(1)) }),
  image: v.object({
    file: text,
    format: v.picklist(imageFormats),
    /** Size of the file. */
    bytes,
    blocks: v.optional(blocksSchema),
  }),
  map: v.array(v.object({ ...range, sha256: hash })),
  content: v.object({ sha256: hash, plainSha256: v.nullable(hash) }),
  partitions: v.array(
    v.object({
      index: bytes,
      ...range,
      type: text,
      fileSystem: maybeText,
      usedBytes: v.nullable(bytes),
      strategy: v.picklist(['used', 'whole']),
      reason: maybeText,
      /** State of the journal, where the file system has one. */
      journal: maybeText,
    }),
  ),
  unreadable: v.array(v.object({ ...range, files: v.array(text) })),
  verified: v.nullable(
    v.object({ at: time, method: v.picklist(['read-back', 'read-back-cached']) }),
  ),
  checks: v.array(v.object({ name: text, ok: v.boolean(), detail: text })),
  /** In words: everything odd that was met on the way. */
  warnings: v.array(text),
  times: v.object({
    started: time,
    copied: time,
    finished: time,
    /** Each time that the backup was continued after it had been cut off; absent as a rule. */
    continued: v.optional(v.pipe(v.array(time), v.maxLength(1000))),
  }),
  /** What the image says of its Pi. Absent in older manifests; one of another form is no reason to refuse a backup. */
  portrait: v.optional(v.fallback(v.nullable(portraitSchema), null)),
  tool: v.object({ name: text, version: text }),
});

export type Manifest = v.InferOutput<typeof manifestSchema>;

/** Parses and judges the text of a manifest. Throws MANIFEST_INVALID with the first thing that is wrong. */
export function parseManifest(json: string, path: string): Manifest {
  const invalid = (detail: string, cause?: unknown): PiKeepError =>
    new PiKeepError('MANIFEST_INVALID', { path, detail }, { cause });
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch (error) {
    throw invalid('it is not JSON', error);
  }
  const result = v.safeParse(manifestSchema, data);
  if (!result.success) {
    const [issue] = result.issues;
    throw invalid(`${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`);
  }
  const oddity = mapOddity(result.output) ?? blocksOddity(result.output);
  if (oddity !== null) throw invalid(oddity);
  return result.output;
}

/** A map has to be ascending, disjoint, inside the card, in bounded pieces, and hash to what the manifest says. */
function mapOddity(manifest: Manifest): string | null {
  let end = 0;
  for (const entry of manifest.map) {
    if (entry.bytes === 0 || entry.bytes > 8 * 1024 * 1024)
      return `map: an entry of ${entry.bytes} bytes`;
    if (entry.offset < end)
      return `map: the entry at ${entry.offset} is not after the one before it`;
    end = entry.offset + entry.bytes;
  }
  if (end > manifest.source.bytes) return 'map: it reaches past the end of the card';
  if (mapSha256(manifest.map) !== manifest.content.sha256)
    return 'content.sha256 does not match the map';
  return null;
}

/** The blocks of a gzip image have to cover the card and fill the file. */
function blocksOddity({ image, source }: Manifest): string | null {
  const { blocks } = image;
  if (!blocks) return null;
  if (image.format !== 'img.gz') return 'image.blocks: only a gzip image has them';
  if (blocks.lengths.length !== Math.ceil(source.bytes / blocks.bytes)) {
    return `image.blocks: ${blocks.lengths.length} blocks of ${blocks.bytes} bytes`;
  }
  const most = maxDeflatedBytes(blocks.bytes);
  const tooLong = blocks.lengths.find((length) => length > most);
  if (tooLong !== undefined) return `image.blocks: a block of ${tooLong} bytes`;
  const packed = blocks.lengths.reduce((sum, length) => sum + length, 0);
  return GZIP_HEADER.length + packed + GZIP_TRAILER_BYTES === image.bytes
    ? null
    : 'image.blocks do not fill the file';
}
