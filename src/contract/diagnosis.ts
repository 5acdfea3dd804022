/** The report for whoever wants to help: the page shows it, and copies exactly what it shows. */

import * as v from 'valibot';

/** Characters; a report has a tenth of that. */
export const MAX_DIAGNOSIS = 131_072;

export const diagnosisQuery = v.strictObject({ ask: v.literal('diagnosis') });

export const diagnosisAnswer = v.object({
  ask: v.literal('diagnosis'),
  /** Markdown, without anything personal. */
  text: v.pipe(v.string(), v.maxLength(MAX_DIAGNOSIS)),
});
