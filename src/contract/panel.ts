/**
 * Everything that crosses between the panel (a web page) and the app: one snapshot out, a few commands in, and questions
 * with their answers (`asks.ts`). Schema, type and parser live together in this folder; both ends use them.
 */

import * as v from 'valibot';
import { languages } from '../language/languages.ts';
import type { Asking, Query } from './asks.ts';
import { type Command, type Reply, replySchema } from './commands.ts';
import { errandSchema } from './errands.ts';
import { bytes, id, partitionSchema, problemSchema, text, unfinishedSchema } from './fields.ts';
import { firstTimeSchema, sampleSchema } from './first-time.ts';
import { jobSchema } from './jobs.ts';
import { backupSchema, restoreSchema } from './restore.ts';
import { settingsViewSchema } from './settings.ts';

export {
  type Answer,
  type Answered,
  type AnswerTo,
  type Asking,
  parseAnswered,
  type Query,
  type QueryKind,
} from './asks.ts';
export type { CoachPageView, CoachView } from './coach.ts';
export { type Command, commandSchema, type Reply } from './commands.ts';
export type { ErrandKind, ErrandState, ErrandView } from './errands.ts';
export type { Problem, UnfinishedView } from './fields.ts';
export type { ChangeView, FilePartition, FileView } from './files.ts';
export type { FirstTime } from './first-time.ts';
export type { CardLeft, JobKind, JobState, JobView, PlanView } from './jobs.ts';
export type { BackupVerdict, ListedBackup, LooseImage } from './library.ts';
export { type KeepRules, type PiView, type Preferences, piColours } from './pi.ts';
export type { FindingView, PortraitView } from './report.ts';
export type { BackupView, ChosenState, ReadyState, RestoreView, TargetView } from './restore.ts';

const diskSchema = v.object({
  disk: id,
  /** Names this very card in a command: differs when another card sits behind the same disk id. */
  card: id,
  title: text,
  subtitle: text,
  bytes,
  kind: v.picklist(['pi', 'removable']),
  partitions: v.array(partitionSchema),
  /** It has something that it can be recognised by, so it can be marked “never touch”. */
  canProtect: v.boolean(),
  /** What the library knows of it, from what the system shows alone; null for what is no Pi's, or while it is being read. */
  history: v.nullable(
    v.object({
      /** "Looks like octopi — last backed up 47 days ago", "Never backed up". */
      text,
      /** "Same as your backup of Tuesday": known once the card was opened for anything, and could be compared. */
      since: v.nullable(text),
      /** What the Pi is: "Raspberry Pi 4 Model B · Debian GNU/Linux 12"; left out where its backups do not say. */
      portrait: v.optional(text),
      /** The Pi it looks like; null where there is none, or where several look the same. */
      pi: v.nullable(id),
      isAmbiguous: v.boolean(),
    }),
  ),
  /** A backup of it that did not finish and may be continued. */
  unfinished: v.optional(v.nullable(unfinishedSchema)),
  warnings: v.array(text),
});

const refusedDiskSchema = v.object({
  disk: id,
  title: text,
  bytes,
  reason: text,
  /** Names the mark “never touch” in a command; null for every other reason. */
  protectedBy: v.nullable(text),
});

const leftoverSchema = v.object({
  file: text,
  name: text,
  storedBytes: bytes,
  /** It can be continued with its card. */
  unfinished: v.optional(v.nullable(unfinishedSchema)),
});

export const snapshotSchema = v.object({
  /** Grows by one with every change. */
  revision: bytes,
  tool: v.object({
    version: text,
    where: v.picklist(['electron', 'browser']),
    source: text,
    /** What is spoken, and the BCP 47 tag of its variant, for days and numbers. */
    language: v.picklist(languages),
    locale: text,
  }),
  library: text,
  disks: v.array(diskSchema),
  /** Disks that are never offered, with the reason in words. */
  refused: v.array(refusedDiskSchema),
  jobs: v.array(jobSchema),
  errands: v.array(errandSchema),
  /** The newest backups of the library. */
  backups: v.array(backupSchema),
  /** How many older ones there are. */
  moreBackups: bytes,
  /** Grows when something that a question about the library is answered with has changed. */
  libraryRevision: bytes,
  /** The page of a restore; null while it is not open. */
  restore: v.nullable(restoreSchema),
  /** Files of backups that did not finish and that no running job owns. */
  leftovers: v.array(leftoverSchema),
  /** Some of them; the others are asked for. */
  settings: settingsViewSchema,
  /** For whoever is new to PiKeep. */
  firstTime: v.optional(firstTimeSchema),
  sample: v.optional(sampleSchema),
  /** Why no disks can be seen, if so. */
  trouble: v.nullable(problemSchema),
});

export type Snapshot = v.InferOutput<typeof snapshotSchema>;
export type DiskView = Snapshot['disks'][number];

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
  /** Asks for what the snapshot has no room for; the answer is of the kind of the query. */
  ask(query: Query): Asking;
}
