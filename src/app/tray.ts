/** What the tray shows, as a function of the snapshot alone. */

import type { JobState, JobView, Snapshot } from '../contract/panel.ts';
import { formatList, formatPercent } from '../language/format.ts';
import { say } from '../language/say.ts';

export interface TrayLook {
  /** A file in icons/tray without "Template.png". */
  readonly icon: string;
  readonly tooltip: string;
  /** Text beside the icon in the macOS menu bar; empty for none. */
  readonly title: string;
}

type Phase = Extract<JobState, { is: 'working' }>['phase'];

/** The ring of the working icons is drawn in this many steps, besides the empty one. */
export const RING_STEPS = 12;

interface Share {
  readonly from: number;
  readonly to: number;
}

const none: Share = { from: 0, to: 0 };
const nearlyAll: Share = { from: 99, to: 99 };

/** How much of a whole job each phase is, for one percentage that never runs backwards. */
const backupShare: Readonly<Record<Phase, Share>> = {
  opening: none,
  checking: none,
  writing: none,
  copying: { from: 0, to: 95 },
  // Most of the card has been read; how long the rest takes nobody knows.
  rescuing: { from: 95, to: 95 },
  proving: { from: 95, to: 99 },
  rereading: nearlyAll,
  filing: { from: 99, to: 100 },
};

const restoreShare: Readonly<Record<Phase, Share>> = {
  checking: { from: 0, to: 3 },
  opening: { from: 3, to: 3 },
  writing: { from: 3, to: 80 },
  proving: { from: 80, to: 99 },
  filing: { from: 99, to: 100 },
  copying: none,
  rescuing: none,
  rereading: nearlyAll,
};

const phaseShare = { backup: backupShare, restore: restoreShare, undo: restoreShare } as const;

export function trayLook(snapshot: Snapshot): TrayLook {
  const { icon, words, title } = lookAt(snapshot);
  return { icon, tooltip: `PiKeep – ${words}`, title };
}

/** The same in words, for the menu of the icon. */
export function trayWords(snapshot: Snapshot): string {
  return lookAt(snapshot).words;
}

interface Look {
  readonly icon: string;
  readonly words: string;
  readonly title: string;
}

/**
 * The most urgent thing wins: a failure, then running work, then a card that can be backed up, then a finished job.
 * A finished or failed job counts until it is dismissed, a finished one only as long as its card is in or no other is.
 */
function lookAt(snapshot: Snapshot): Look {
  const failed = snapshot.jobs.find((job) => job.state.is === 'failed');
  const working = snapshot.jobs.filter((job) => job.state.is === 'working');
  if (working.length > 0) return workingLook(working);
  if (failed?.state.is === 'failed') {
    return look('attention', say`${failed.title}: ${failed.state.problem.title}`);
  }
  if (snapshot.trouble) return look('attention', snapshot.trouble.title);

  const done = snapshot.jobs.filter(isDone);
  const waiting = snapshot.disks.filter((disk) => !done.some((job) => job.card === disk.card));
  const pi = waiting.find((disk) => disk.kind === 'pi') ?? waiting[0];
  if (pi) return look('card', say`${pi.title} can be backed up`);
  const last = done.at(-1);
  if (last?.state.is === 'done' && last.state.damage !== null) {
    return look('attention', say`${last.title} is backed up, but incomplete`);
  }
  if (last) return look('done', doneWords(last));
  return look('idle', say`Insert a Raspberry Pi card`);
}

function workingLook(working: readonly JobView[]): Look {
  const percents = working.map(percentDone);
  const percent = Math.min(...percents);
  const step = Math.floor((percent / 100) * RING_STEPS);
  const share = formatPercent(percent / 100);
  return {
    icon: `working-${step}`,
    words: workingWords(working, share),
    title: share,
  };
}

/** A backup needs no word: it is what is done nearly always. */
function workingWords(working: readonly JobView[], share: string): string {
  const [job] = working;
  const names = formatList(working.map(({ title }) => title));
  return working.length === 1 && job?.kind !== 'backup'
    ? say`${names} is being restored: ${share}`
    : say`${names}: ${share}`;
}

function doneWords({ kind, title }: JobView): string {
  switch (kind) {
    case 'backup':
      return say`${title} is backed up`;
    case 'restore':
      return say`${title} is restored`;
    case 'undo':
      return say`${title} is as it was before`;
  }
}

function isDone({ state }: JobView): boolean {
  return state.is === 'done' || state.is === 'restored' || state.is === 'undone';
}

/** 0 to 100, of the whole job. */
export function percentDone(job: JobView): number {
  if (job.state.is !== 'working') return isDone(job) ? 100 : 0;
  const { from, to } = phaseShare[job.kind][job.state.phase];
  const part = job.state.total > 0 ? Math.min(1, job.state.bytes / job.state.total) : 0;
  return Math.floor(from + (to - from) * part);
}

function look(icon: string, words: string): Look {
  return { icon, words, title: '' };
}
