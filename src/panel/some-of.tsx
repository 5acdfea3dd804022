import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export interface SomeOfProps<Item> {
  readonly items: readonly Item[];
  /** How many are shown at first, and more with each request. */
  readonly at: number;
  readonly line: (item: Item) => ComponentChildren;
}

/** The lines of a list that may be long: the first ones, and a button for the next. */
export function SomeOf<Item>({ items, at, line }: SomeOfProps<Item>) {
  const [shown, setShown] = useState(at);
  const rest = items.length - shown;
  return (
    <>
      {items.slice(0, shown).map(line)}
      {rest > 0 && (
        <li>
          <button type="button" class="small" onClick={() => setShown(shown + at)}>
            Show {Math.min(rest, at)} more of {rest}
          </button>
        </li>
      )}
    </>
  );
}
