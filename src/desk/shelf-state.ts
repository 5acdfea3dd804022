/** What the desk knows of the library, as a value. */

import type { Problem } from '../contract/panel.ts';
import type { CheckRecords } from '../library/check-records.ts';
import type { Library } from '../library/library.ts';
import type { Pi } from '../library/pi-groups.ts';
import type { PiPreferences } from '../library/pi-preferences.ts';

export interface KnownPi {
  readonly pi: Pi;
  readonly preferences: PiPreferences;
  /** What it is called: two of one name have a part of their identifiers besides. */
  readonly name: string;
}

export interface ShelfState {
  /** "reading": for the first time. "unreachable": what is here was there before. */
  readonly is: 'reading' | 'ready' | 'unreachable';
  readonly problem: Problem | null;
  readonly library: Library | null;
  /** The one with the newest backup first. */
  readonly pis: readonly KnownPi[];
  readonly checks: CheckRecords;
  /** What is wrong besides `library.problems`, in sentences. */
  readonly warnings: readonly string[];
  /** Grows with every change. */
  readonly revision: number;
}

export const emptyShelf: ShelfState = {
  is: 'reading',
  problem: null,
  library: null,
  pis: [],
  checks: new Map(),
  warnings: [],
  revision: 0,
};
