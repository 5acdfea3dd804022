/**
 * What pages ask for beside the snapshot, and the answers: nothing changes by asking. A question of a page ends its earlier
 * one of the same kind, which is answered with INTERRUPTED.
 */

import * as v from 'valibot';
import { diagnosisAnswer, diagnosisQuery } from './diagnosis.ts';
import { problemSchema } from './fields.ts';
import { fileAnswers, fileQueries } from './files.ts';
import { libraryAnswers, libraryQueries } from './library.ts';
import { reportAnswer, reportQuery } from './report.ts';
import { settingsAnswer, settingsQuery } from './settings.ts';

export const querySchema = v.variant('ask', [
  ...libraryQueries,
  reportQuery,
  ...fileQueries,
  diagnosisQuery,
  settingsQuery,
]);
export type Query = v.InferOutput<typeof querySchema>;
export type QueryKind = Query['ask'];

const answerSchema = v.variant('ask', [
  ...libraryAnswers,
  reportAnswer,
  ...fileAnswers,
  diagnosisAnswer,
  settingsAnswer,
]);
export type Answer = v.InferOutput<typeof answerSchema>;
export type AnswerTo<K extends QueryKind> = Extract<Answer, { ask: K }>;

/** Every query is answered with this. */
export const answeredSchema = v.variant('ok', [
  v.object({ ok: v.literal(true), answer: answerSchema }),
  v.object({ ok: v.literal(false), problem: problemSchema }),
]);
export type Answered = v.InferOutput<typeof answeredSchema>;

/** What the page sends: which page asks, and what. */
export const askSchema = v.strictObject({
  /** Another one for each window or tab. */
  page: v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,64}$/)),
  query: querySchema,
});
export type Ask = v.InferOutput<typeof askSchema>;

/** Largest answer, in bytes of JSON: a picture that is shown whole. Every other answer keeps to MAX_MESSAGE_BYTES. */
export const MAX_ANSWER_BYTES = 12 * 1024 * 1024;

/** Null for anything that is not an answer. */
export function parseAnswered(value: unknown): Answered | null {
  const result = v.safeParse(answeredSchema, value);
  return result.success ? result.output : null;
}

/** A question that is under way. */
export interface Asking {
  /** Never rejects. */
  readonly answer: Promise<Answered>;
  /** Nobody waits for the answer any more; what is at work for it stops. */
  cancel(): void;
}
