/**
 * The checkpoint of a backup that has not finished: what it is of, and what of it is proven already. A file of JSON lines
 * beside the partial image: first the header, then one line for each batch. The card, the library and whoever else may write
 * to it are not trusted: nothing in here is believed before it was compared with the card and with the image.
 */

import * as v from 'valibot';
import type { StrongIdentity } from '../engine/card.ts';
import { partitionKinds, type WeakIdentity } from '../engine/disk.ts';
import { type ImageFormat, imageFormats } from '../engine/image/image-format.ts';
import type { Settled } from '../engine/settled.ts';

/** The checkpoint of NAME.img.partial is NAME.img.partial.checkpoint. */
export const CHECKPOINT_SUFFIX = '.checkpoint';

/** A batch of 64 MiB in pieces of 4 KiB, each with a name of 100 bytes and a block of its own, stays well below. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** Much more than one batch can hold. */
const MAX_IN_LINE = 65_536;
const MAX_PARTITIONS = 256;

const text = v.pipe(v.string(), v.maxLength(4096));
const maybeText = v.nullable(text);
const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const time = v.pipe(v.string(), v.isoTimestamp());

const weakSchema = v.object({
  bytes,
  mediaName: maybeText,
  diskUuid: maybeText,
  tableId: maybeText,
  partitions: v.pipe(
    v.array(v.object({ bytes, kind: v.picklist(partitionKinds), uuid: maybeText })),
    v.maxLength(MAX_PARTITIONS),
  ),
});

const strongSchema = v.object({
  tableId: maybeText,
  fileSystems: v.pipe(
    v.array(v.object({ index: bytes, type: text, uuid: text })),
    v.maxLength(MAX_PARTITIONS),
  ),
  hostname: maybeText,
});

const headerSchema = v.object({
  checkpoint: v.literal(1),
  /** Version of PiKeep; another one may cut a card into other pieces. */
  tool: text,
  title: text,
  format: v.picklist(imageFormats),
  card: v.object({
    /** Size, and that of a sector. */
    bytes,
    sectorBytes: v.pipe(bytes, v.minValue(1)),
    weak: weakSchema,
    strong: strongSchema,
  }),
  wholeCard: v.boolean(),
  fullHash: v.boolean(),
  verify: v.picklist(['image', 'card', 'none']),
  started: time,
  /** When it was continued, each time. */
  continued: v.pipe(v.array(time), v.maxLength(1000)),
  /** What was to be copied: the hash of the ranges outside of FAT file systems, and the sum of all. */
  plan: v.object({ sha256: hash, totalBytes: bytes }),
  /** Hash of everything on the card that the plan was made from, outside of FAT file systems. */
  structure: hash,
});
export type CheckpointHeader = v.InferOutput<typeof headerSchema>;

const batchSchema = v.object({
  at: time,
  /** Bytes of the card that are done, with this line and all before it. */
  done: bytes,
  /** Offset, bytes, SHA-256. */
  entries: v.pipe(v.array(v.tuple([bytes, bytes, hash])), v.maxLength(MAX_IN_LINE)),
  /** Of a packed image: so many blocks of such a packed length, in order, behind those of the lines before. */
  blocks: v.optional(v.pipe(v.array(v.tuple([bytes, bytes])), v.maxLength(MAX_IN_LINE))),
});
export type CheckpointBatch = v.InferOutput<typeof batchSchema>;

/** What can be shown of a backup that can be continued. */
export interface Unfinished {
  readonly title: string;
  readonly weak: WeakIdentity;
  readonly strong: StrongIdentity;
  readonly format: ImageFormat;
  readonly wholeCard: boolean;
  readonly fullHash: boolean;
  readonly verify: 'image' | 'card' | 'none';
  /** Of the card: copied, and to be copied in all. */
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** When it came that far, as ISO 8601. */
  readonly at: string;
}

/** Null for anything that is no header of ours. */
export function parseHeader(line: string): CheckpointHeader | null {
  return parse(headerSchema, line);
}

/** Null for anything that is no batch of ours. */
export function parseBatch(line: string): CheckpointBatch | null {
  return parse(batchSchema, line);
}

export function batchOf(
  { entries, blocks }: Settled,
  doneBytes: number,
  at: Date,
): CheckpointBatch {
  return {
    at: at.toISOString(),
    done: doneBytes,
    entries: entries.map(({ offset, bytes: size, sha256 }) => [offset, size, sha256]),
    ...(blocks ? { blocks: runsOf(blocks) } : {}),
  };
}

/** Equal lengths behind each other are told once: a card is mostly zeros, and those always pack the same. */
function runsOf(lengths: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const length of lengths) {
    const last = runs.at(-1);
    if (last?.[1] === length) last[0]++;
    else runs.push([1, length]);
  }
  return runs;
}

function parse<S extends v.GenericSchema>(schema: S, line: string): v.InferOutput<S> | null {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch {
    return null;
  }
  const parsed = v.safeParse(schema, data);
  return parsed.success ? parsed.output : null;
}
