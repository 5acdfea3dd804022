/** What a screen reader says when something changes: the steps, and every tenth of the way; not each byte. */

import type { JobView, Snapshot } from '../contract/panel.ts';
import { isCounted, phaseWords } from './phase.ts';

export function spoken(snapshot: Snapshot): string {
  const jobs = snapshot.jobs.map(job);
  if (jobs.length > 0) return jobs.join(' ');
  const titles = snapshot.disks.map((disk) => disk.title);
  return titles.length === 0 ? '' : `Ready to back up: ${titles.join(', ')}.`;
}

function job({ title, state }: JobView): string {
  switch (state.is) {
    case 'working': {
      if (state.cancelling) return `${title}: stopping.`;
      if (!isCounted(state.phase)) return `${title}: ${phaseWords[state.phase]}.`;
      const tenths = state.total > 0 ? Math.floor((state.bytes / state.total) * 10) : 0;
      return `${title}: ${phaseWords[state.phase]}, ${Math.min(tenths, 10) * 10} percent.`;
    }
    case 'done':
      return `${title}: ${state.verified ? 'backed up and proven' : 'backed up, not verified'}.`;
    case 'restored':
      return `${title}: restored, read back and compared.`;
    case 'undone':
      return `${title}: the card is as it was before.`;
    case 'failed':
      return `${title}: ${state.problem.title}. ${state.problem.next}`;
    case 'cancelled':
      return `${title}: cancelled.`;
  }
}
