/** What the app tells its page unasked, beside the snapshots: where to go, and what came of a menu or a notice. */

import * as v from 'valibot';
import { problemSchema } from './fields.ts';
import type { PanelBridge } from './panel.ts';

/** Pages that the app itself leads to, from its menus. */
export const appPlaces = ['home', 'library', 'settings', 'diagnosis'] as const;
export type AppPlace = (typeof appPlaces)[number];

/**
 * A page as a word: its name and, after a "?", what it shows, as in an address: "files?backup=…". Of what an address may
 * hold, only what needs no quoting anywhere.
 */
export const placeSchema = v.pipe(
  v.string(),
  v.maxLength(2048),
  v.regex(/^[A-Za-z0-9?&=%._~+*-]+$/),
);

export const toldSchema = v.variant('tell', [
  v.object({ tell: v.literal('go'), to: placeSchema }),
  /** A command that did not come from the page was not carried out. */
  v.object({ tell: v.literal('refused'), problem: problemSchema }),
]);
export type Told = v.InferOutput<typeof toldSchema>;

/** Null for anything else. */
export function parsePlace(value: unknown): string | null {
  const result = v.safeParse(placeSchema, value);
  return result.success ? result.output : null;
}

/** What the page finds as `window.pikeep` in Electron. */
export interface AppBridge extends PanelBridge {
  /** Calls back with what the app tells its page; returns its own unsubscribe. */
  onTold(listener: (told: Told) => void): () => void;
  /** Opens the page at this place in a window of its own. */
  openOut(place: string): void;
}

/** Behind the "?" of the page's address: the page stands in a window of its own. */
export const IN_WINDOW = 'window';
