/** The desk's state as the panel sees it. Pure. */

import { basename } from 'node:path';
import type { ErrandView, JobView, Snapshot } from '../contract/panel.ts';
import { diskTitle } from '../engine/words/disk-title.ts';
import { say } from '../language/say.ts';
import { currentTongue } from '../language/use-language.ts';
import type { Leftover } from '../library/leftovers.ts';
import { settingsWarningWords } from '../platform/settings.ts';
import { backupKey, backupView } from './backup-view.ts';
import { diskView, piFirst, refusedView } from './disk-view.ts';
import { firstTimeView } from './first-time.ts';
import { plainText } from './plain-text.ts';
import { problemOf } from './problem.ts';
import { restoreView } from './restore-view.ts';
import { type DeskState, type Errand, isWorking, type Job } from './state.ts';
import { unfinishedOfJob, unfinishedView } from './unfinished.ts';

/** What does not change while a desk lives. */
export interface Surroundings {
  readonly version: string;
  readonly where: 'electron' | 'browser';
  /** A line about what is watched. */
  readonly source: string;
  readonly home: string;
  /** Shows the pages of the first start, if they were never seen. */
  readonly welcomes?: boolean;
}

/** Together they keep a snapshot below the size that a message may have, whatever is on the cards. */
const MAX_DISKS = 32;
const MAX_LEFTOVERS = 32;
const MAX_BACKUPS = 32;
const MAX_PICTURES = 12;
const MAX_NAME = 160;
const MAX_PATH = 1024;

export function view(state: DeskState, revision: number, surroundings: Surroundings): Snapshot {
  const { version, where, source, home } = surroundings;
  const { library, ejectWhenDone, showOtherExternal, remindDays } = state.settings;
  const { settingsRevision, settingsWarning } = state;
  const warning = settingsWarning && plainText(settingsWarningWords(settingsWarning), MAX_PATH);
  // What was seen before the trouble is not known to be there now.
  const disks = state.trouble ? [] : state.disks.slice(0, MAX_DISKS);
  const drawn = withPicture(state.jobs);
  return {
    revision,
    tool: { version, where, source: plainText(source, MAX_PATH), ...currentTongue() },
    library: plainText(tilde(library, home), MAX_PATH),
    disks: disks
      .filter((seen) => seen.verdict.offer)
      .map((seen) => diskView(state, seen))
      .sort(piFirst),
    refused: disks.flatMap((seen) => refusedView(seen, state.settings)),
    jobs: state.jobs.map((job) => jobView(state, job, drawn.has(job.id))),
    errands: state.errands.map(errandView),
    backups: state.backups.slice(0, MAX_BACKUPS).map(backupView),
    moreBackups: Math.max(0, state.backups.length - MAX_BACKUPS),
    libraryRevision: state.shelf.revision,
    restore: restoreView(state),
    leftovers: state.leftovers.slice(0, MAX_LEFTOVERS).map(leftoverView),
    settings: {
      ejectWhenDone,
      showOtherExternal,
      remindDays,
      revision: settingsRevision,
      warning,
    },
    firstTime: firstTimeView(state, surroundings.welcomes ?? false),
    trouble: state.trouble && problemOf(state.trouble),
  };
}

/** `slot`: the folder that stands in for the card reader; null for the machine's own disks. */
export function sourceWords(slot: string | null, home: string): string {
  return slot === null
    ? say`Watching this computer’s card readers`
    : say`Watching the folder ${tilde(slot, home)}`;
}

/** A path with the user's home folder written as "~". */
export function tilde(path: string, home: string): string {
  if (path === home) return '~';
  return home !== '' && home !== '/' && path.startsWith(`${home}/`)
    ? `~${path.slice(home.length)}`
    : path;
}

function leftoverView(leftover: Leftover): Snapshot['leftovers'][number] {
  const { file, name, storedBytes } = leftover;
  return { file, name, storedBytes, unfinished: unfinishedView(leftover) };
}

function jobView(desk: DeskState, job: Job, isDrawn: boolean): JobView {
  const { id, kind, disk, card, title, image, state, plan, warnings } = job;
  return {
    job: id,
    kind,
    disk,
    card,
    title,
    image: image === null ? null : plainText(basename(image), MAX_NAME),
    state,
    plan: isDrawn ? plan : null,
    warnings: [...warnings],
    unfinished: unfinishedView(unfinishedOfJob(desk, job)),
  };
}

function errandView(errand: Errand): ErrandView {
  const { id, kind, image, isScheduled, state } = errand;
  const title = plainText(diskTitle(errand.title), MAX_NAME);
  const name = plainText(basename(image), MAX_NAME);
  return { errand: id, kind, backup: backupKey(image), title, name, isScheduled, state };
}

/** Jobs that are shown with the picture of their card: those that run, then the latest. */
function withPicture(jobs: readonly Job[]): ReadonlySet<string> {
  const newestFirst = jobs
    .filter(({ plan, state }) => plan !== null && (state.is === 'working' || state.is === 'done'))
    .toReversed();
  const wanted = [...newestFirst.filter(isWorking), ...newestFirst];
  return new Set(wanted.slice(0, MAX_PICTURES).map(({ id }) => id));
}
