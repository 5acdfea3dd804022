/** What became of a card since its last backup, as the card itself says: known once it was opened for anything. Pure. */

import { changedSentence } from '../engine/changed-since.ts';
import { sentenceCase } from '../language/format.ts';
import type { KnownBackup, SurveyResult } from '../worker/restore-results.ts';
import { plainText } from './plain-text.ts';
import { recognitionOf } from './recognition.ts';
import { identityOf } from './restore-page.ts';
import { type DeskState, jobOn, type SeenDisk } from './state.ts';

/** What a look inside came to. */
export interface Inside {
  /** What it was a look at: it holds for as long as card and newest backup are these. */
  readonly of: string;
  /** Null: the card could not be read, or nothing is known of it. */
  readonly lastBackup: KnownBackup | null;
}

/** A card to look into, with the backup it may be of. */
export interface Wanted {
  readonly seen: SeenDisk;
  readonly of: string;
  readonly image: string;
}

const MAX_SENTENCE = 200;
/** Insertions that are remembered. */
const REMEMBERED = 32;

/** The next card with a backup that nobody has looked into since it is as it is. */
export function nextLook(state: DeskState): Wanted | null {
  if (state.shelf.is !== 'ready' || state.trouble !== null) return null;
  for (const seen of state.disks) {
    const wanted = wantedOf(state, seen);
    if (wanted && state.inside[seen.key]?.of !== wanted.of && !jobOn(state, seen)) return wanted;
  }
  return null;
}

export function noteInside(
  state: DeskState,
  card: string,
  { of, lastBackup }: Inside,
): DeskState['inside'] {
  const others = Object.entries(state.inside).filter(([key]) => key !== card);
  return Object.fromEntries([...others.slice(1 - REMEMBERED), [card, { of, lastBackup }]]);
}

/** The question before a restore has looked too. */
export function noteSurvey(
  state: DeskState,
  card: string,
  { target }: SurveyResult,
): DeskState['inside'] {
  const seen = state.disks.find(({ key }) => key === card);
  const wanted = seen && wantedOf(state, seen);
  if (!wanted) return state.inside;
  return noteInside(state, card, { of: wanted.of, lastBackup: target.lastBackup });
}

/** "Same as your backup of Tuesday"; null while nothing is known. */
export function sinceView(state: DeskState, seen: SeenDisk): string | null {
  const inside = state.inside[seen.key];
  if (!inside || inside.of !== wantedOf(state, seen)?.of) return null;
  return sinceWords(inside.lastBackup, state.now);
}

/** `now` in milliseconds since 1970. */
export function sinceWords(backup: KnownBackup | null, now: number): string | null {
  if (!backup?.changed) return null;
  const words = changedSentence(backup.changed, new Date(backup.at), new Date(now));
  return words && plainText(sentenceCase(words), MAX_SENTENCE);
}

function wantedOf(state: DeskState, seen: SeenDisk): Wanted | null {
  if (!seen.verdict.offer || seen.disk.unfinished !== undefined) return null;
  const candidates = recognitionOf(state, seen)?.candidates ?? [];
  const newest = candidates.flatMap(({ pi }) => pi.backups.slice(0, 1));
  const [first] = newest;
  if (!first) return null;
  const of = JSON.stringify([identityOf(seen), newest.map(({ path, at }) => [path, at])]);
  return { seen, of, image: first.path };
}
