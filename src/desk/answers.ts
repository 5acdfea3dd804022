/** Which part of the desk answers which question. */

import type { Answer, AnswerTo, Query } from '../contract/asks.ts';
import { MAX_DIAGNOSIS } from '../contract/diagnosis.ts';
import { PiKeepError } from '../engine/errors.ts';
import { say } from '../language/say.ts';
import type { Caretaker } from './caretaker.ts';
import type { FileAnswers } from './file-answers.ts';
import { forgetAnswer } from './forget-offer.ts';
import type { handsFreeWords } from './hands-free.ts';
import type { Librarian } from './librarian.ts';
import { libraryAnswer, looseAnswer, piAnswer } from './library-answers.ts';
import { reportAnswer } from './report-answer.ts';
import type { DeskState } from './state.ts';

export interface AnswersOptions {
  readonly state: () => DeskState;
  readonly files: FileAnswers;
  readonly librarian: Pick<Librarian, 'remember'>;
  readonly system: Parameters<typeof handsFreeWords>[0];
  readonly home: string;
  /** Writes the report for whoever wants to help. */
  readonly diagnose?: (() => Promise<string>) | undefined;
  /** A check that is due and has not begun. */
  readonly waitingCheck: () => Caretaker['waiting'];
  readonly settings: () => Promise<AnswerTo<'settings'>>;
}

/** Throws what stands against it. */
export async function findAnswer(
  query: Query,
  signal: AbortSignal,
  { state, files, librarian, system, home, waitingCheck, diagnose, settings }: AnswersOptions,
): Promise<Answer> {
  switch (query.ask) {
    case 'library':
      return libraryAnswer(state(), query, home);
    case 'loose':
      return looseAnswer(state(), query, home);
    case 'pi':
      return piAnswer(state(), query, system, waitingCheck());
    case 'forget': {
      const answer = forgetAnswer(state(), query.what);
      if (answer.token !== null) librarian.remember(answer.token, query.what);
      return answer;
    }
    case 'report':
      return reportAnswer(state(), query.backup, home, signal);
    case 'files':
      return files.files(query, signal);
    case 'preview':
      return files.preview(query, signal);
    case 'changes':
      return files.changes(query, signal);
    case 'settings':
      return settings();
    case 'diagnosis':
      if (!diagnose) throw new PiKeepError('UNSUPPORTED', { what: say`writing a report` });
      return { ask: 'diagnosis', text: (await diagnose()).slice(0, MAX_DIAGNOSIS) };
  }
}
