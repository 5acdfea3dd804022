/** What happens to jobs while they run: pure steps from one state to the next. */

import { weakIdentity, weakIdentityText } from '../engine/disk.ts';
import { glance } from '../engine/pi-card.ts';
import { diskTitle } from '../engine/words/disk-title.ts';
import { fullDiskWords } from '../engine/words/held.ts';
import { stallingWords } from '../engine/words/stall.ts';
import type { Progress } from '../worker/progress.ts';
import { type Hold, noOrigins } from './job-origins.ts';
import { plainText, saidText } from './plain-text.ts';
import { noteSpeed } from './speeds.ts';
import {
  type DeskInput,
  type DeskState,
  isRewriting,
  isWorking,
  type Job,
  type SeenDisk,
} from './state.ts';

const MAX_WARNINGS = 8;
const MAX_TITLE = 120;
const MAX_SENTENCE = 400;

export function startJob(
  state: DeskState,
  { card, order }: Extract<DeskInput, { input: 'started' }>,
): DeskState {
  const seen = state.disks.find(({ key }) => key === card);
  if (!seen) return state;
  const started = state.started + 1;
  const weak = weakIdentity(seen.disk);
  const title = order.kind === 'backup' ? glance(seen.disk).title : order.title;
  const job: Job = {
    id: `job-${started}`,
    kind: order.kind,
    disk: seen.disk.id,
    card,
    identity: weakIdentityText(weak),
    weak,
    continues: order.kind === 'backup' ? (order.continues ?? null) : null,
    title: jobTitle(title),
    image: order.kind === 'backup' ? null : order.image,
    byItself: order.kind === 'backup' ? (order.byItself ?? null) : null,
    state: {
      is: 'working',
      phase: order.kind === 'restore' ? 'checking' : 'opening',
      bytes: 0,
      total: seen.disk.bytes,
      bytesPerSecond: null,
      secondsLeft: null,
      cancelling: false,
    },
    plan: null,
    warnings: [],
    origins: { title, ...noOrigins },
  };
  // The outcome of an earlier try on this card or in this place has had its day.
  const others = state.jobs.filter(
    (one) => isWorking(one) || (one.disk !== job.disk && one.identity !== job.identity),
  );
  // Whoever begins something with a card has decided what becomes of it.
  const disks = state.disks.map((one) => (one === seen ? { ...one, undecidedSince: null } : one));
  return { ...state, started, disks, jobs: [...others, job] };
}

/** Of a card, as files have it. */
export function jobTitle(title: string): string {
  return plainText(diskTitle(title), MAX_TITLE);
}

/** Late messages of a job that has ended change nothing. */
export function onWorkingJob(state: DeskState, id: string, change: (job: Job) => Job): DeskState {
  if (!state.jobs.some((job) => job.id === id && isWorking(job))) return state;
  return { ...state, jobs: state.jobs.map((job) => (job.id === id ? change(job) : job)) };
}

export function advance(job: Job, progress: Progress): Job {
  if (job.state.is !== 'working') return job;
  const { bytes, total, bytesPerSecond, secondsLeft } = progress;
  const phase = progress.phase === 'reading' ? 'opening' : progress.phase;
  const { speeds, ...before } = job.state;
  const known = goesOn(before.phase, phase) ? (speeds ?? []) : [];
  const now = noteSpeed(known, progress);
  const state = { ...before, phase, bytes, total, bytesPerSecond, secondsLeft };
  return { ...job, state: now.length === 0 ? state : { ...state, speeds: [...now] } };
}

/** Bad places are tried again in the midst of copying, which then goes on where it was. */
function goesOn(before: Progress['phase'], phase: Progress['phase']): boolean {
  return before === phase || before === 'rescuing' || phase === 'rescuing';
}

/** Why it waits, or null again. */
export function hold(job: Job, why: Hold | null): Job {
  if (job.state.is !== 'working') return job;
  const origins = { ...job.origins, hold: why };
  const held = why && { why: why.why, text: plainText(holdWords(why), MAX_SENTENCE) };
  return { ...job, origins, state: { ...job.state, held } };
}

function holdWords(hold: Hold): string {
  return hold.why === 'stalled' ? stallingWords(hold) : fullDiskWords(hold);
}

export function warn(job: Job, given: string): Job {
  const { warnings, origins } = job;
  const text = warningWords(given);
  if (warnings.includes(text) || warnings.length >= MAX_WARNINGS) return job;
  return {
    ...job,
    warnings: [...warnings, text],
    origins: { ...origins, warnings: [...origins.warnings, given] },
  };
}

export function warningWords(given: string): string {
  return saidText(given, MAX_SENTENCE);
}

export function markCancelling(job: Job): Job {
  if (job.state.is !== 'working') return job;
  return { ...job, state: { ...job.state, cancelling: true } };
}

export function markEjected(job: Job, card: string): Job {
  const { state } = job;
  if (job.card !== card || (state.is !== 'done' && state.is !== 'restored')) return job;
  return { ...job, state: { ...state, ejected: true } };
}

/** A card that is being written over looks different from one listing to the next; its job is to know it afterwards. */
export function followRewritten(jobs: readonly Job[], disks: readonly SeenDisk[]): readonly Job[] {
  return jobs.map((job) => {
    const seen = isRewriting(job) ? disks.find(({ key }) => key === job.card) : undefined;
    if (!seen) return job;
    const identity = weakIdentityText(weakIdentity(seen.disk));
    return identity === job.identity ? job : { ...job, identity };
  });
}
