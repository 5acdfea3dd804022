/** `step(state, input)`: the only place where the desk's state changes. Pure; effects are `desk.ts`'s business. */

import type { JobState, Problem } from '../contract/panel.ts';
import { weakIdentity, weakIdentityText } from '../engine/disk.ts';
import { isPiKeepError, type PiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import type { Progress } from '../worker/progress.ts';
import type { DeskEvent } from './event.ts';
import { takeListing } from './insertion.ts';
import { plainText } from './plain-text.ts';
import { planView } from './plan-view.ts';
import { type DeskInput, type DeskState, isWorking, type Job, type SeenDisk } from './state.ts';

export interface Step {
  readonly state: DeskState;
  /** What the user is to be told, in order. */
  readonly events: readonly DeskEvent[];
}

const MAX_WARNINGS = 8;
const MAX_OUTCOMES = 10;
const MAX_CHECKS = 16;
const MAX_TITLE = 120;
const MAX_SENTENCE = 400;
const MAX_MESSAGE = 2000;

export function step(state: DeskState, input: DeskInput): Step {
  switch (input.input) {
    case 'listed':
      return announce(state, { ...state, ...takeListing(state, input.disks, input.context) });
    case 'unlistable':
      return quiet({ ...state, trouble: problemOf(input.error) });
    case 'started':
      return quiet(startJob(state, input.card));
    case 'progressed':
      return quiet(onWorkingJob(state, input.job, (job) => advance(job, input.progress)));
    case 'planned':
      return quiet(
        onWorkingJob(state, input.job, (job) => ({ ...job, plan: planView(input.plan) })),
      );
    case 'warned':
      return quiet(onWorkingJob(state, input.job, (job) => warn(job, input.text)));
    case 'cancelling':
      return quiet(onWorkingJob(state, input.job, markCancelling));
    case 'finished':
      return finishJob(state, input);
    case 'failed':
      return failJob(state, input.job, input.error);
    case 'dismissed':
      return quiet({
        ...state,
        jobs: state.jobs.filter((job) => job.id !== input.job || isWorking(job)),
      });
    case 'ejected':
      return quiet({ ...state, jobs: state.jobs.map((job) => markEjected(job, input.card)) });
    case 'leftovers':
      return quiet({ ...state, leftovers: input.leftovers });
    case 'settings':
      return quiet({ ...state, settings: input.settings });
  }
}

/** An error in words, as the panel shows it. */
export function problemOf(error: PiKeepError): Problem {
  const { title, message, next } = explain(error);
  return {
    code: error.code,
    title: plainText(title, MAX_TITLE),
    message: plainText(message, MAX_MESSAGE),
    next: plainText(next, MAX_SENTENCE),
  };
}

function quiet(state: DeskState): Step {
  return { state, events: [] };
}

/**
 * One notice for each insertion, none for cards that were there before PiKeep looked first. A card announced as a plain
 * disk, because the system had not read its partitions yet, is announced once more when it turns out to be a Pi's.
 */
function announce(before: DeskState, listed: DeskState): Step {
  const events: DeskEvent[] = [];
  const disks = listed.disks.map((seen): SeenDisk => {
    if (!seen.verdict.offer) return seen;
    const kind = seen.glance.pi === 'no' ? 'removable' : 'pi';
    if (seen.announced === kind || seen.announced === 'pi') return seen;
    if (before.looked) {
      const { id: disk, bytes } = seen.disk;
      events.push({
        happened: 'card-appeared',
        disk,
        title: plainText(seen.glance.title, MAX_TITLE),
        kind,
        bytes,
      });
    }
    return { ...seen, announced: kind };
  });
  return { state: { ...listed, disks, looked: true, trouble: null }, events };
}

function startJob(state: DeskState, card: string): DeskState {
  const seen = state.disks.find(({ key }) => key === card);
  if (!seen) return state;
  const started = state.started + 1;
  const job: Job = {
    id: `job-${started}`,
    disk: seen.disk.id,
    card,
    identity: weakIdentityText(weakIdentity(seen.disk)),
    title: plainText(seen.glance.title, MAX_TITLE),
    state: {
      is: 'working',
      phase: 'opening',
      bytes: 0,
      total: seen.disk.bytes,
      bytesPerSecond: null,
      secondsLeft: null,
      cancelling: false,
    },
    plan: null,
    warnings: [],
  };
  // The outcome of an earlier try on this card or in this place has had its day.
  const others = state.jobs.filter(
    (one) => isWorking(one) || (one.disk !== job.disk && one.identity !== job.identity),
  );
  return { ...state, started, jobs: [...others, job] };
}

function onWorkingJob(state: DeskState, id: string, change: (job: Job) => Job): DeskState {
  if (!state.jobs.some((job) => job.id === id && isWorking(job))) return state;
  return { ...state, jobs: state.jobs.map((job) => (job.id === id ? change(job) : job)) };
}

function advance(job: Job, progress: Progress): Job {
  if (job.state.is !== 'working') return job;
  const { bytes, total, bytesPerSecond, secondsLeft } = progress;
  const phase = progress.phase === 'reading' ? 'opening' : progress.phase;
  return { ...job, state: { ...job.state, phase, bytes, total, bytesPerSecond, secondsLeft } };
}

function warn(job: Job, given: string): Job {
  const text = plainText(given, MAX_SENTENCE);
  if (job.warnings.includes(text) || job.warnings.length >= MAX_WARNINGS) return job;
  return { ...job, warnings: [...job.warnings, text] };
}

function markCancelling(job: Job): Job {
  if (job.state.is !== 'working') return job;
  return { ...job, state: { ...job.state, cancelling: true } };
}

function markEjected(job: Job, card: string): Job {
  if (job.card !== card || job.state.is !== 'done') return job;
  return { ...job, state: { ...job.state, ejected: true } };
}

function finishJob(state: DeskState, input: Extract<DeskInput, { input: 'finished' }>): Step {
  const { result, place } = input;
  const { image, bytes, storedBytes, readBytes, seconds, ejected, verified } = result;
  const title = plainText(result.title, MAX_TITLE);
  const checks = result.checks.slice(0, MAX_CHECKS).map(({ name, ok, detail }) => ({
    name: plainText(name, MAX_TITLE),
    ok,
    detail: plainText(detail, MAX_SENTENCE),
  }));
  const done: JobState = {
    is: 'done',
    image,
    place,
    bytes,
    storedBytes,
    readBytes,
    seconds,
    verified,
    checks,
    ejected,
  };
  const next = onWorkingJob(state, input.job, (job) => ({ ...job, title, state: done }));
  if (next === state) return quiet(state);
  const event: DeskEvent = {
    happened: 'job-done',
    job: input.job,
    title,
    image,
    place,
    bytes,
    storedBytes,
    seconds,
    ejected,
  };
  return { state: forgetOldOutcomes(next), events: [event] };
}

function failJob(state: DeskState, id: string, error: PiKeepError): Step {
  const job = state.jobs.find((one) => one.id === id && isWorking(one));
  if (!job) return quiet(state);
  if (isPiKeepError(error, 'INTERRUPTED')) {
    return quiet(onWorkingJob(state, id, (one) => ({ ...one, state: { is: 'cancelled' } })));
  }
  const problem = problemOf(error);
  const failed: JobState = { is: 'failed', problem, actions: actionsAfter(error) };
  const next = onWorkingJob(state, id, (one) => ({ ...one, state: failed }));
  const event: DeskEvent = {
    happened: 'job-failed',
    job: id,
    title: job.title,
    code: error.code,
    problem: problem.title,
    next: problem.next,
  };
  return { state: forgetOldOutcomes(next), events: [event] };
}

type Action = Extract<JobState, { is: 'failed' }>['actions'][number];

function actionsAfter(error: PiKeepError): Action[] {
  switch (error.code) {
    case 'UNMOUNT_REFUSED':
      return ['retry', 'force-unmount'];
    case 'PRIVACY_REFUSED':
      return ['open-privacy-settings', 'retry'];
    case 'PROTECTED_DISK':
    case 'NOT_A_CARD':
    case 'IDENTITY_CHANGED':
    case 'UNSUPPORTED':
      return [];
    default:
      return ['retry'];
  }
}

/** A long evening of cards must not make the snapshot grow without end. */
function forgetOldOutcomes(state: DeskState): DeskState {
  const outcomes = state.jobs.filter((job) => !isWorking(job));
  const forgotten = new Set(outcomes.slice(0, Math.max(0, outcomes.length - MAX_OUTCOMES)));
  if (forgotten.size === 0) return state;
  return { ...state, jobs: state.jobs.filter((job) => !forgotten.has(job)) };
}
