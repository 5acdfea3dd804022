/** The page on whether a backup, or a card, is any good. */

import * as v from 'valibot';
import { healthNames, healthStates, verdicts } from '../engine/health.ts';
import { bytes, text } from './fields.ts';

/** More ranges than this are counted, not told. */
export const MAX_TOLD_RANGES = 1000;
/** A card has no more partitions that count. */
export const MAX_HEALTH_CHECKS = 300;

const hash = v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)));
const method = v.nullable(v.picklist(['read-back', 'read-back-cached']));

export const lastCheckSchema = v.object({
  /** ISO 8601. */
  at: text,
  verdict: v.picklist(verdicts),
  sentence: text,
  method,
});

export const checkResultSchema = v.object({
  task: v.literal('check'),
  target: text,
  kind: v.picklist(['image', 'card']),
  title: text,
  /** When this check was made (ISO 8601). */
  at: text,
  verdict: v.picklist(verdicts),
  sentence: text,
  checks: v.pipe(
    v.array(
      v.object({
        name: v.picklist(healthNames),
        partition: v.nullable(v.number()),
        state: v.picklist(healthStates),
        detail: text,
        next: v.nullable(text),
      }),
    ),
    v.maxLength(MAX_HEALTH_CHECKS),
  ),
  /** How the content was read this time; null when it was not. */
  verified: method,
  /** The last check before this one in which the content of this file was read. */
  lastCheck: v.nullable(lastCheckSchema),
  /** `content`: of the list of ranges, as the manifest has it. `plain`: of the unpacked image. `file`: of the file itself. */
  hashes: v.object({ content: hash, plain: hash, file: hash }),
  unreadable: v.pipe(
    v.array(v.object({ offset: bytes, bytes, files: v.array(text) })),
    v.maxLength(MAX_TOLD_RANGES),
  ),
  /** Size of the card; null where the image would have to be unpacked to tell. */
  bytes: v.nullable(bytes),
  seconds: v.pipe(v.number(), v.minValue(0)),
});
export type CheckResult = v.InferOutput<typeof checkResultSchema>;
