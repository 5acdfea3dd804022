/** Cards that could not be opened are looked at again when the user comes back: a switch may have been found meanwhile. */

import type { AccessLook, CardAccess } from '../platform/ports.ts';
import { cardOf } from './choice.ts';
import { type DeskInput, type DeskState, isWorking, type Job } from './state.ts';

export interface LookAgainOptions {
  readonly access: CardAccess;
  readonly state: () => DeskState;
  readonly apply: (input: DeskInput) => void;
}

/** Never rejects; a card that cannot be looked at stays as it was. */
export async function lookAgain({ access, state, apply }: LookAgainOptions): Promise<void> {
  for (const job of state().jobs.filter(mayLook)) {
    const seen = cardOf(state(), job);
    if (!seen) continue;
    const look = await access.look(seen.disk);
    if (look !== 'unknown') apply({ input: 'accessed', job: job.id, look });
  }
}

/**
 * Only a card that somebody asked to have opened, so that macOS has put its question already: nothing here may be the first
 * to touch a card.
 */
function mayLook(job: Job): boolean {
  return job.byItself === null && coachOf(job) !== null && !isWorking(job);
}

function coachOf({ state }: Job) {
  return state.is === 'failed' ? (state.coach ?? null) : null;
}

export function noteAccess(
  state: DeskState,
  { job, look }: Extract<DeskInput, { input: 'accessed' }>,
): DeskState {
  const jobs = state.jobs.map((one) => {
    const coach = coachOf(one);
    if (one.id !== job || one.state.is !== 'failed' || !coach) return one;
    const worksNow = isRemoved(coach.kind, look);
    if (worksNow === coach.worksNow) return one;
    return { ...one, state: { ...one.state, coach: { ...coach, worksNow } } };
  });
  return { ...state, jobs };
}

/** Whether what stood in the way does not any more. That a dialog will still come up is no obstacle. */
function isRemoved(kind: string, look: AccessLook): boolean {
  if (look === 'open') return kind === 'privacy' || kind === 'access' || kind === 'busy';
  return look === 'closed' && kind === 'privacy';
}
