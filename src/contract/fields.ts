/** Fields that several parts of the messages between panel and app share. */

import * as v from 'valibot';

export const text = v.pipe(v.string(), v.maxLength(8192));
export const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const id = v.pipe(v.string(), v.minLength(1), v.maxLength(512));
/** ISO 8601, as whoever made the backup wrote it. */
export const time = v.pipe(v.string(), v.maxLength(64));

/** Of a reminder or a check. */
export const MAX_DAYS = 3650;
export const days = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_DAYS));

/** A failure in words, ready to be shown. */
export const problemSchema = v.object({ code: text, title: text, message: text, next: text });
export type Problem = v.InferOutput<typeof problemSchema>;

/** What a backup that did not finish has of its card, in bytes of the card. */
export const unfinishedSchema = v.object({ bytes, total: bytes, at: time });
export type UnfinishedView = v.InferOutput<typeof unfinishedSchema>;

/** A partition as a list of names and sizes shows it. */
export const partitionSchema = v.object({
  kind: text,
  label: v.nullable(text),
  bytes,
  /** Where on the card it begins; left out where the system does not say. */
  offset: v.optional(bytes),
});

/** What a larger card means for the last partition of what is written. */
export const growthSchema = v.object({
  /** Bytes of the card behind what the image uses. */
  spareBytes: bytes,
  /** How the system on the image can take them on its first start; null when it cannot. */
  method: v.nullable(text),
  /** For people: what that does, or which command on the Pi does it. */
  advice: text,
});
