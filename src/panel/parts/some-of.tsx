import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import { formatNumber } from '../../language/format.ts';
import { sayCount } from '../../language/say.ts';

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
            {sayCount(
              Math.min(rest, at),
              'Show {n} more of {0}',
              'Show {n} more of {0}',
              formatNumber(rest),
            )}
          </button>
        </li>
      )}
    </>
  );
}
