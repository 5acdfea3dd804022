/** Questions of a page: the answer that is there, and a new one as soon as the question or the library changes. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer, AnswerTo, Problem, Query, QueryKind } from '../../contract/panel.ts';
import { useTools } from './page-tools.ts';

export interface Asked<K extends QueryKind> {
  /** The newest answer to this very question; an older one while it is asked again. */
  readonly answer: AnswerTo<K> | null;
  /** Why there is no newer one. */
  readonly problem: Problem | null;
  readonly isAsking: boolean;
  /** Asks once more, whatever is being asked; returns the round of that question. */
  readonly askAgain: () => number;
  /** The round in which the answer was asked for. */
  readonly round: number;
}

/** Answers kept, so that a page one comes back to stands there at once. */
const KEPT = 24;
const kept = new Map<string, Answer>();

/** `revision`: asked again when it changes, and when another language is spoken. No query, no question. */
export function useAsk<K extends QueryKind>(
  kind: K,
  query: Extract<Query, { ask: K }> | null,
  revision: number,
): Asked<K> {
  const { ask, snapshot } = useTools();
  const { locale } = snapshot.tool;
  const key = JSON.stringify(query);
  const [heard, setHeard] = useState<{
    key: string;
    answer: AnswerTo<K> | null;
    problem: Problem | null;
    round: number;
  }>(() => ({ key, answer: keptAnswer(kind, key), problem: null, round: 0 }));
  const [asking, setAsking] = useState('');
  const [round, setRound] = useState(0);
  const newestRound = useRef(0);
  const last = useRef(query);
  last.current = query;

  useEffect(() => {
    const present = last.current;
    if (!present) return;
    let isOver = false;
    const { answer, cancel } = ask(present);
    setAsking(key);
    void answer.then((answered) => {
      if (isOver) return;
      setAsking('');
      if (!answered.ok) {
        setHeard((old) => ({
          key,
          answer: old.key === key ? old.answer : null,
          problem: answered.problem,
          round: old.round,
        }));
      } else if (isAnswerTo(kind, answered.answer)) {
        keep(key, answered.answer);
        setHeard({ key, answer: answered.answer, problem: null, round });
      }
    });
    return () => {
      isOver = true;
      cancel();
    };
  }, [ask, kind, key, revision, round, locale]);

  const isOurs = heard.key === key;
  return {
    answer: isOurs ? heard.answer : keptAnswer(kind, key),
    problem: isOurs ? heard.problem : null,
    isAsking: asking === key,
    askAgain: () => {
      newestRound.current += 1;
      setRound(newestRound.current);
      return newestRound.current;
    },
    round: heard.round,
  };
}

/** What is kept was said in a language that is not spoken any more. */
export function forgetAnswers(): void {
  kept.clear();
}

function isAnswerTo<K extends QueryKind>(kind: K, answer: Answer): answer is AnswerTo<K> {
  return answer.ask === kind;
}

function keptAnswer<K extends QueryKind>(kind: K, key: string): AnswerTo<K> | null {
  const answer = kept.get(key);
  return answer && isAnswerTo(kind, answer) ? answer : null;
}

function keep(key: string, answer: Answer): void {
  // A picture may be megabytes; it is asked for again.
  if (answer.ask === 'preview') return;
  kept.delete(key);
  kept.set(key, answer);
  const [oldest] = kept.keys();
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
}
