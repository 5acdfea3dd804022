/**
 * Everything that crosses between the panel (a web page) and the app: one snapshot out, a few commands in. Schema, type
 * and parser live together; both ends use this file.
 */

import * as v from 'valibot';

const text = v.pipe(v.string(), v.maxLength(8192));
const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(512));

/** A failure in words, ready to be shown. */
const problemSchema = v.object({ code: text, title: text, message: text, next: text });

const jobStateSchema = v.variant('is', [
  v.object({
    is: v.literal('working'),
    phase: v.picklist([
      'opening',
      'copying',
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
    cancelling: v.boolean(),
  }),
  v.object({
    is: v.literal('done'),
    image: text,
    /** The folder to show, with the home folder as "~". */
    place: text,
    bytes,
    storedBytes: bytes,
    /** Read from the card. */
    readBytes: bytes,
    seconds: v.number(),
    verified: v.nullable(v.picklist(['read-back', 'read-back-cached'])),
    checks: v.array(v.object({ name: text, ok: v.boolean(), detail: text })),
    ejected: v.boolean(),
  }),
  v.object({
    is: v.literal('failed'),
    problem: problemSchema,
    /** What the user can do about it here and now. */
    actions: v.array(v.picklist(['retry', 'force-unmount', 'open-privacy-settings'])),
  }),
  v.object({ is: v.literal('cancelled') }),
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

const jobSchema = v.object({
  job: id,
  disk: id,
  /** The card it works on, as in `disks`; a job whose card is not there any more keeps its own. */
  card: id,
  /** What the Pi is called: hostname or label; for a plain disk its medium's name. */
  title: text,
  state: jobStateSchema,
  /** Null until the map of the card is known, for what came to nothing, and for the oldest of very many jobs. */
  plan: v.nullable(planSchema),
  warnings: v.array(text),
});

const diskSchema = v.object({
  disk: id,
  /** Names this very card in a command: differs when another card sits behind the same disk id. */
  card: id,
  title: text,
  subtitle: text,
  bytes,
  kind: v.picklist(['pi', 'removable']),
  partitions: v.array(v.object({ kind: text, label: v.nullable(text), bytes })),
  warnings: v.array(text),
});

/** A disk that is never offered, with the reason in words. */
const refusedDiskSchema = v.object({ disk: id, title: text, bytes, reason: text });

const leftoverSchema = v.object({ file: text, name: text, storedBytes: bytes });

export const snapshotSchema = v.object({
  /** Grows by one with every change. */
  revision: bytes,
  tool: v.object({ version: text, where: v.picklist(['electron', 'browser']), source: text }),
  library: text,
  disks: v.array(diskSchema),
  refused: v.array(refusedDiskSchema),
  jobs: v.array(jobSchema),
  /** Files of backups that did not finish and that no running job owns. */
  leftovers: v.array(leftoverSchema),
  settings: v.object({ ejectWhenDone: v.boolean() }),
  /** Why no disks can be seen, if so. */
  trouble: v.nullable(problemSchema),
});

export type Snapshot = v.InferOutput<typeof snapshotSchema>;
export type DiskView = Snapshot['disks'][number];
export type JobView = Snapshot['jobs'][number];
export type PlanView = v.InferOutput<typeof planSchema>;
export type JobState = JobView['state'];
export type Problem = v.InferOutput<typeof problemSchema>;

export const commandSchema = v.variant('command', [
  v.strictObject({ command: v.literal('backup'), disk: id, card: id }),
  v.strictObject({ command: v.literal('cancel'), job: id }),
  v.strictObject({ command: v.literal('retry'), job: id, forceUnmount: v.boolean() }),
  v.strictObject({ command: v.literal('dismiss'), job: id }),
  v.strictObject({ command: v.literal('reveal'), job: id }),
  v.strictObject({ command: v.literal('eject'), disk: id, card: id }),
  v.strictObject({ command: v.literal('clear-leftover'), file: text }),
  v.strictObject({ command: v.literal('open-privacy-settings') }),
  v.strictObject({ command: v.literal('set-eject-when-done'), value: v.boolean() }),
]);
export type Command = v.InferOutput<typeof commandSchema>;

/** Every command is answered with this. */
export const replySchema = v.variant('ok', [
  v.object({ ok: v.literal(true) }),
  v.object({ ok: v.literal(false), problem: problemSchema }),
]);
export type Reply = v.InferOutput<typeof replySchema>;

/** Null for anything that is not a snapshot. */
export function parseSnapshot(value: unknown): Snapshot | null {
  const result = v.safeParse(snapshotSchema, value);
  return result.success ? result.output : null;
}

/** Null for anything that is not a reply. */
export function parseReply(value: unknown): Reply | null {
  const result = v.safeParse(replySchema, value);
  return result.success ? result.output : null;
}

/** Largest message in either direction, in bytes of JSON. */
export const MAX_MESSAGE_BYTES = 262144;

/** What the page finds as `window.pikeep`, in Electron from the preload script, in a browser from a small client. */
export interface PanelBridge {
  /** Calls back with the present snapshot and then with every new one; returns its own unsubscribe. */
  subscribe(listener: (snapshot: Snapshot) => void): () => void;
  send(command: Command): Promise<Reply>;
}
