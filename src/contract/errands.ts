/** Work on images of the library that needs no card: checking one, saving files out of it, unpacking one to read it. */

import * as v from 'valibot';
import { bytes, id, problemSchema, text } from './fields.ts';
import { verdictSchema } from './library.ts';

const errandStateSchema = v.variant('is', [
  /** It begins when the one before it has ended. */
  v.object({ is: v.literal('waiting') }),
  v.object({
    is: v.literal('working'),
    bytes,
    /** 0 while it is not known. */
    total: bytes,
    bytesPerSecond: v.nullable(v.number()),
    secondsLeft: v.nullable(v.number()),
    cancelling: v.boolean(),
  }),
  v.object({
    is: v.literal('checked'),
    verdict: verdictSchema,
    sentence: text,
    /** What is the matter, in sentences; the report has the rest. */
    trouble: v.pipe(v.array(text), v.maxLength(8)),
    seconds: v.number(),
  }),
  v.object({
    is: v.literal('saved'),
    /** The folder, with the home folder as "~". */
    place: text,
    files: bytes,
    folders: bytes,
    links: bytes,
    bytes,
    /** What is missing, was renamed, or leads out of what was saved, in sentences. */
    remarks: v.pipe(v.array(text), v.maxLength(12)),
    moreRemarks: bytes,
  }),
  /** The files of the image can be listed now. */
  v.object({ is: v.literal('unpacked') }),
  v.object({ is: v.literal('failed'), problem: problemSchema }),
  v.object({ is: v.literal('cancelled') }),
]);
export type ErrandState = v.InferOutput<typeof errandStateSchema>;

export const errandSchema = v.object({
  errand: id,
  kind: v.picklist(['check', 'save', 'unpack']),
  /** The image it works on. */
  backup: id,
  /** What its Pi is called, else the file name. */
  title: text,
  /** File name of the image. */
  name: text,
  /** Nobody asked for it: it was due. */
  isScheduled: v.boolean(),
  state: errandStateSchema,
});
export type ErrandView = v.InferOutput<typeof errandSchema>;
export type ErrandKind = ErrandView['kind'];
