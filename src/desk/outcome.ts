/** How jobs end: their last state, and what the user is told. Pure. */

import type { CardLeft, JobState } from '../contract/panel.ts';
import { isPiKeepError, type PiKeepError } from '../engine/errors.ts';
import { checkTitle } from '../engine/words/check-names.ts';
import type { CoachPlace } from '../engine/words/coach.ts';
import type { RestoreResult, SurveyResult } from '../worker/restore-results.ts';
import type { BackupResult } from '../worker/results.ts';
import { backupKey } from './backup-view.ts';
import { coachView } from './coach-view.ts';
import type { CardRef, DeskEvent } from './event.ts';
import { jobTitle, onWorkingJob } from './job-steps.ts';
import { plainText, saidText } from './plain-text.ts';
import { problemOf } from './problem.ts';
import { type DeskInput, type DeskState, isWorking, type Job } from './state.ts';
import { spendUnfinished } from './unfinished.ts';

interface Step {
  readonly state: DeskState;
  readonly events: readonly DeskEvent[];
}

const MAX_OUTCOMES = 10;
const MAX_CHECKS = 16;
const MAX_ADJUSTED = 16;
const MAX_TITLE = 120;
const MAX_SENTENCE = 400;
const MAX_PATH = 1024;
const MAX_WORDS = 2000;

export function finishJob(
  state: DeskState,
  input: Extract<DeskInput, { input: 'finished' }>,
): Step {
  const { job, result, place } = input;
  const title = jobTitle(result.title);
  const next = onWorkingJob(state, job, (one) => ({
    ...one,
    title,
    state: finished(input),
    origins: { ...one.origins, title: result.title, end: input },
  }));
  if (next === state) return { state, events: [] };
  const events = next.jobs.filter(({ id }) => id === job).map((one) => told(one, result, place));
  return { state: forgetOldOutcomes(next), events };
}

/** The last state of a job, in the language of now. */
export function finished({
  result,
  place,
}: Pick<Extract<DeskInput, { input: 'finished' }>, 'result' | 'place'>): JobState {
  if (result.task === 'backup') return backedUp(result, place);
  return result.task === 'restore' ? restored(result) : { is: 'undone' };
}

function backedUp(result: BackupResult, place: string): JobState {
  const { image, bytes, storedBytes, readBytes, seconds, ejected, verified } = result;
  const checks = result.checks.slice(0, MAX_CHECKS).map(({ name, ok, detail }) => ({
    name: plainText(checkTitle(name), MAX_TITLE),
    ok,
    detail: saidText(detail, MAX_SENTENCE),
  }));
  const backup = backupKey(image);
  const facts = { image, backup, place, bytes, storedBytes, readBytes, seconds, verified };
  const damage = result.unreadable && saidText(result.unreadable.words, MAX_WORDS);
  return { is: 'done', ...facts, damage, checks, ejected };
}

function restored(result: RestoreResult): JobState {
  const { bytes, mappedBytes, writtenBytes, skippedBytes, provenBytes, mapOrigin } = result;
  const { verified, seconds, growth, willGrow, ejected } = result;
  const facts = { bytes, mappedBytes, writtenBytes, skippedBytes, provenBytes, mapOrigin };
  return {
    is: 'restored',
    ...facts,
    verified,
    seconds,
    growth: growth && { ...growth, advice: saidText(growth.advice, MAX_SENTENCE) },
    willGrow,
    adjusted: result.adjusted.slice(0, MAX_ADJUSTED).map((one) => saidText(one, MAX_SENTENCE)),
    ejected,
    report: result.report.slice(0, MAX_PATH),
  };
}

function refOf({ disk, card }: Job): CardRef {
  return { disk, card };
}

