/** What the desk knows, as a value. `step.ts` alone makes a new one out of an old one. */

import type { JobState, PlanView, Problem, Snapshot } from '../contract/panel.ts';
import type { Disk } from '../engine/disk.ts';
import type { PiKeepError } from '../engine/errors.ts';
import type { Glance } from '../engine/pi-card.ts';
import type { SelectionContext, Verdict } from '../engine/selection.ts';
import type { Settings } from '../platform/settings.ts';
import type { Plan, Progress } from '../worker/progress.ts';
import type { BackupResult } from '../worker/results.ts';

/** A disk that is there now. */
export interface SeenDisk {
  /** Names this insertion of this card; another card behind the same id, or the same card put in again, has another key. */
  readonly key: string;
  readonly disk: Disk;
  readonly verdict: Verdict;
  readonly glance: Glance;
  /** As what the user has been told of it. */
  readonly announced: 'no' | 'removable' | 'pi';
}

export interface Job {
  readonly id: string;
  /** The disk id it started on. */
  readonly disk: string;
  /** The key of the insertion it started on. */
  readonly card: string;
  /** The card's weak identity as one line: by this, a retry finds the card again behind another id. */
  readonly identity: string;
  readonly title: string;
  readonly state: JobState;
  /** Null until the map of the card is known. */
  readonly plan: PlanView | null;
  readonly warnings: readonly string[];
}

export type Leftover = Snapshot['leftovers'][number];

export interface DeskState {
  readonly disks: readonly SeenDisk[];
  /** Keys and titles of cards seen lately, the newest last: to say which card a late command meant. */
  readonly known: readonly { readonly key: string; readonly title: string }[];
  /** How many insertions and jobs there have been; makes their names. */
  readonly insertions: number;
  readonly started: number;
  /** Whether the disks were ever listed: what is there at the first look was not inserted just now. */
  readonly looked: boolean;
  readonly jobs: readonly Job[];
  readonly leftovers: readonly Leftover[];
  readonly settings: Settings;
  readonly trouble: Problem | null;
}

/** Everything that can happen to the desk. */
export type DeskInput =
  | {
      readonly input: 'listed';
      readonly disks: readonly Disk[];
      readonly context: SelectionContext;
    }
  | { readonly input: 'unlistable'; readonly error: PiKeepError }
  | { readonly input: 'started'; readonly card: string }
  | { readonly input: 'progressed'; readonly job: string; readonly progress: Progress }
  | { readonly input: 'planned'; readonly job: string; readonly plan: Plan }
  | { readonly input: 'warned'; readonly job: string; readonly text: string }
  | { readonly input: 'cancelling'; readonly job: string }
  | {
      readonly input: 'finished';
      readonly job: string;
      readonly result: BackupResult;
      readonly place: string;
    }
  | { readonly input: 'failed'; readonly job: string; readonly error: PiKeepError }
  | { readonly input: 'dismissed'; readonly job: string }
  | { readonly input: 'ejected'; readonly card: string }
  | { readonly input: 'leftovers'; readonly leftovers: readonly Leftover[] }
  | { readonly input: 'settings'; readonly settings: Settings };

export function emptyState(settings: Settings): DeskState {
  return {
    disks: [],
    known: [],
    insertions: 0,
    started: 0,
    looked: false,
    jobs: [],
    leftovers: [],
    settings,
    trouble: null,
  };
}

export function isWorking(job: Job): boolean {
  return job.state.is === 'working';
}
