/** What a look at the library changes, and what is said by itself about it. Pure. */

import { lastBackupSentence } from '../library/last-backup.ts';
import type { DeskEvent } from './event.ts';
import { plainText } from './plain-text.ts';
import type { ShelfState } from './shelf-state.ts';
import type { DeskInput, DeskState } from './state.ts';

interface Step {
  readonly state: DeskState;
  readonly events: readonly DeskEvent[];
}

const MAX_TITLE = 120;
const MAX_SENTENCE = 400;

/** What is there now. Where the library cannot be reached, what was there before still tells whose card is in the reader. */
export function takeLibrary(
  state: DeskState,
  { look }: Extract<DeskInput, { input: 'library' }>,
): DeskState {
  const old = state.shelf;
  const found: Omit<ShelfState, 'revision'> =
    look.is === 'unreachable' && old.library !== null && old.library.folder === look.library?.folder
      ? { ...old, is: 'unreachable', problem: look.problem }
      : look;
  if (isSameShelf(old, found)) return state;
  const shelf = { ...found, revision: old.revision + 1 };
  const backups = look.is === 'unreachable' ? [] : (look.library?.backups ?? []);
  return { ...state, shelf, backups };
}

/** Most looks find what was there before; pages need not ask again then. */
function isSameShelf(old: ShelfState, found: Omit<ShelfState, 'revision'>): boolean {
  const plain = ({ is, problem, library, pis, checks, warnings }: Omit<ShelfState, 'revision'>) =>
    JSON.stringify([
      [is, problem, warnings, library],
      pis.map(({ pi, preferences, name }) => [pi.key, pi.hints, preferences, name]),
      [...checks.values()].map(({ backup, at }) => [backup, at]),
    ]);
  return plain(old) === plain(found);
}

/** The user is told, and that they were is kept in mind. */
export function remind(
  state: DeskState,
  { pi: key }: Extract<DeskInput, { input: 'remind' }>,
): Step {
  const known = state.shelf.pis.find(({ pi }) => pi.key === key);
  if (!known) return { state, events: [] };
  const last = lastBackupSentence(known.name, known.pi.backups, new Date(state.now));
  const event: DeskEvent = {
    happened: 'reminder',
    pi: key,
    title: plainText(known.name, MAX_TITLE),
    last: plainText(last, MAX_SENTENCE),
  };
  return {
    state: { ...state, reminded: { ...state.reminded, [key]: state.now } },
    events: [event],
  };
}
