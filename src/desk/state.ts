/** What the desk knows, as a value. `step.ts` alone makes a new one out of an old one. */

import type { ErrandKind, ErrandState, JobKind, JobState, PlanView } from '../contract/panel.ts';
import type { Disk, WeakIdentity } from '../engine/disk.ts';
import type { PiKeepError } from '../engine/errors.ts';
import type { Glance } from '../engine/pi-card.ts';
import type { SelectionContext, Verdict } from '../engine/selection.ts';
import { type CoachPlace, unknownPlace } from '../engine/words/coach.ts';
import type { Backup } from '../library/backups.ts';
import type { Leftover } from '../library/leftovers.ts';
import type { Reminded } from '../library/reminder-log.ts';
import type { AccessLook } from '../platform/ports.ts';
import type { Settings, SettingsWarning } from '../platform/settings.ts';
import type { CheckResult } from '../worker/check-results.ts';
import type { ExtractResult, ListFilesResult } from '../worker/file-results.ts';
import type { Plan, Progress } from '../worker/progress.ts';
import type { RestoreResult, SurveyResult, UndoResult } from '../worker/restore-results.ts';
import type { BackupResult } from '../worker/results.ts';
import type { Inside } from './inside.ts';
import type { Hold, JobOrigins } from './job-origins.ts';
import type { Restorable } from './restorable.ts';
import { emptyShelf, type ShelfState } from './shelf-state.ts';

/** A disk that is there now. */
export interface SeenDisk {
  /** Names this insertion of this card; another card behind the same id, or the same card put in again, has another key. */
  readonly key: string;
  readonly disk: Disk;
  readonly verdict: Verdict;
  readonly glance: Glance;
  /** No card: offered only because other external disks are shown. */
  readonly isOtherExternal: boolean;
  /** As what the user has been told of it. */
  readonly announced: 'no' | 'removable' | 'pi';
  /**
   * When it was put in (milliseconds since 1970), for as long as a backup of it may begin by itself; null once that is decided,
   * and for a card that was there before PiKeep looked first.
   */
  readonly undecidedSince: number | null;
}

export interface Job {
  readonly id: string;
  readonly kind: JobKind;
  /** The disk id it started on. */
  readonly disk: string;
  /** The key of the insertion it started on. */
  readonly card: string;
  /**
   * The card's weak identity as one line: by this, a retry finds the card again behind another id. What is written over gets
   * another one on the way.
   */
  readonly identity: string;
  readonly title: string;
  /** The image that a restore writes; null for a backup. */
  readonly image: string | null;
  /** The same identity, piece by piece. */
  readonly weak: WeakIdentity;
  /** The rest of a backup that it goes on with; null where it began anew. */
  readonly continues: string | null;
  /** The Pi it was begun for by itself; null when somebody asked for it. */
  readonly byItself: string | null;
  readonly state: JobState;
  /** Null until the map of the card is known. */
  readonly plan: PlanView | null;
  readonly warnings: readonly string[];
  readonly origins: JobOrigins;
}

/** What a look at a card for a restore came to; `identity` is the weak one it had then. */
export type Survey =
  | { readonly is: 'failed'; readonly identity: string; readonly error: PiKeepError }
  | { readonly is: 'ready'; readonly identity: string; readonly result: SurveyResult };

/** The page on which a restore is chosen and confirmed. */
export interface RestorePage {
  /** Each opening has another one, so that nothing confirmed on an earlier page holds here. */
  readonly opening: number;
  readonly backup: Restorable;
  /** Key of the insertion that was chosen. */
  readonly chosen: string | null;
  /** By key. */
  readonly surveys: Readonly<Record<string, Survey>>;
  /** The token of what the user is asked about; null while they choose. */
  readonly reviewed: string | null;
  /** What they were asked about is not there any more. */
  readonly changed: boolean;
  readonly forceUnmount: boolean;
}

/** Work on an image that needs no card. */
export interface ErrandOrder {
  readonly kind: ErrandKind;
  /** Path of the image. */
  readonly image: string;
  readonly title: string;
  /** Nobody asked for it: it was due. */
  readonly isScheduled: boolean;
}

export interface Errand extends ErrandOrder {
  readonly id: string;
  readonly state: ErrandState;
  /** Something that was saved, to be shown in its folder. */
  readonly place: string | null;
  /** What its last words were made of. */
  readonly end: Extract<DeskInput, { input: 'errand-finished' | 'errand-failed' }> | null;
}

export type ErrandResult = CheckResult | ExtractResult | ListFilesResult;

export interface DeskState {
  /** Where PiKeep runs, for advice; it stays the same. */
  readonly place: CoachPlace;
  /** Milliseconds since 1970, when it was last looked at. */
  readonly now: number;
  readonly disks: readonly SeenDisk[];
  /** Keys and titles of cards seen lately, the newest last: to say which card a late command meant. */
  readonly known: readonly { readonly key: string; readonly title: string }[];
  /** How many insertions, jobs and restore pages there have been; makes their names. */
  readonly insertions: number;
  readonly started: number;
  readonly openings: number;
  /** Whether the disks were ever listed: what is there at the first look was not inserted just now. */
  readonly looked: boolean;
  readonly jobs: readonly Job[];
  readonly errandsAdded: number;
  readonly errands: readonly Errand[];
  readonly shelf: ShelfState;
  /** Of the library, the newest first; none while it cannot be reached. */
  readonly backups: readonly Backup[];
  /** What looks inside of cards came to, by the key of the insertion. */
  readonly inside: Readonly<Record<string, Inside>>;
  readonly reminded: Reminded;
  /** When a check was begun by itself, by the path of the image. */
  readonly tried: Readonly<Record<string, number>>;
  readonly restore: RestorePage | null;
  readonly leftovers: readonly Leftover[];
  /** Those of them that turned out not to fit their card any more. */
  readonly spent: readonly string[];
  readonly settings: Settings;
  /** How often they, or what the system keeps beside them, have changed. */
  readonly settingsRevision: number;
  /** What was wrong with their file, until that is read. */
  readonly settingsWarning: SettingsWarning | null;
  /** Why the disks could not be listed. */
  readonly trouble: PiKeepError | null;
}

