/** What a screen reader says when something changes: the steps, and every tenth of the way; not each byte. */

import type { ErrandView, JobView, Problem, RestoreView, Snapshot } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { checkedWords, doingWords, isUnderWay, savedWords } from './errand-words.ts';
import { isCounted, phaseWords } from './phase.ts';
import { inARow, listed } from './words.ts';

export function spoken(snapshot: Snapshot): string {
  if (snapshot.restore) return page(snapshot.restore, snapshot.jobs);
  const isBusy = snapshot.jobs.some(({ state }) => state.is === 'working');
  // The whole is said again at every change: what has ended is not said with each tenth of a backup.
  const errands = isBusy ? snapshot.errands.filter(isUnderWay) : snapshot.errands;
  const words = errands.map(errand).filter((one) => one !== '');
  return inARow([...cards(snapshot), ...words]);
}

function cards({ jobs, disks }: Snapshot): string[] {
  if (jobs.length > 0) return jobs.map(job);
  const titles = disks.map((disk) => disk.title);
  return titles.length === 0 ? [] : [say`Ready to back up: ${listed(titles)}.`];
}

/** Where a restore stands before it has begun. */
function page({ step, chosen, targets }: RestoreView, jobs: Snapshot['jobs']): string {
  const target = targets.find(({ card }) => card === chosen?.card);
  const busy = jobs.find((one) => one.job === target?.job);
  if (busy) return job(busy);
  if (!chosen || !target) return say`Choose the card to write the backup to.`;
  const { state } = chosen;
  if (state.is === 'looking') return say`${target.title}: looking at the card.`;
  if (state.is === 'failed') return failed(target.title, state.problem);
  if (step === 'choose') return say`${target.title}: ${state.fit}`;
  const { lost, written } = state;
  return say`Overwrite ${lost.title}? ${lost.content} will be lost, ${written.title} will be written.`;
}

function job({ title, state, kind }: JobView): string {
  switch (state.is) {
    case 'working': {
      if (state.held && !state.cancelling) return say`${title}: waiting.`;
      return onItsWay(title, phaseWords(kind, state.phase), state, isCounted(state.phase));
    }
    case 'done':
      if (state.damage !== null) return say`${title}: backed up, but incomplete.`;
      return state.verified
        ? say`${title}: backed up and proven.`
        : say`${title}: backed up, not verified.`;
    case 'restored':
      return say`${title}: restored, read back and compared.`;
    case 'undone':
      return say`${title}: the card is as it was before.`;
    case 'failed':
      return failed(title, state.problem);
    case 'cancelled':
      return say`${title}: cancelled.`;
  }
}

/** Empty while there is nothing to say. */
function errand({ kind, title, state, isScheduled }: ErrandView): string {
  switch (state.is) {
    case 'waiting':
      return '';
    case 'working':
      // Nobody waits for a check that began by itself.
      return isScheduled ? '' : onItsWay(title, doingWords(kind), state, true);
    case 'checked':
      return say`${checkedWords(title, state)}.`;
    case 'saved':
      return say`${savedWords(state)}.`;
    case 'unpacked':
      return say`${say`Unpacked`}.`;
    case 'failed':
      return failed(title, state.problem);
    case 'cancelled':
      return say`${title}: cancelled.`;
  }
}

interface Progress {
  readonly bytes: number;
  readonly total: number;
  readonly cancelling: boolean;
}

function onItsWay(
  title: string,
  words: string,
  { bytes, total, cancelling }: Progress,
  isCountable: boolean,
): string {
  if (cancelling) return say`${title}: stopping.`;
  if (!isCountable) return say`${title}: ${words}.`;
  const tenths = total > 0 ? Math.floor((bytes / total) * 10) : 0;
  return say`${title}: ${words}, ${Math.min(tenths, 10) * 10} percent.`;
}

function failed(title: string, problem: Problem): string {
  return say`${title}: ${problem.title}. ${problem.next}`;
}
