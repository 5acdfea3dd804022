/** Advice about a missing permission, as the panel shows it. Pure. */

import type { CoachPageView, CoachView } from '../contract/panel.ts';
import type { PiKeepError } from '../engine/errors.ts';
import { type CoachPage, type CoachPlace, coachFor } from '../engine/words/coach.ts';
import { plainText } from './plain-text.ts';

const MAX_SENTENCE = 500;
const MAX_NAME = 80;

/** Nothing for a failure that has nothing to do with being let in. */
export function coachView(error: PiKeepError, place: CoachPlace): { readonly coach?: CoachView } {
  const coach = coachFor(error, place);
  if (!coach) return {};
  const managed = coach.managed && pageView(coach.managed);
  const app = place.app === null ? null : plainText(place.app, MAX_NAME);
  return { coach: { ...pageView(coach), app, managed, worksNow: false } };
}

function pageView({ kind, title, what, steps, pane, notes }: CoachPage): CoachPageView {
  const plain = (line: string): string => plainText(line, MAX_SENTENCE);
  return {
    ...{ kind, pane, title: plain(title), what: plain(what) },
    steps: steps.map(plain),
    notes: notes.map(plain),
  };
}
