/** For whoever is new to PiKeep. Pure. */

import type { Snapshot } from '../contract/panel.ts';
import { plainText } from './plain-text.ts';
import type { DeskState } from './state.ts';

const MAX_NAME = 80;

/** `welcomes`: this desk shows the pages of the first start, if they were never seen. */
export function firstTimeView(
  { settings, place }: DeskState,
  welcomes: boolean,
): NonNullable<Snapshot['firstTime']> {
  const { system, app } = place;
  return {
    welcome: welcomes && !settings.welcomed,
    willAsk: system === 'macos' && !settings.cardOpened,
    system,
    app: app === null ? null : plainText(app, MAX_NAME),
  };
}

/** On a Mac a card was opened, so the question was answered, for the first time. */
export function isFirstOpened({ settings, place, jobs }: DeskState): boolean {
  if (place.system !== 'macos' || settings.cardOpened) return false;
  return jobs.some(({ state }) => {
    if (state.is === 'working') return state.phase !== 'opening';
    return state.is === 'done' || state.is === 'restored' || state.is === 'undone';
  });
}
