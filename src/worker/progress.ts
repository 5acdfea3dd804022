/** How far a task is, and what a backup is going to read. */

import * as v from 'valibot';
import { FULL_SHARE, PICTURE_CELLS } from '../engine/card-picture.ts';
import { bytes, partitionUse, text } from './fields.ts';

/**
 * `reading` reads an image, `rereading` reads a card again to compare it with what was read before. A restore goes through
 * `checking` (the image, before the card is touched), `opening`, `writing` (with a differential one: comparing too), `proving`
 * (the card, read back) and `filing`. `rescuing` works on the bad places of a dying card; its `total` is what did not read at
 * first, and what is missing to it is still to be read.
 */
export const phases = [
  'opening',
  'copying',
  'rescuing',
  'proving',
  'rereading',
  'filing',
  'reading',
  'checking',
  'writing',
] as const;
export type Phase = (typeof phases)[number];

export const progressSchema = v.object({
  phase: v.picklist(phases),
  bytes,
  total: bytes,
  /** Bytes per second over the last seconds; null before there is a figure. */
  bytesPerSecond: v.nullable(v.pipe(v.number(), v.minValue(0))),
  secondsLeft: v.nullable(v.pipe(v.number(), v.minValue(0))),
});
export type Progress = v.InferOutput<typeof progressSchema>;

/** Why a task waits although nothing is wrong with it. */
export const heldSchema = v.object({
  /** It goes on by itself when there is room for what is to be written next. */
  why: v.literal('destination-full'),
  neededBytes: bytes,
  freeBytes: bytes,
});
export type Held = v.InferOutput<typeof heldSchema>;

/** Partitions that a plan tells of; real cards have two to a dozen. */
export const MAX_PLAN_PARTITIONS = 128;

export const planSchema = v.object({
  /** Size of the card. */
  bytes,
  /** What will be read of it. Divided by the rate of the progress messages it is the time the copy takes. */
  readBytes: bytes,
  /** Everything is read because that was asked for. */
  wholeCard: v.boolean(),
  partitions: v.pipe(
    v.array(
      v.object({
        index: bytes,
        offset: bytes,
        bytes,
        label: v.nullable(text),
        fileSystem: v.nullable(text),
        ...partitionUse,
      }),
    ),
    v.maxLength(MAX_PLAN_PARTITIONS),
  ),
  /** The card in equal slices; how much of each will be read, from 0 for nothing to 255 for all of it. */
  cells: v.pipe(
    v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(FULL_SHARE))),
    v.length(PICTURE_CELLS),
  ),
});
export type Plan = v.InferOutput<typeof planSchema>;
