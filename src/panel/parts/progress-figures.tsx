import { formatPercent } from '../../language/format.ts';
import { say } from '../../language/say.ts';
import { SpeedCurve } from './speed-curve.tsx';
import { rate, size, timeLeft } from './words.ts';

export interface ProgressFiguresProps {
  readonly title: string;
  /** What is being done. */
  readonly words: string;
  readonly state: {
    readonly bytes: number;
    readonly total: number;
    readonly bytesPerSecond: number | null;
    readonly secondsLeft: number | null;
    readonly speeds?: readonly number[] | undefined;
  };
  /** There is something to count in what is being done; so it is when its total is known. */
  readonly isCountable: boolean;
  /** It is being stopped, or waits: nobody knows how long. */
  readonly isHeld?: boolean;
  /** The curve of the speed is left out, for want of room. */
  readonly isCompact?: boolean;
  /** What is said while there is nothing to count. */
  readonly waiting: string;
}

/** What is being done and how far it is: words, percentage, time left, bar, amount and speed. */
export function ProgressFigures({
  title,
  words,
  state,
  isCountable,
  isHeld = false,
  isCompact = false,
  waiting,
}: ProgressFiguresProps) {
  const { bytes, total, bytesPerSecond, secondsLeft, speeds } = state;
  const isCounted = isCountable && total > 0;
  const percent = isCounted ? Math.min(100, Math.floor((bytes / total) * 100)) : null;
  return (
    <>
      <p class="verdict">
        <span>{say`${words}…`}</span>
        {percent !== null && <span class="percent">{formatPercent(percent / 100)}</span>}
      </p>
      <p class="left">{isCounted ? remaining(secondsLeft, isHeld) : waiting}</p>
      <progress
        aria-label={say`${title}: ${words}`}
        max={100}
        {...(percent === null ? {} : { value: percent })}
      />
      {isCounted && (
        <p class="figures">
          <span>{say`${size(bytes)} of ${size(total)}`}</span>
          {bytesPerSecond !== null && <span>{rate(bytesPerSecond)}</span>}
        </p>
      )}
      {isCounted && !isCompact && <SpeedCurve speeds={speeds ?? []} />}
    </>
  );
}

/** A line that is always there, so that nothing below it jumps. */
function remaining(secondsLeft: number | null, isHeld: boolean): string {
  if (isHeld) return '\u00a0';
  return secondsLeft === null ? say`Working out how long it takes` : timeLeft(secondsLeft);
}