function told(
  one: Job,
  result: Extract<DeskInput, { input: 'finished' }>['result'],
  place: string,
): DeskEvent {
  const { id: job, title, byItself } = one;
  const of = refOf(one);
  if (result.task === 'undo') return { happened: 'undo-done', job, of, title };
  if (result.task === 'restore') {
    const { provenBytes, seconds, ejected } = result;
    return { happened: 'restore-done', job, of, title, provenBytes, seconds, ejected };
  }
  const { image, bytes, storedBytes, seconds, ejected } = result;
  return {
    ...{ happened: 'job-done', job, of, title, image, place, bytes, storedBytes, seconds, ejected },
    byItself: byItself !== null,
    isIncomplete: result.unreadable !== null,
  };
}

/** What went wrong and what lets PiKeep in, in the language of now. */
export function failure(
  error: PiKeepError,
  place: CoachPlace,
): Pick<Extract<JobState, { is: 'failed' }>, 'problem' | 'coach'> {
  return { problem: problemOf(error), ...coachView(error, place) };
}

export function failJob(state: DeskState, input: Extract<DeskInput, { input: 'failed' }>): Step {
  const { job: id, error } = input;
  const job = state.jobs.find((one) => one.id === id && isWorking(one));
  if (!job) return { state, events: [] };
  const card = cardAfter(job);
  if (isPiKeepError(error, 'INTERRUPTED')) {
    const cancelled: JobState = {
      is: 'cancelled',
      card,
      canUndo: false,
      kept: input.kept === true,
    };
    return { state: end(state, input, cancelled), events: [] };
  }
  const said = failure(error, state.place);
  const failed: JobState = { is: 'failed', ...said, actions: actionsAfter(error), card };
  if (job.byItself !== null && isRefusal(error)) {
    const { title } = job;
    const refused: DeskEvent = { happened: 'hands-free-refused', job: id, of: refOf(job), title };
    return { state: end(state, input, failed), events: [refused] };
  }
  const event: DeskEvent = {
    happened: 'job-failed',
    job: id,
    of: refOf(job),
    kind: job.kind,
    card,
    title: job.title,
    code: error.code,
    problem: said.problem.title,
    next: said.problem.next,
  };
  return { state: end(spendUnfinished(state, job, error), input, failed), events: [event] };
}

/** Somebody said no, or nobody was there to say yes. */
function isRefusal(error: PiKeepError): boolean {
  return isPiKeepError(error, 'DIALOG_CANCELLED', 'NOT_AUTHORIZED', 'DOOR_UNAVAILABLE');
}

function end(
  state: DeskState,
  input: Extract<DeskInput, { input: 'failed' }>,
  last: JobState,
): DeskState {
  const ended = onWorkingJob(state, input.job, (job) => ({
    ...job,
    state: last,
    origins: { ...job.origins, end: input },
  }));
  return forgetOldOutcomes(ended);
}

/** By how far it had come: before the phase of writing nothing is written, and after it everything is. */
function cardAfter({ kind, state }: Job): CardLeft {
  if (kind === 'backup' || state.is !== 'working') return 'untouched';
  if (state.phase === 'writing') return 'unfinished';
  return state.phase === 'proving' || state.phase === 'filing' ? 'unproven' : 'untouched';
}

/** What a look at the card itself says counts more than how far its job seemed to have come. */
export function examineJob(state: DeskState, id: string, { target }: SurveyResult): DeskState {
  return {
    ...state,
    jobs: state.jobs.map((job) => {
      if (job.id !== id || job.kind === 'backup') return job;
      return { ...job, state: examined(job.state, target) };
    }),
  };
}

function examined(state: JobState, target: SurveyResult['target']): JobState {
  const { unfinished, canUndo } = target;
  if (state.is !== 'failed' && state.is !== 'cancelled') return state;
  const card = unfinished === null ? state.card : 'unfinished';
  if (state.is === 'cancelled') return { ...state, card, canUndo };
  const others = state.actions.filter((action) => action !== 'undo');
  return { ...state, card, actions: canUndo ? [...others, 'undo'] : others };
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
    case 'FAKE_CAPACITY':
    case 'UNDO_IMPOSSIBLE':
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
