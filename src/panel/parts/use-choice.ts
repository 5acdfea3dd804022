import { useEffect, useRef, useState } from 'preact/hooks';
import { useTools } from './page-tools.ts';

interface Pending<T> {
  readonly value: T;
  /** The snapshot that was shown when it had been carried out; null while it is on its way. */
  readonly carriedOut: number | null;
}

/**
 * A value that the desk keeps, and how to choose another one. The choice is shown at once and stays, whatever else changes
 * meanwhile, until the desk has carried it out and shows what came of it, or refuses it.
 */
export function useChoice<T extends string | boolean | null>(
  known: T,
  tell: (value: T) => Promise<boolean>,
): readonly [T, (value: T) => void] {
  const { revision } = useTools().snapshot;
  const shown = useRef(revision);
  shown.current = revision;
  const [pending, setPending] = useState<Pending<T> | null>(null);
  const isOver =
    pending !== null &&
    pending.carriedOut !== null &&
    (pending.value === known || revision > pending.carriedOut);
  useEffect(() => {
    if (isOver) setPending(null);
  }, [isOver]);
  const choose = async (value: T): Promise<void> => {
    const mine: Pending<T> = { value, carriedOut: null };
    setPending(mine);
    const isCarriedOut = await tell(value);
    // What was chosen after it is not its to take back.
    setPending((now) => {
      if (now !== mine) return now;
      return isCarriedOut ? { value, carriedOut: shown.current } : null;
    });
  };
  return [pending === null || isOver ? known : pending.value, (value) => void choose(value)];
}
