/** What a worker tells for the log: which ways of opening were tried, and what came of them. */

import * as v from 'valibot';
import { text } from './fields.ts';

const outcome = {
  /** Null where it went well; else the code of the error. */
  code: v.nullable(text),
  /** Of the system, where there was one: "EPERM". */
  errno: v.nullable(text),
  /** The words of PiKeep or of the tool; hidden word by word before they are written down. */
  detail: v.nullable(text),
  seconds: v.pipe(v.number(), v.minValue(0)),
};

export const noteSchema = v.variant('note', [
  v.object({
    note: v.literal('door'),
    door: v.picklist(['direct', 'authopen', 'helper']),
    way: v.picklist(['read', 'write']),
    ...outcome,
  }),
  v.object({ note: v.literal('unmount'), force: v.boolean(), ...outcome }),
  v.object({ note: v.literal('eject'), ...outcome }),
]);
export type Note = v.InferOutput<typeof noteSchema>;
