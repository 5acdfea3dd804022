/** An error in words, as the panel shows it. */

import type { Problem } from '../contract/panel.ts';
import type { PiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import { plainText } from './plain-text.ts';

const MAX_TITLE = 120;
const MAX_SENTENCE = 400;
const MAX_MESSAGE = 2000;

export function problemOf(error: PiKeepError): Problem {
  const { title, message, next } = explain(error);
  return {
    code: error.code,
    title: plainText(title, MAX_TITLE),
    message: plainText(message, MAX_MESSAGE),
    next: plainText(next, MAX_SENTENCE),
  };
}
