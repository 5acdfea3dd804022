/** Says what the desk keeps in words once more, after another language was chosen. Pure. */

import { glance } from '../engine/pi-card.ts';
import { diskTitle } from '../engine/words/disk-title.ts';
import { isUnderWay, lastState } from './errand-steps.ts';
import { hold, jobTitle, warningWords } from './job-steps.ts';
import { failure, finished } from './outcome.ts';
import { planView } from './plan-view.ts';
import type { DeskState, Errand, Job, SeenDisk } from './state.ts';

/**
 * What is said by the view, or looked at anew by whoever owns the desk (the library), is left as it is. Cards that were looked
 * at for a restore are looked at again: the worker has said what is on them.
 */
export function sayAnew(state: DeskState): DeskState {
  const { disks, jobs, errands, restore, place } = state;
  return {
    ...state,
    disks: disks.map(diskAnew),
    jobs: jobs.map((job) => stateAnew(jobAnew(job), place)),
    errands: errands.map(errandAnew),
    restore: restore && { ...restore, surveys: {} },
  };
}

function diskAnew(seen: SeenDisk): SeenDisk {
  return { ...seen, glance: { ...seen.glance, title: diskTitle(glance(seen.disk).title) } };
}

function jobAnew(job: Job): Job {
  const { title, plan, warnings } = job.origins;
  return {
    ...job,
    title: jobTitle(title),
    plan: plan && planView(plan),
    warnings: warnings.map(warningWords),
  };
}

/** What happened to the card since the job ended stays as it is. */
function stateAnew(job: Job, place: DeskState['place']): Job {
  const { state, origins } = job;
  const { end } = origins;
  if (state.is === 'working') return state.held ? hold(job, origins.hold) : job;
  if (state.is === 'failed' && end?.input === 'failed') {
    const { problem, coach } = failure(end.error, place);
    const worksNow = state.coach?.worksNow ?? false;
    return {
      ...job,
      state: { ...state, problem, ...(coach && { coach: { ...coach, worksNow } }) },
    };
  }
  if ((state.is === 'done' || state.is === 'restored') && end?.input === 'finished') {
    const anew = finished(end);
    if (anew.is !== 'done' && anew.is !== 'restored') return job;
    return { ...job, state: { ...anew, ejected: state.ejected } };
  }
  return job;
}

function errandAnew(errand: Errand): Errand {
  const { end, state } = errand;
  return end === null || isUnderWay(state) ? errand : { ...errand, state: lastState(end) };
}
