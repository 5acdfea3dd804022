/** What to do, step by step, about a card that may not be opened. The words come from PiKeep; the page draws them. */

import * as v from 'valibot';
import { text } from './fields.ts';

const pageEntries = {
  kind: v.picklist(['privacy', 'access', 'busy', 'cancelled', 'not-authorized', 'managed']),
  title: text,
  /** What happened, in one sentence. */
  what: text,
  steps: v.pipe(v.array(text), v.maxLength(8)),
  /** The pane of System Settings that the steps lead to; null where they lead to none. */
  pane: v.nullable(v.picklist(['removable-volumes', 'full-disk-access'])),
  notes: v.pipe(v.array(text), v.maxLength(8)),
};
const pageSchema = v.object(pageEntries);

export const coachSchema = v.object({
  ...pageEntries,
  /** The app whose switch is to be found, for the picture; null where nobody knows. */
  app: v.nullable(text),
  /** For whom the steps lead nowhere, because an administrator decides. */
  managed: v.nullable(pageSchema),
  /** It was looked at again, and the card can be opened now. */
  worksNow: v.boolean(),
});

export type CoachPageView = v.InferOutput<typeof pageSchema>;
export type CoachView = v.InferOutput<typeof coachSchema>;
