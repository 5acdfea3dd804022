/** `step(state, input)`: the only place where the desk's state changes. Pure; effects are `desk.ts`'s business. */

import { changeErrands } from './errand-steps.ts';
import type { DeskEvent } from './event.ts';
import { decide, leaveUnanswered } from './hands-free-steps.ts';
import { takeListing } from './insertion.ts';
import { noteInside, noteSurvey } from './inside.ts';
import {
  advance,
  followRewritten,
  hold,
  markCancelling,
  markEjected,
  onWorkingJob,
  startJob,
  warn,
} from './job-steps.ts';
import { remind, takeLibrary } from './library-steps.ts';
import { noteAccess } from './look-again.ts';
import { examineJob, failJob, finishJob } from './outcome.ts';
import { plainText } from './plain-text.ts';
import { planView } from './plan-view.ts';
import { historyWords } from './recognition.ts';
import { changeRestore, settleRestore } from './restore-page.ts';
import { sayAnew } from './say-anew.ts';
import { type DeskInput, type DeskState, isRewriting, isWorking, type SeenDisk } from './state.ts';

export interface Step {
  readonly state: DeskState;
  /** What the user is to be told, in order. */
  readonly events: readonly DeskEvent[];
}

const MAX_TITLE = 120;

export function step(before: DeskState, input: DeskInput): Step {
  const { state, events } = change(before, input);
  return state === before ? { state, events } : { state: settleRestore(before, state), events };
}

function change(state: DeskState, input: DeskInput): Step {
  switch (input.input) {
    case 'listed':
      return announce(state, { ...state, ...takeListing(state, input.disks, input.context) });
    case 'unlistable':
      return quiet({ ...state, trouble: input.error });
    case 'started':
      return quiet(startJob(state, input));
    case 'progressed':
      return quiet(onWorkingJob(state, input.job, (job) => advance(job, input.progress)));
    case 'held':
      return quiet(onWorkingJob(state, input.job, (job) => hold(job, input.hold)));
    case 'planned':
      return quiet(
        onWorkingJob(state, input.job, (job) => ({
          ...job,
          plan: planView(input.plan),
          origins: { ...job.origins, plan: input.plan },
        })),
      );
    case 'warned':
      return quiet(onWorkingJob(state, input.job, (job) => warn(job, input.text)));
    case 'cancelling':
      return quiet(onWorkingJob(state, input.job, markCancelling));
    case 'finished':
      return finishJob(state, input);
    case 'failed':
      return failJob(state, input);
    case 'examined':
      return quiet(examineJob(state, input.job, input.result));
    case 'accessed':
      return quiet(noteAccess(state, input));
    case 'dismissed':
      return quiet({
        ...state,
        jobs: state.jobs.filter((job) => job.id !== input.job || isWorking(job)),
      });
    case 'ejected':
      return quiet({ ...state, jobs: state.jobs.map((job) => markEjected(job, input.card)) });
    case 'leftovers':
      return quiet({ ...state, leftovers: input.leftovers });
    case 'ticked':
      return quiet({ ...state, now: input.now });
    case 'library':
      return quiet(takeLibrary(state, input));
    case 'looked-inside':
      return quiet({ ...state, inside: noteInside(state, input.card, input) });
    case 'surveyed': {
      const { card, survey } = input;
      const inside = survey.is === 'ready' ? noteSurvey(state, card, survey.result) : state.inside;
      return quiet(changeRestore({ ...state, inside }, input));
    }
    case 'reminded':
      return quiet({ ...state, reminded: input.reminded });
    case 'remind':
      return remind(state, input);
    case 'decided':
      return quiet(decide(state, input.card));
    case 'unanswered':
      return leaveUnanswered(state, input.job);
    case 'errand-added':
    case 'errand-begun':
    case 'errand-progressed':
    case 'errand-cancelling':
    case 'errand-finished':
    case 'errand-failed':
    case 'errand-dismissed':
      return changeErrands(state, input);
    case 'settings':
      return quiet({
        ...state,
        settings: input.settings,
        settingsRevision: state.settingsRevision + 1,
      });
    case 'language':
      return quiet(sayAnew(state));
    case 'settings-warned':
      return quiet({ ...state, settingsWarning: input.warning });
    default:
      return quiet(changeRestore(state, input));
  }
}

function quiet(state: DeskState): Step {
  return { state, events: [] };
}

/**
 * One notice for each insertion, none for cards that were there before PiKeep looked first. A card announced as a plain
 * disk, because the system had not read its partitions yet, is announced once more when it turns out to be a Pi's; but not
 * when it becomes one because a backup is being restored to it.
 */
function announce(before: DeskState, listed: DeskState): Step {
  const events: DeskEvent[] = [];
  const disks = listed.disks.map((seen): SeenDisk => {
    if (!seen.verdict.offer) return seen;
    const kind = seen.glance.pi === 'no' ? 'removable' : 'pi';
    if (seen.announced === kind || seen.announced === 'pi') return seen;
    const isRewritten = listed.jobs.some((job) => isRewriting(job) && job.card === seen.key);
    if (before.looked && !isRewritten) {
      const { id: disk, bytes } = seen.disk;
      events.push({
        happened: 'card-appeared',
        disk,
        card: seen.key,
        title: plainText(seen.glance.title, MAX_TITLE),
        kind,
        bytes,
        history: historyWords(listed, seen),
        isUnproven: seen.disk.unproven !== undefined,
      });
    }
    return { ...seen, announced: kind };
  });
  const jobs = followRewritten(listed.jobs, disks);
  return { state: { ...listed, disks, jobs, looked: true, trouble: null }, events };
}
