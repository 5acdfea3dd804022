import { useRef, useState } from 'preact/hooks';
import type { Command } from '../../contract/panel.ts';
import { useTools } from './page-tools.ts';

interface Choice<T> {
  readonly value: T;
  /** The last snapshot that need not know of it; without end while it is being carried out. */
  readonly until: number;
}

/**
 * A value that the desk keeps, and how to choose another one. The choice is shown at once and stays, whatever else changes
 * meanwhile, until the desk has carried it out and shows what came of it, or refuses it.
 */
export function useChoice<T>(known: T): readonly [T, (value: T, command: Command) => void] {
  const { snapshot, send } = useTools();
  const revision = useRef(snapshot.revision);
  revision.current = snapshot.revision;
  const [choice, setChoice] = useState<Choice<T> | null>(null);
  const choose = async (value: T, command: Command): Promise<void> => {
    const mine: Choice<T> = { value, until: Number.POSITIVE_INFINITY };
    setChoice(mine);
    const isCarriedOut = await send(command);
    const carriedOut = isCarriedOut ? { value, until: revision.current } : null;
    // What was chosen after it is not its to take back.
    setChoice((now) => (now === mine ? carriedOut : now));
  };
  const isNews = choice !== null && snapshot.revision <= choice.until;
  return [isNews ? choice.value : known, (value, command) => void choose(value, command)];
}
