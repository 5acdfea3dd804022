/** Lives of a desk: what a user, the disks and the workers can do, in any order, made by chance. */

import fc from 'fast-check';
import { chooseAgain, chooseCard, chooseOffered } from '../../src/desk/choice.ts';
import { confirmRestore, requireCurrent } from '../../src/desk/confirmation.ts';
import type { DeskEvent } from '../../src/desk/event.ts';
import { identityOf, tokenOf } from '../../src/desk/restore-page.ts';
import { type DeskInput, type DeskState, emptyState } from '../../src/desk/state.ts';
import { step } from '../../src/desk/step.ts';
import type { Disk } from '../../src/engine/disk.ts';
import { isPiKeepError, PiKeepError } from '../../src/engine/errors.ts';
import type { BackupResult } from '../../src/worker/results.ts';
import { someSettings } from '../support/settings.ts';
import { context, piCard, planOf, stick, systemDisk } from './cards.ts';
import { backupOf, libraryOf, restored, surveyOf } from './restores.ts';

export const settings = someSettings({ library: '/h/PiKeep' });

const ids = ['sda', 'sdb', 'sdc'];
const text = fc.string({ maxLength: 3000, unit: 'binary' });

const disk: fc.Arbitrary<Disk> = fc
  .record({
    make: fc.constantFrom(piCard, piCard, stick, systemDisk),
    id: fc.constantFrom(...ids),
    mediaName: fc.option(fc.constantFrom('Reader', 'Other')),
    label: fc.option(text),
    known: fc.boolean(),
  })
  .map(({ make, id, mediaName, label, known }) => {
    const made = make(id, { mediaName });
    const partitions = made.partitions.map((part) => ({ ...part, label }));
    return known ? { ...made, partitions } : { ...made, partitions: [], tableId: null };
  });

const counted = [
  'backup',
  'retry',
  'eject',
  'dismiss',
  'cancel',
  'plan',
  'progress',
  'finish',
  'fail',
  'interrupt',
  'choose',
  'survey',
  'look failed',
  'start',
] as const;
const plain = ['open', 'review', 'back', 'close', 'trouble'] as const;

/** Numbers choose among what is there. */
export type Deed =
  | { readonly deed: 'list'; readonly disks: readonly Disk[] }
  | { readonly deed: (typeof counted)[number]; readonly which: number }
  | { readonly deed: 'warn'; readonly which: number; readonly text: string }
  | { readonly deed: (typeof plain)[number] };

const which = fc.nat(1);
const list = fc.record({
  deed: fc.constant('list' as const),
  disks: fc.uniqueArray(disk, { selector: ({ id }) => id }),
});
const counting = fc.record({ deed: fc.constantFrom(...counted), which });
const anything: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 3, arbitrary: list },
  { weight: 12, arbitrary: counting },
  { weight: 1, arbitrary: fc.record({ deed: fc.constant('warn' as const), which, text }) },
  { weight: 2, arbitrary: fc.record({ deed: fc.constantFrom(...plain) }) },
);

/** A restore as it should go, with whatever comes between the question and the answer. */
const restoring: fc.Arbitrary<readonly Deed[]> = fc
  .record({ which, between: fc.array(anything, { maxLength: 2 }), old: which })
  .map(({ which, between, old }) => [
    { deed: 'open' },
    { deed: 'choose', which },
    { deed: 'survey', which },
    { deed: 'review' },
    ...between,
    { deed: 'start', which: old },
  ]);

export const deeds = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: anything.map((one) => [one]) },
      { weight: 1, arbitrary: restoring },
    ),
    { minLength: 10, maxLength: 60 },
  )
  .map((parts): readonly Deed[] => parts.flat());

export interface Moment {
  readonly before: DeskState;
  readonly after: DeskState;
  readonly input: DeskInput;
  readonly events: readonly DeskEvent[];
  /** What a start was confirmed with. */
  readonly token: string | null;
}

export function live(deeds: readonly Deed[]): Moment[] {
  const backups = [backupOf(piCard('sdb'))];
  const moments: Moment[] = [];
  let state = step(emptyState(settings), libraryOf(backups)).state;
  /** Every token that was ever shown, the newest first: a page can send an old one. */
  let tokens: readonly string[] = [];
  for (const act of deeds) {
    const token = act.deed === 'start' ? (tokens[act.which] ?? null) : null;
    for (const input of inputsOf(state, act, token)) {
      const { state: after, events } = step(state, input);
      moments.push({ before: state, after, input, events, token });
      state = after;
    }
    const shown = tokenOf(state);
    if (shown !== null && shown !== tokens[0]) tokens = [shown, ...tokens];
  }
  return moments;
}

