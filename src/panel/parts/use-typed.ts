import { useState } from 'preact/hooks';

export interface Typed {
  /** What stands in the field. */
  readonly text: string;
  readonly type: (text: string) => void;
  /** Nothing is typed any more: what is known stands there again. */
  readonly end: () => void;
}

/** A field over something that is known: it shows that, unless something is being typed. */
export function useTyped(known: string): Typed {
  const [typed, setTyped] = useState<string | null>(null);
  return { text: typed ?? known, type: setTyped, end: () => setTyped(null) };
}
