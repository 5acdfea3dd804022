/** The second naming of a card that is to be written over. Pure; every doubt is thrown. */

import type { Command } from '../contract/panel.ts';
import { PiKeepError } from '../engine/errors.ts';
import { say } from '../language/say.ts';
import { requireFree } from './choice.ts';
import { chosenTarget, surveyOf, tokenOf } from './restore-page.ts';
import { typeNameOf } from './restore-view.ts';
import type { DeskState, RestorePage, SeenDisk } from './state.ts';

type Start = Extract<Command, { command: 'restore-start' }>;

/**
 * The card to write over, if it is the one the user was asked about and everything on that page still holds. Throws
 * NOT_CONFIRMED, IDENTITY_CHANGED, JOB_EXISTS.
 */
export function confirmRestore(
  state: DeskState,
  { token, typedName }: Pick<Start, 'token' | 'typedName'>,
): { readonly seen: SeenDisk; readonly page: RestorePage } {
  const { restore: page } = state;
  if (page === null) throw notConfirmed(say`the card`, say`its page was closed`);
  const seen = chosenTarget(state);
  if (seen === null) throw notConfirmed(say`the card`, say`it is not in the reader any more`);
  requireFree(state, seen);
  if (token !== tokenOf(state)) {
    const facts = {
      disk: seen.disk.id,
      expected: say`what you confirmed`,
      found: seen.glance.title,
    };
    throw new PiKeepError('IDENTITY_CHANGED', facts);
  }
  if (page.reviewed !== token)
    throw notConfirmed(seen.disk.id, say`what it costs was not looked at`);
  const survey = surveyOf(page, seen);
  const name = survey?.is === 'ready' ? typeNameOf(seen, survey.result) : null;
  if (name !== null && typedName?.trim() !== name) {
    throw notConfirmed(seen.disk.id, say`its name, “${name}”, was not typed`);
  }
  return { seen, page };
}

/** The card whose old content can come back. Throws UNDO_IMPOSSIBLE, and as `requireCurrent`. */
export function confirmUndo(
  state: DeskState,
  token: string,
): { readonly seen: SeenDisk; readonly page: RestorePage } {
  requireCurrent(state, token);
  const { restore: page } = state;
  const seen = chosenTarget(state);
  const survey = page && seen && surveyOf(page, seen);
  if (page && seen && survey?.is === 'ready' && survey.result.target.canUndo) return { seen, page };
  const detail = say`more than the mark of a restore has been written to it`;
  throw new PiKeepError('UNDO_IMPOSSIBLE', { disk: seen?.disk.id ?? say`the card`, detail });
}

/** Throws NOT_CONFIRMED when no card is chosen, IDENTITY_CHANGED when something else is to be shown now. */
export function requireCurrent(state: DeskState, token: string): void {
  if (tokenOf(state) === token) return;
  const seen = chosenTarget(state);
  if (seen === null) throw notConfirmed(say`the card`, say`it is not in the reader any more`);
  const facts = { disk: seen.disk.id, expected: say`what was shown`, found: seen.glance.title };
  throw new PiKeepError('IDENTITY_CHANGED', facts);
}

function notConfirmed(disk: string, detail: string): PiKeepError {
  return new PiKeepError('NOT_CONFIRMED', { disk, detail });
}
