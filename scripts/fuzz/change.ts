/** A case: a seed and what was changed in it, or a whole small input. It is what a file under test/vectors/found/ holds. */

import * as v from 'valibot';

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const seedCaseSchema = v.object({
  /** The name of a seed. */
  seed: v.string(),
  /** Written one after the other: the bytes `hex`, `times` times in a row, from byte `at`. */
  changes: v.array(
    v.object({
      at: number,
      hex: v.pipe(v.string(), v.regex(/^([0-9a-f]{2})+$/)),
      times: v.optional(number),
    }),
  ),
  /** The size after which the rest is cut off, in bytes; null for none. */
  cut: v.nullable(number),
  /** Where changes were made: only there where nothing reads, in one partition (by its place in the table), anywhere. */
  reach: v.union([v.literal('unused'), v.literal('anywhere'), number]),
  /** What came of it, in words. */
  finding: v.optional(v.string()),
});

const inputCaseSchema = v.object({
  /** The name of a parser of small inputs. */
  input: v.string(),
  base64: v.pipe(v.string(), v.base64()),
  finding: v.optional(v.string()),
});

export const caseSchema = v.union([seedCaseSchema, inputCaseSchema]);

export type Case = v.InferOutput<typeof seedCaseSchema>;
export type InputCase = v.InferOutput<typeof inputCaseSchema>;
export type AnyCase = v.InferOutput<typeof caseSchema>;
export type Change = Case['changes'][number];

/** Changes `content` in place. Returns what puts it right again. */
export function applyChanges(content: Uint8Array, changes: readonly Change[]): () => void {
  const kept: { at: number; bytes: Uint8Array }[] = [];
  for (const { at, hex, times = 1 } of changes) {
    const bytes = Buffer.from(hex, 'hex');
    const end = Math.min(content.length, at + bytes.length * times);
    if (at >= end) continue;
    kept.push({ at, bytes: content.slice(at, end) });
    for (let to = at; to < end; to += bytes.length) {
      content.set(bytes.subarray(0, Math.min(bytes.length, end - to)), to);
    }
  }
  return () => {
    for (const { at, bytes } of kept.toReversed()) content.set(bytes, at);
  };
}
