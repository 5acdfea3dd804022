import { useRef } from 'preact/hooks';
import type { QueryKind } from '../../contract/panel.ts';
import type { Asked } from './use-ask.ts';

/**
 * For lists whose pages are turned, or that are searched: while the answer to the next question is on its way, what is there
 * stays, and with it what was unfolded and what has the focus.
 */
export function useLastAnswer<K extends QueryKind>(asked: Asked<K>): Asked<K> {
  const last = useRef(asked.answer);
  if (asked.answer) last.current = asked.answer;
  return { ...asked, answer: last.current };
}
