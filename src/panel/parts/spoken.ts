/** What a screen reader says when something changes: the steps, and every tenth of the way; not each byte. */

import type { JobView, RestoreView, Snapshot } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { isUnderWay, spokenErrand } from './errand-words.ts';
import { isCounted, phaseWords } from './phase.ts';
import { inARow, listed } from './words.ts';

export function spoken(snapshot: Snapshot): string {
  if (snapshot.restore) return page(snapshot.restore, snapshot.jobs);
  const isBusy = snapshot.jobs.some(({ state }) => state.is === 'working');
  // The whole is said again at every change: what has ended is not said with each tenth of a backup.
  const errands = isBusy ? snapshot.errands.filter(isUnderWay) : snapshot.errands;
  const words = errands.map(spokenErrand).filter((one) => one !== '');
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
  if (state.is === 'failed')
    return say`${target.title}: ${state.problem.title}. ${state.problem.next}`;
  if (step === 'choose') return say`${target.title}: ${state.fit}`;
  const { lost, written } = state;
  return say`Overwrite ${lost.title}? ${lost.content} will be lost, ${written.title} will be written.`;
}

function job({ title, state, kind }: JobView): string {
  switch (state.is) {
    case 'working': {
      if (state.cancelling) return say`${title}: stopping.`;
      if (state.held) return say`${title}: waiting.`;
      if (!isCounted(state.phase)) return say`${title}: ${phaseWords(kind, state.phase)}.`;
      const tenths = state.total > 0 ? Math.floor((state.bytes / state.total) * 10) : 0;
      return say`${title}: ${phaseWords(kind, state.phase)}, ${Math.min(tenths, 10) * 10} percent.`;
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
      return say`${title}: ${state.problem.title}. ${state.problem.next}`;
    case 'cancelled':
      return say`${title}: cancelled.`;
  }
}
