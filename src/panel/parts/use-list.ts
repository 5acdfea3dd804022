/** Lists that come in pages: what has been fetched so far, and the next page on request. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { AnswerTo, Problem, Query, QueryKind } from '../../contract/panel.ts';
import { useTools } from './page-tools.ts';

export interface Listed<K extends QueryKind, Item> {
  /** The answer with the first page; null while there is none. */
  readonly first: AnswerTo<K> | null;
  /** That with the page that came last. */
  readonly last: AnswerTo<K> | null;
  readonly items: readonly Item[];
  readonly hasMore: boolean;
  readonly isAsking: boolean;
  readonly problem: Problem | null;
  /** Does nothing while a page is on its way, or when there is none. */
  readonly fetchMore: () => void;
  readonly askAgain: () => void;
}

export interface ListQuestion<K extends QueryKind, Item> {
  readonly kind: K;
  /** Another one is another list. */
  readonly key: string;
  readonly query: (offset: number) => Extract<Query, { ask: K }>;
  readonly items: (answer: AnswerTo<K>) => readonly Item[];
  /** Offset of the next page. */
  readonly next: (answer: AnswerTo<K>, offset: number) => number | null;
}

interface Fetched<K extends QueryKind, Item> {
  readonly key: string;
  readonly first: AnswerTo<K> | null;
  readonly last: AnswerTo<K> | null;
  readonly items: readonly Item[];
  readonly next: number | null;
  readonly problem: Problem | null;
}

/** Entries of one list at most; what is beyond them can be found by searching. */
const MOST = 20_000;

export function useList<K extends QueryKind, Item>(
  question: ListQuestion<K, Item>,
): Listed<K, Item> {
  const { ask } = useTools();
  const { key } = question;
  const [fetched, setFetched] = useState<Fetched<K, Item>>(() => nothing(key));
  const [offset, setOffset] = useState<{ readonly key: string; readonly at: number }>({
    key,
    at: 0,
  });
  const [times, setTimes] = useState(0);
  const [isAsking, setAsking] = useState(true);
  const present = useRef(question);
  present.current = question;
  const at = offset.key === key ? offset.at : 0;

  useEffect(() => {
    let isOver = false;
    const { kind, query, items, next } = present.current;
    const { answer, cancel } = ask(query(at));
    setAsking(true);
    void answer.then((answered) => {
      if (isOver) return;
      setAsking(false);
      setFetched((old) => {
        const before = old.key === key ? old : nothing<K, Item>(key);
        if (!answered.ok) return { ...before, problem: answered.problem };
        const page = answered.answer;
        if (!isAnswer(kind, page)) return before;
        const all = at === 0 ? items(page) : [...before.items, ...items(page)];
        return {
          key,
          first: at === 0 ? page : before.first,
          last: page,
          items: all,
          next: all.length < MOST ? next(page, at) : null,
          problem: null,
        };
      });
    });
    return () => {
      isOver = true;
      cancel();
    };
  }, [ask, key, at, times]);

  const ours = fetched.key === key ? fetched : nothing<K, Item>(key);
  return {
    first: ours.first,
    last: ours.last,
    items: ours.items,
    hasMore: ours.next !== null,
    isAsking: isAsking || fetched.key !== key,
    problem: ours.problem,
    fetchMore: () => {
      if (ours.next !== null && !isAsking && ours.problem === null) {
        setOffset({ key, at: ours.next });
      }
    },
    askAgain: () => setTimes((old) => old + 1),
  };
}

function nothing<K extends QueryKind, Item>(key: string): Fetched<K, Item> {
  return { key, first: null, last: null, items: [], next: null, problem: null };
}

function isAnswer<K extends QueryKind>(kind: K, answer: { ask: QueryKind }): answer is AnswerTo<K> {
  return answer.ask === kind;
}
