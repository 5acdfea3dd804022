/** A line of a list that leads to another page. */

import type { ComponentChildren } from 'preact';
import { Chevron } from './pictures.tsx';

/** A few words beside a name. */
export interface Badge {
  readonly words: string;
  readonly tone: 'good' | 'warn' | 'bad' | 'calm';
}

export interface RowProps {
  /** Finds the row again when one comes back to it. */
  readonly id: string;
  readonly lead?: ComponentChildren;
  readonly name: ComponentChildren;
  readonly detail?: ComponentChildren;
  readonly badges?: readonly Badge[];
  /** It is what the page beside shows. */
  readonly isPresent?: boolean;
  readonly onOpen: () => void;
}

export function Row({ id, lead, name, detail, badges = [], isPresent, onOpen }: RowProps) {
  return (
    <li>
      <button
        type="button"
        class="line"
        data-id={id}
        aria-current={isPresent ? 'true' : undefined}
        onClick={onOpen}
      >
        {lead}
        <span class="names">
          <span class="name">{name}</span>
          {detail && <span class="detail">{detail}</span>}
          {badges.length > 0 && (
            <span class="badges">
              {badges.map(({ words, tone }) => (
                <span key={words} class={`badge ${tone}`}>
                  {words}
                </span>
              ))}
            </span>
          )}
        </span>
        <Chevron />
      </button>
    </li>
  );
}

/** Arrow keys, Home and End move among the lines of a list; Tab leaves it as usual. */
export function moveAmongLines(event: KeyboardEvent): void {
  const { key, currentTarget } = event;
  if (!(currentTarget instanceof HTMLElement) || event.metaKey || event.ctrlKey || event.altKey) {
    return;
  }
  const lines = [...currentTarget.querySelectorAll<HTMLElement>('.line')];
  const { activeElement } = document;
  const at = activeElement instanceof HTMLElement ? lines.indexOf(activeElement) : -1;
  if (at < 0) return;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1 }[key];
  const line = to === undefined ? undefined : lines[to];
  if (to === undefined) return;
  event.preventDefault();
  line?.focus();
}
