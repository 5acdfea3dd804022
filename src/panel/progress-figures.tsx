import { formatPercent } from '../language/format.ts';
import { say } from '../language/say.ts';
import { rate, size } from './words.ts';

export interface ProgressFiguresProps {
  readonly title: string;
  /** What is being done. */
  readonly words: string;
  readonly state: {
    readonly bytes: number;
    readonly total: number;
    readonly bytesPerSecond: number | null;
  };
  /** There is something to count in what is being done; so it is when its total is known. */
  readonly isCountable: boolean;
  /** What is said while there is nothing to count. */
  readonly waiting: string;
}

/** What is being done and how far it is: words, percentage, bar, amount and speed. */
export function ProgressFigures({
  title,
  words,
  state,
  isCountable,
  waiting,
}: ProgressFiguresProps) {
  const isCounted = isCountable && state.total > 0;
  const percent = isCounted ? Math.min(100, Math.floor((state.bytes / state.total) * 100)) : null;
  return (
    <>
      <p class="verdict">
        <span>{say`${words}…`}</span>
        {percent !== null && <span class="percent">{formatPercent(percent / 100)}</span>}
      </p>
      <progress
        aria-label={say`${title}: ${words}`}
        max={100}
        {...(percent === null ? {} : { value: percent })}
      />
      <p class="figures">
        <span>{isCounted ? say`${size(state.bytes)} of ${size(state.total)}` : waiting}</span>
        {isCounted && state.bytesPerSecond !== null && <span>{rate(state.bytesPerSecond)}</span>}
      </p>
    </>
  );
}
