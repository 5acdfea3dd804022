/** What the page says to whoever is new to PiKeep. */

import * as v from 'valibot';
import { text } from './fields.ts';

export const firstTimeSchema = v.object({
  /** The pages of the first start have still to be shown. */
  welcome: v.boolean(),
  /** The system has not asked yet whether cards may be read, and will at the first one. */
  willAsk: v.boolean(),
  system: v.picklist(['macos', 'linux', 'slot']),
  /** In whose name macOS asks: PiKeep, or the terminal it was started from; null where nobody knows. */
  app: v.nullable(text),
});
export type FirstTime = v.InferOutput<typeof firstTimeSchema>;

/**
 * The sample card, with which everything can be tried in a folder of its own: offered, or what this snapshot is about.
 * `waits`: meanwhile there is something to see at the real cards.
 */
export const sampleSchema = v.object({
  is: v.picklist(['offered', 'starting', 'shown']),
  waits: v.boolean(),
});
