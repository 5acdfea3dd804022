/** What becomes of backups that begin by themselves. Pure. */

import type { DeskEvent } from './event.ts';
import type { DeskState } from './state.ts';

interface Step {
  readonly state: DeskState;
  readonly events: readonly DeskEvent[];
}

export function decide(state: DeskState, card: string): DeskState {
  const seen = state.disks.find(
    ({ key, undecidedSince }) => key === card && undecidedSince !== null,
  );
  if (!seen) return state;
  const decided = { ...seen, undecidedSince: null };
  return { ...state, disks: state.disks.map((one) => (one === seen ? decided : one)) };
}

/** The user hears of it once; whoever runs the job ends it. */
export function leaveUnanswered(state: DeskState, id: string): Step {
  const job = state.jobs.find((one) => one.id === id && one.byItself !== null);
  if (job?.state.is !== 'working' || job.state.phase !== 'opening' || job.state.cancelling) {
    return { state, events: [] };
  }
  const { disk, card, title } = job;
  const stopping = { ...job, state: { ...job.state, cancelling: true } };
  return {
    state: { ...state, jobs: state.jobs.map((one) => (one === job ? stopping : one)) },
    events: [{ happened: 'hands-free-refused', job: id, of: { disk, card }, title }],
  };
}