/** Runs `check` over many lives. */
export function always(check: (moments: readonly Moment[]) => void): void {
  fc.assert(
    fc.property(deeds, (lived) => check(live(lived))),
    { numRuns: 300 },
  );
}

/** Empty where the deed is refused or has nothing to be done to. */
function inputsOf(state: DeskState, act: Deed, token: string | null): readonly DeskInput[] {
  try {
    return 'which' in act ? countedInputs(state, act, token) : plainInputs(state, act);
  } catch (error) {
    if (isPiKeepError(error)) return [];
    throw error;
  }
}

function plainInputs(state: DeskState, act: Exclude<Deed, { which: number }>): DeskInput[] {
  switch (act.deed) {
    case 'list':
      return [{ input: 'listed', disks: act.disks, context }];
    case 'trouble':
      return [{ input: 'unlistable', error: new PiKeepError('TOOL_MISSING', { tool: 'lsblk' }) }];
    case 'open': {
      const [backup] = state.backups;
      if (!backup) return [];
      return [{ input: 'restore-opened', backup, chosen: null, forceUnmount: false }];
    }
    case 'review': {
      const token = tokenOf(state) ?? '';
      requireCurrent(state, token);
      return [{ input: 'restore-reviewed', token }];
    }
    case 'back':
      return [{ input: 'restore-back' }];
    case 'close':
      return [{ input: 'restore-closed' }];
  }
}

function countedInputs(
  state: DeskState,
  act: Extract<Deed, { which: number }>,
  token: string | null,
): DeskInput[] {
  const job = state.jobs[act.which];
  const seen = state.disks[act.which];
  const { restore } = state;
  switch (act.deed) {
    case 'backup':
    case 'eject': {
      if (!seen) return [];
      const { key: card } = chooseCard(state, seen.disk.id, seen.key);
      if (act.deed === 'eject') return [{ input: 'ejected', card }];
      return [{ input: 'started', card, order: { kind: 'backup' } }];
    }
    case 'choose':
      return seen
        ? [{ input: 'restore-chosen', card: chooseOffered(state, seen.disk.id, seen.key).key }]
        : [];
    case 'survey':
    case 'look failed': {
      if (!seen || !restore) return [];
      const identity = identityOf(seen);
      const error = new PiKeepError('DEVICE_BUSY', { path: '/dev/sdb' });
      const survey =
        act.deed === 'survey'
          ? ({ is: 'ready', identity, result: surveyOf(seen.disk) } as const)
          : ({ is: 'failed', identity, error } as const);
      const { opening, backup } = restore;
      return [{ input: 'surveyed', opening, image: backup.path, card: seen.key, survey }];
    }
    case 'start': {
      if (token === null) return [];
      const { seen: target, page } = confirmRestore(state, { token, typedName: null });
      const { title, path: image } = page.backup;
      const order = { kind: 'restore', title, image } as const;
      return [{ input: 'restore-closed' }, { input: 'started', card: target.key, order }];
    }
    default:
      return job ? jobInputs(state, act, job) : [];
  }
}

function jobInputs(
  state: DeskState,
  act: Extract<Deed, { which: number }>,
  job: DeskState['jobs'][number],
): DeskInput[] {
  switch (act.deed) {
    case 'retry':
      if (job.kind !== 'backup') return [];
      return [{ input: 'started', card: chooseAgain(state, job).key, order: { kind: 'backup' } }];
    case 'dismiss':
      return [{ input: 'dismissed', job: job.id }];
    case 'cancel':
      return [{ input: 'cancelling', job: job.id }];
    case 'warn':
      return [{ input: 'warned', job: job.id, text: act.text }];
    case 'plan':
      return [{ input: 'planned', job: job.id, plan: planOf(3) }];
    case 'progress': {
      const phase = job.kind === 'backup' ? 'copying' : 'writing';
      const figures = { bytes: 1, total: 2, bytesPerSecond: null, secondsLeft: null };
      return [{ input: 'progressed', job: job.id, progress: { phase, ...figures } }];
    }
    case 'fail': {
      const error = new PiKeepError('DEVICE_GONE', { path: '/dev/sdb' });
      return [{ input: 'failed', job: job.id, error }];
    }
    case 'interrupt':
      return [{ input: 'failed', job: job.id, error: new PiKeepError('INTERRUPTED', {}) }];
    case 'finish':
      return [
        {
          input: 'finished',
          job: job.id,
          result: job.kind === 'backup' ? backedUp : restored,
          place: '~',
        },
      ];
    default:
      return [];
  }
}

const backedUp: BackupResult = {
  task: 'backup',
  image: '/h/x.img',
  manifest: '/h/x.json',
  title: 'x',
  bytes: 1,
  storedBytes: 1,
  readBytes: 1,
  seconds: 1,
  verified: null,
  plainSha256: null,
  unreadable: null,
  checks: [],
  ejected: false,
};
