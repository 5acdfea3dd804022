/**
 * What to do about a card that may not be opened, step by step, as data: the panel draws it as a page and `pikeep doctor`
 * prints it, so the two cannot differ. What happened is told by `opening.ts` and `card.ts`.
 */

import type { PiKeepError } from '../errors.ts';
import { busyCoach, cancelledCoach } from './coach-common.ts';
import { linuxAccess, linuxNotAuthorized, linuxSandbox } from './coach-linux.ts';
import { macAccess, macManaged, macNotAuthorized, macPrivacy } from './coach-mac.ts';

/** One story each: every one has another cure. "managed": somebody else decides over this computer. */
export const coachKinds = [
  'privacy',
  'access',
  'busy',
  'cancelled',
  'not-authorized',
  'managed',
] as const;
export type CoachKind = (typeof coachKinds)[number];

/** A pane of System Settings. */
export type CoachPane = 'removable-volumes' | 'full-disk-access';

export interface CoachPage {
  readonly kind: CoachKind;
  readonly title: string;
  /** What happened, in one sentence. */
  readonly what: string;
  /** In the order in which they are done; at least one. */
  readonly steps: readonly string[];
  /** Which switch is to be found; null where there is none. */
  readonly pane: CoachPane | null;
  /** What to know besides: what is possible without, what the system will not do. */
  readonly notes: readonly string[];
}

export interface Coach extends CoachPage {
  /** For whom the steps above lead nowhere, because an administrator decides. */
  readonly managed: CoachPage | null;
}

/** Where PiKeep runs, as far as advice depends on it. */
export interface CoachPlace {
  readonly system: 'macos' | 'linux' | 'slot';
  /** The app that macOS asks about and shows in its list: PiKeep, or the terminal it was started from. Null: not known. */
  readonly app: string | null;
  /** In an app of its own; else in a terminal, or as the panel in a browser. */
  readonly isApp: boolean;
}

export const unknownPlace: CoachPlace = { system: 'slot', app: null, isApp: false };

/** Null for a failure that has nothing to do with being let in. */
export function coachFor(error: PiKeepError, place: CoachPlace): Coach | null {
  const page = pageFor(error, place);
  if (!page) return null;
  const isManageable =
    place.system === 'macos' && (page.kind === 'privacy' || page.kind === 'not-authorized');
  return { ...page, managed: isManageable ? macManaged(place) : null };
}

function pageFor(error: PiKeepError, place: CoachPlace): CoachPage | null {
  const { system } = place;
  const { facts } = error;
  switch (error.code) {
    case 'PRIVACY_REFUSED':
      return system === 'macos' ? macPrivacy(place) : linuxSandbox();
    case 'ACCESS_DENIED':
    case 'NO_DOOR':
      return system === 'macos' ? macAccess() : linuxAccess(place);
    case 'DEVICE_BUSY':
    case 'UNMOUNT_REFUSED':
      return busyCoach(error.code === 'UNMOUNT_REFUSED', holderIn(facts), place);
    case 'DIALOG_CANCELLED':
      return cancelledCoach(place);
    case 'NOT_AUTHORIZED':
      return system === 'macos'
        ? macNotAuthorized(textIn(facts, 'door'))
        : linuxNotAuthorized(textIn(facts, 'detail'));
    default:
      return null;
  }
}

/** Facts may have crossed a process boundary, where nobody looks whether they fit their code. */
function textIn(facts: object, name: string): string {
  const value: unknown = Object.getOwnPropertyDescriptor(facts, name)?.value;
  return typeof value === 'string' ? value : '';
}

function holderIn(facts: object): string | null {
  const holder: unknown = Object.getOwnPropertyDescriptor(facts, 'holder')?.value;
  if (typeof holder !== 'object' || holder === null) return null;
  return textIn(holder, 'name') || null;
}
