import type { Problem } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { Close } from './action.tsx';
import { ProblemWords } from './problem-words.tsx';

export interface NoticeProps {
  readonly problem: Problem;
  /** Left out for what does not go away by being read. */
  readonly onRead?: () => void;
}

/** Something is wrong that belongs to no single card. */
export function Notice({ problem, onRead }: NoticeProps) {
  return (
    <section class="card notice" role="alert">
      <ProblemWords problem={problem} />
      {onRead && <Close label={say`Close this message`} onClick={onRead} />}
    </section>
  );
}
