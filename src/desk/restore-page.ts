/** The page of a restore: what happens to it, and the token that stands for what it shows. Pure. */

import { createHash } from 'node:crypto';
import { weakIdentity, weakIdentityText } from '../engine/disk.ts';
import { matchBackups } from '../library/backups.ts';
import type { DeskInput, DeskState, RestorePage, SeenDisk, Survey } from './state.ts';
import { jobOn } from './state.ts';

type RestoreInput = Extract<
  DeskInput,
  {
    input:
      | 'restore-opened'
      | 'restore-chosen'
      | 'restore-backup-chosen'
      | 'surveyed'
      | 'restore-reviewed'
      | 'restore-back'
      | 'restore-closed';
  }
>;

export function changeRestore(state: DeskState, input: RestoreInput): DeskState {
  if (input.input === 'restore-opened') return open(state, input);
  const { restore } = state;
  if (restore === null) return state;
  const change = (next: Partial<RestorePage>): DeskState => ({
    ...state,
    restore: { ...restore, ...next },
  });
  switch (input.input) {
    case 'restore-chosen':
      return change({
        chosen: input.card,
        surveys: withoutFailure(restore, input.card),
        reviewed: null,
        changed: false,
      });
    case 'restore-backup-chosen': {
      const { backup } = input;
      // What was seen of a card was seen for the other image.
      return change({ backup, surveys: {}, reviewed: null, changed: false });
    }
    case 'surveyed': {
      const isOfThis = input.opening === restore.opening && input.image === restore.backup.path;
      if (!isOfThis) return state;
      return change({ surveys: { ...restore.surveys, [input.card]: input.survey } });
    }
    case 'restore-reviewed':
      return change({ reviewed: input.token, changed: false });
    case 'restore-back':
      return change({ reviewed: null, changed: false });
    case 'restore-closed':
      return { ...state, restore: null };
  }
}

/** Choosing a card again looks at it again, if that failed. */
function withoutFailure({ surveys }: RestorePage, card: string): RestorePage['surveys'] {
  const others = Object.entries(surveys).filter(
    ([key, survey]) => key !== card || survey.is === 'ready',
  );
  return Object.fromEntries(others);
}

function open(
  state: DeskState,
  { backup, chosen, forceUnmount }: Extract<RestoreInput, { input: 'restore-opened' }>,
): DeskState {
  const openings = state.openings + 1;
  const restore: RestorePage = {
    opening: openings,
    backup,
    chosen: chosen ?? originOf(state, backup),
    surveys: {},
    reviewed: null,
    changed: false,
    forceUnmount,
  };
  return { ...state, openings, restore };
}

/** The cards that may be written, the one the backup is of first. */
export function targetsOf(state: DeskState, { backup }: RestorePage): readonly SeenDisk[] {
  if (state.trouble) return [];
  return state.disks
    .filter(({ verdict }) => verdict.offer)
    .sort((one, other) => rank(one, backup) - rank(other, backup));
}

function rank(seen: SeenDisk, backup: RestorePage['backup']): number {
  if (isOrigin(seen, backup)) return 0;
  return seen.glance.pi === 'no' ? 2 : 1;
}

/** As far as can be told without reading the card. */
export function isOrigin({ disk }: SeenDisk, backup: RestorePage['backup']): boolean {
  const card = { bytes: disk.bytes, weak: weakIdentity(disk), strong: null };
  return matchBackups([backup], card).length > 0;
}

/** Only if it is one card and no more: two can look alike, and then the user has to say which. */
function originOf(state: DeskState, backup: RestorePage['backup']): string | null {
  const origins = state.disks.filter(
    (seen) => seen.verdict.offer && !jobOn(state, seen) && isOrigin(seen, backup),
  );
  return origins.length === 1 ? (origins[0]?.key ?? null) : null;
}

export function chosenTarget(state: DeskState): SeenDisk | null {
  const { restore } = state;
  if (restore === null) return null;
  return targetsOf(state, restore).find(({ key }) => key === restore.chosen) ?? null;
}

export function identityOf({ disk }: SeenDisk): string {
  return weakIdentityText(weakIdentity(disk));
}

/** What was seen of a card, as long as it still looks the same. */
export function surveyOf(restore: RestorePage, seen: SeenDisk): Survey | null {
  const survey = restore.surveys[seen.key];
  return survey?.identity === identityOf(seen) ? survey : null;
}

/**
 * Stands for exactly what the page shows: which image, which insertion of which card, how the card looks, what was found on
 * it. Null while there is nothing to be confirmed.
 */
export function tokenOf(state: DeskState): string | null {
  const { restore } = state;
  const seen = chosenTarget(state);
  if (restore === null || seen === null || jobOn(state, seen)) return null;
  if (seen.disk.writable === false) return null;
  const survey = surveyOf(restore, seen);
  if (survey?.is !== 'ready' || survey.result.fits === false) return null;
  const { opening, backup, forceUnmount } = restore;
  const { key, disk, isOtherExternal } = seen;
  const shown = [
    opening,
    backup.path,
    backup.at,
    disk.id,
    key,
    survey.identity,
    isOtherExternal,
    forceUnmount,
    survey.result,
  ];
  return createHash('sha256').update(JSON.stringify(shown)).digest('hex');
}

/** What must happen to the page when anything else has changed: a question about what is not there any more is taken back. */
export function settleRestore(before: DeskState, state: DeskState): DeskState {
  const { restore } = state;
  if (restore === null) return state;
  const next = withoutWorkedOn(before, state, restore);
  const gone = next.chosen !== null && chosenTarget({ ...state, restore: next }) === null;
  const asked = next.reviewed !== null;
  const token = tokenOf({ ...state, restore: next });
  if (!gone && (!asked || next.reviewed === token)) {
    return next === restore ? state : { ...state, restore: next };
  }
  const chosen = gone ? null : next.chosen;
  return { ...state, restore: { ...next, chosen, reviewed: null, changed: asked || next.changed } };
}

/** After a job on a card, what was seen of the card before does not hold. */
function withoutWorkedOn(before: DeskState, state: DeskState, restore: RestorePage): RestorePage {
  const stale = Object.keys(restore.surveys).filter((key) => {
    const seen = state.disks.find((one) => one.key === key);
    return !seen || jobOn(state, seen) || jobOn(before, seen);
  });
  if (stale.length === 0) return restore;
  const kept = Object.entries(restore.surveys).filter(([key]) => !stale.includes(key));
  return { ...restore, surveys: Object.fromEntries(kept) };
}