/** What begins a job, besides the card. */
export type JobOrder =
  | { readonly kind: 'backup'; readonly byItself?: string; readonly continues?: string }
  | { readonly kind: 'restore' | 'undo'; readonly title: string; readonly image: string };

export type JobResult = BackupResult | RestoreResult | UndoResult;

/** Everything that can happen to the desk. */
export type DeskInput =
  | {
      readonly input: 'listed';
      readonly disks: readonly Disk[];
      readonly context: SelectionContext;
    }
  | { readonly input: 'unlistable'; readonly error: PiKeepError }
  | { readonly input: 'started'; readonly card: string; readonly order: JobOrder }
  | { readonly input: 'progressed'; readonly job: string; readonly progress: Progress }
  | {
      readonly input: 'held';
      readonly job: string;
      /** Null: it goes on. */
      readonly hold: Hold | null;
    }
  | { readonly input: 'planned'; readonly job: string; readonly plan: Plan }
  | { readonly input: 'warned'; readonly job: string; readonly text: string }
  | { readonly input: 'cancelling'; readonly job: string }
  | {
      readonly input: 'finished';
      readonly job: string;
      readonly result: JobResult;
      /** The folder of a backup's image, to be shown. */
      readonly place: string;
    }
  | {
      readonly input: 'failed';
      readonly job: string;
      readonly error: PiKeepError;
      /** Should it have been interrupted: what was done was to stay. */
      readonly kept?: boolean;
    }
  /** A look at the card of a restore that ended early: how it stands. */
  | { readonly input: 'examined'; readonly job: string; readonly result: SurveyResult }
  | { readonly input: 'dismissed'; readonly job: string }
  /** The card of a job that was not let in was looked at again. */
  | { readonly input: 'accessed'; readonly job: string; readonly look: AccessLook }
  | { readonly input: 'ejected'; readonly card: string }
  | { readonly input: 'leftovers'; readonly leftovers: readonly Leftover[] }
  | { readonly input: 'ticked'; readonly now: number }
  | { readonly input: 'library'; readonly look: Omit<ShelfState, 'revision'> }
  | {
      readonly input: 'looked-inside';
      /** Key of the insertion. */
      readonly card: string;
      readonly of: Inside['of'];
      readonly lastBackup: Inside['lastBackup'];
    }
  | { readonly input: 'reminded'; readonly reminded: Reminded }
  /** The user is to be reminded of this Pi, by its key. */
  | { readonly input: 'remind'; readonly pi: string }
  /** Nothing begins by itself for this insertion any more. */
  | { readonly input: 'decided'; readonly card: string }
  /** The system's dialog for a backup that began by itself was left unanswered. */
  | { readonly input: 'unanswered'; readonly job: string }
  | { readonly input: 'errand-added'; readonly order: ErrandOrder }
  | { readonly input: 'errand-begun'; readonly errand: string }
  | { readonly input: 'errand-progressed'; readonly errand: string; readonly progress: Progress }
  | { readonly input: 'errand-cancelling'; readonly errand: string }
  | {
      readonly input: 'errand-finished';
      readonly errand: string;
      readonly result: ErrandResult;
      /** The folder of what was saved, to be shown. */
      readonly place: string;
    }
  | { readonly input: 'errand-failed'; readonly errand: string; readonly error: PiKeepError }
  | { readonly input: 'errand-dismissed'; readonly errand: string }
  | { readonly input: 'settings'; readonly settings: Settings }
  /** Another language is spoken from now on. */
  | { readonly input: 'language' }
  | { readonly input: 'settings-warned'; readonly warning: SettingsWarning | null }
  | {
      readonly input: 'restore-opened';
      readonly backup: Restorable;
      readonly chosen: string | null;
      readonly forceUnmount: boolean;
    }
  | { readonly input: 'restore-chosen'; readonly card: string }
  | { readonly input: 'restore-backup-chosen'; readonly backup: Restorable }
  | {
      readonly input: 'surveyed';
      readonly opening: number;
      readonly image: string;
      readonly card: string;
      readonly survey: Survey;
    }
  | { readonly input: 'restore-reviewed'; readonly token: string }
  | { readonly input: 'restore-back' }
  | { readonly input: 'restore-closed' };

/** `first`: insertions, jobs and errands are numbered from there on. */
export function emptyState(
  settings: Settings,
  place: CoachPlace = unknownPlace,
  first = 0,
): DeskState {
  return {
    place,
    now: 0,
    disks: [],
    known: [],
    insertions: first,
    started: first,
    openings: first,
    looked: false,
    jobs: [],
    errandsAdded: first,
    errands: [],
    shelf: emptyShelf,
    backups: [],
    inside: {},
    reminded: {},
    tried: {},
    restore: null,
    leftovers: [],
    spent: [],
    settings,
    settingsRevision: 0,
    settingsWarning: null,
    trouble: null,
  };
}

export function isWorking(job: Job): boolean {
  return job.state.is === 'working';
}

/** What it writes changes how its card looks. */
export function isRewriting(job: Job): boolean {
  return isWorking(job) && job.kind !== 'backup';
}

/** The job that works on this card, or on whatever is behind its disk id. */
export function jobOn(state: DeskState, seen: SeenDisk): Job | undefined {
  return state.jobs.find(
    (job) => isWorking(job) && (job.disk === seen.disk.id || job.card === seen.key),
  );
}
