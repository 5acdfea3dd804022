/** Jobs as the panel sees them: what they are doing to which card, or what came of it. */

import * as v from 'valibot';
import { coachSchema } from './coach.ts';
import { bytes, growthSchema, id, problemSchema, text, unfinishedSchema } from './fields.ts';

/** How a card stands after a job that ended early. "unproven": all was written, but not read back and compared. */
const cardLeftSchema = v.picklist(['untouched', 'unfinished', 'unproven']);

/** Pieces that the way of a job is told in. */
export const MOST_SPEEDS = 48;

const jobStateSchema = v.variant('is', [
  v.object({
    is: v.literal('working'),
    phase: v.picklist([
      'opening',
      'copying',
      'rescuing',
      'proving',
      'rereading',
      'filing',
      'checking',
      'writing',
    ]),
    bytes,
    total: bytes,
    bytesPerSecond: v.nullable(v.number()),
    secondsLeft: v.nullable(v.number()),
    /**
     * Bytes per second at each of MOST_SPEEDS equal pieces of the way of this phase, as far as it has come; 0 where an earlier
     * process did it. Left out while there is no figure.
     */
    speeds: v.optional(v.pipe(v.array(bytes), v.maxLength(MOST_SPEEDS))),
    cancelling: v.boolean(),
    /** It waits: for a card or disk that does not answer, or for room. Left out or null: it goes on. */
    held: v.optional(
      v.nullable(v.object({ why: v.picklist(['stalled', 'destination-full']), text })),
    ),
  }),
  /** A backup is made. */
  v.object({
    is: v.literal('done'),
    image: text,
    /** Names the image in a query or command. */
    backup: id,
    /** The folder to show, with the home folder as "~". */
    place: text,
    bytes,
    storedBytes: bytes,
    /** Read from the card. */
    readBytes: bytes,
    seconds: v.number(),
    verified: v.nullable(v.picklist(['read-back', 'read-back-cached'])),
    /** What the card did not give, in sentences; null as a rule, else the backup is incomplete. */
    damage: v.nullable(text),
    checks: v.array(v.object({ name: text, ok: v.boolean(), detail: text })),
    ejected: v.boolean(),
  }),
  /** A backup is on the card, read back and compared. */
  v.object({
    is: v.literal('restored'),
    /** Size of the card. */
    bytes,
    mappedBytes: bytes,
    writtenBytes: bytes,
    /** Found right on the card, and left. */
    skippedBytes: bytes,
    /** Read back from the card and compared. */
    provenBytes: bytes,
    /** "whole": there was no map, so every byte of the image was written. */
    mapOrigin: v.picklist(['manifest', 'bmap', 'whole']),
    verified: v.picklist(['read-back', 'read-back-cached']),
    seconds: v.number(),
    growth: v.nullable(growthSchema),
    /** The system will take the rest of the card on its first start. */
    willGrow: v.boolean(),
    /** What was changed on the way, and why. */
    adjusted: v.array(text),
    ejected: v.boolean(),
    /** The file of the report. */
    report: text,
  }),
  /** What was on the card before a restore is back. */
  v.object({ is: v.literal('undone') }),
  v.object({
    is: v.literal('failed'),
    problem: problemSchema,
    /** What the user can do about it here and now. */
    actions: v.array(v.picklist(['retry', 'force-unmount', 'open-privacy-settings', 'undo'])),
    card: cardLeftSchema,
    /** The way to a permission that is missing; left out for every other failure. */
    coach: v.optional(coachSchema),
  }),
  v.object({
    is: v.literal('cancelled'),
    card: cardLeftSchema,
    canUndo: v.boolean(),
    /** What a backup had proven was to stay; whether anything did is in the job's `unfinished`, once the library was looked at. */
    kept: v.boolean(),
  }),
]);

/** What a backup reads of its card, and where on the card that lies. */
const planSchema = v.object({
  /** Size of the card. */
  bytes,
  readBytes: bytes,
  /** Everything is read because that was asked for. */
  wholeCard: v.boolean(),
  /** The first ones, in the order of the partition table. */
  partitions: v.array(
    v.object({
      index: bytes,
      offset: bytes,
      bytes,
      label: v.nullable(text),
      fileSystem: v.nullable(text),
      /** What its file system calls used; null where nobody knows. */
      usedBytes: v.nullable(bytes),
      strategy: v.picklist(['used', 'whole']),
      /** Why it is copied whole, to follow "Copied whole:"; null with strategy "used". */
      reason: v.nullable(text),
      journal: v.nullable(text),
    }),
  ),
  /** How many partitions more there are. */
  morePartitions: bytes,
  /**
   * The card in equal slices; how much of each is read, from 0 for nothing to 255 for all of it. Slices are read in this
   * order.
   */
  cells: v.pipe(
    v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
    v.maxLength(1024),
  ),
});

export const jobSchema = v.object({
  job: id,
  /** "undo" brings back what was on a card before a restore that has written only its mark. */
  kind: v.picklist(['backup', 'restore', 'undo']),
  disk: id,
  /** The card it works on, as in `disks`; a job whose card is not there any more keeps its own. */
  card: id,
  /** What the Pi is called: hostname or label; for a plain disk its medium's name. In a restore, the one in the image. */
  title: text,
  /** File name of the image a restore writes; null for a backup. */
  image: v.nullable(text),
  state: jobStateSchema,
  /** Null until the map of the card is known, for what came to nothing, and for the oldest of very many jobs. */
  plan: v.nullable(planSchema),
  warnings: v.array(text),
  /** After a backup that ended early: what it left, to be continued with the same card. */
  unfinished: v.optional(v.nullable(unfinishedSchema)),
});

export type JobView = v.InferOutput<typeof jobSchema>;
export type JobKind = JobView['kind'];
export type JobState = JobView['state'];
export type CardLeft = v.InferOutput<typeof cardLeftSchema>;
export type PlanView = v.InferOutput<typeof planSchema>;
