/**
 * What the helper and its caller say to each other. Three things only: a request file from the caller, small JSON
 * messages from the helper, and binary frames (`frames.ts`). Every parser here is total: wrong input is a BAD_MESSAGE.
 */

import * as v from 'valibot';
import { partitionKinds, type WeakIdentity } from '../engine/disk.ts';
import { asPiKeepError, PiKeepError } from '../engine/errors.ts';

/** In front of the JSON of a failure on the helper's standard error, for whoever started it without having been reached. */
export const FAILURE_MARK = 'pikeep-helper: ';

/** Raised with every change of the request, the messages or the frames; the two sides refuse to mix. */
export const PROTOCOL_VERSION = 2;

/** Largest request file and largest JSON message, in bytes. */
export const MAX_JSON_BYTES = 65_536;
/** Largest single read, in bytes; the caller splits what is larger. */
export const MAX_READ_BYTES = 1024 * 1024;
/** Reads that may be in flight at once. With MAX_READ_BYTES it bounds the helper's memory. */
export const MAX_READS_IN_FLIGHT = 8;
/** Largest single write, in bytes; the caller splits what is larger. */
export const MAX_WRITE_BYTES = 1024 * 1024;
/** Writes that may be on their way or in work at once. With MAX_WRITE_BYTES it bounds the helper's memory. */
export const MAX_WRITES_IN_FLIGHT = 8;

const text = v.pipe(v.string(), v.maxLength(4096));
const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A device node right below /dev: no other folder, no dots, so no path can lead elsewhere. */
const device = v.pipe(v.string(), v.regex(/^\/dev\/[A-Za-z][A-Za-z0-9]{0,30}$/));

const identity: v.GenericSchema<unknown, WeakIdentity> = v.strictObject({
  bytes,
  mediaName: v.nullable(text),
  diskUuid: v.nullable(text),
  tableId: v.nullable(text),
  partitions: v.pipe(
    v.array(v.strictObject({ bytes, kind: v.picklist(partitionKinds), uuid: v.nullable(text) })),
    v.maxLength(256),
  ),
});

export const requestSchema = v.strictObject({
  version: v.literal(PROTOCOL_VERSION),
  /** A helper that was asked to read never holds anything that could write, whatever it hears later. */
  action: v.picklist(['read', 'restore']),
  /** 32 random bytes in hex. */
  token: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  /** The disk's id as the helper's own listing will call it. */
  disk: v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9]{0,30}$/)),
  device,
  /** What the caller saw; the helper refuses when it sees something else. */
  expected: identity,
  /** Asks for a disk image or loop device. Granted only where the caller owns the file behind it (`guard.ts`). */
  allowDiskImage: v.boolean(),
});
export type HelperRequest = v.InferOutput<typeof requestSchema>;

/** The helper's first message, which proves that it has read the request. */
export const helloSchema = v.strictObject({
  version: v.literal(PROTOCOL_VERSION),
  token: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});

/** The device passed every check and is served from now on. */
export const openedSchema = v.strictObject({
  path: text,
  size: v.pipe(bytes, v.minValue(512)),
  sectorSize: v.picklist([512, 1024, 2048, 4096]),
});
export type Opened = v.InferOutput<typeof openedSchema>;

const path = v.strictObject({ path: text });

/** The failures a helper can report, each with its facts; anything else it says is not believed. */
export const failureSchema = v.variant('code', [
  v.strictObject({ code: v.literal('NO_SUCH_DISK'), facts: v.strictObject({ disk: text }) }),
  v.strictObject({
    code: v.picklist(['NOT_A_CARD', 'PROTECTED_DISK']),
    facts: v.strictObject({ disk: text, reason: text }),
  }),
  v.strictObject({
    code: v.literal('IDENTITY_CHANGED'),
    facts: v.strictObject({ disk: text, expected: text, found: text }),
  }),
  v.strictObject({
    code: v.picklist([
      'PRIVACY_REFUSED',
      'ACCESS_DENIED',
      'DEVICE_BUSY',
      'DEVICE_GONE',
      'WRITE_PROTECTED',
    ]),
    facts: path,
  }),
  v.strictObject({
    code: v.picklist(['READ_FAILED', 'WRITE_FAILED']),
    facts: v.strictObject({ path: text, offset: bytes, bytes, errno: text }),
  }),
  v.strictObject({
    code: v.literal('SIZE_CHANGED'),
    facts: v.strictObject({ path: text, expectedBytes: bytes, foundBytes: bytes }),
  }),
  v.strictObject({
    code: v.literal('BAD_MESSAGE'),
    facts: v.strictObject({ from: text, detail: text }),
  }),
  v.strictObject({ code: v.literal('STRANGER'), facts: v.strictObject({ from: text }) }),
  v.strictObject({ code: v.literal('HELPER_FAILED'), facts: v.strictObject({ detail: text }) }),
  v.strictObject({ code: v.literal('UNSUPPORTED'), facts: v.strictObject({ what: text }) }),
  v.strictObject({ code: v.literal('TOOL_MISSING'), facts: v.strictObject({ tool: text }) }),
  v.strictObject({
    code: v.literal('TOOL_FAILED'),
    facts: v.strictObject({ tool: text, detail: text }),
  }),
]);
type Failure = v.InferOutput<typeof failureSchema>;

/** Parses JSON of one of the schemas above. Throws BAD_MESSAGE for anything else; never another error. */
export function parseJson<S extends v.GenericSchema>(
  schema: S,
  json: Uint8Array,
  from: string,
): v.InferOutput<S> {
  if (json.byteLength > MAX_JSON_BYTES) throw badMessage(from, `${json.byteLength} bytes of JSON`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (error) {
    throw badMessage(from, 'no JSON', error);
  }
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw badMessage(from, `${v.getDotPath(issue) ?? 'message'}: expected ${issue.expected}`);
}

export function toJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** The form in which an error crosses the socket; one that is not in the list becomes HELPER_FAILED. */
export function failureOf(error: unknown): Failure {
  const known = asPiKeepError(error);
  const facts: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(known.facts)) {
    facts[name] = typeof value === 'string' ? value.slice(0, 4096) : value;
  }
  const failure = v.safeParse(failureSchema, { code: known.code, facts });
  if (failure.success) return failure.output;
  return { code: 'HELPER_FAILED', facts: { detail: known.message.slice(0, 4096) } };
}

export function errorOf(failure: Failure): PiKeepError {
  return new PiKeepError(failure.code, failure.facts);
}

export function badMessage(from: string, detail: string, cause?: unknown): PiKeepError {
  return new PiKeepError('BAD_MESSAGE', { from, detail }, { cause });
}
