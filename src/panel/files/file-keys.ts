/** Moving and choosing in a list of files by keyboard and pointer, as in the system's own. */

export interface Choice {
  /** The line that the keyboard is at; -1 before there was one. */
  readonly active: number;
  /** Where a range begins that is drawn with the shift key. */
  readonly anchor: number;
  readonly chosen: ReadonlySet<number>;
}

export const noChoice: Choice = { active: -1, anchor: -1, chosen: new Set() };

export interface Modifiers {
  readonly shiftKey: boolean;
  /** ⌘ on a Mac, Ctrl elsewhere. */
  readonly addKey: boolean;
}

/** The line that a key leads to; null for keys that do not move. `page`: lines in view. */
export function lineAfter(
  key: string,
  { active }: Choice,
  count: number,
  page: number,
): number | null {
  if (count === 0) return null;
  const to: Readonly<Record<string, number>> = {
    ArrowDown: active + 1,
    ArrowUp: active < 0 ? count - 1 : active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: count - 1,
  };
  const line = to[key];
  return line === undefined ? null : Math.min(count - 1, Math.max(0, line));
}

/** Goes to a line: alone, or with shift and all between. */
export function goTo(
  choice: Choice,
  line: number,
  { shiftKey }: Pick<Modifiers, 'shiftKey'>,
): Choice {
  if (!shiftKey || choice.anchor < 0)
    return { active: line, anchor: line, chosen: new Set([line]) };
  return { active: line, anchor: choice.anchor, chosen: range(choice.anchor, line) };
}

/** A click on a line. */
export function click(choice: Choice, line: number, { shiftKey, addKey }: Modifiers): Choice {
  if (shiftKey || !addKey) return goTo(choice, line, { shiftKey });
  const chosen = new Set(choice.chosen);
  if (!chosen.delete(line)) chosen.add(line);
  return { active: line, anchor: line, chosen };
}

export function chooseAll(choice: Choice, count: number): Choice {
  return count === 0 ? choice : { ...choice, chosen: range(0, count - 1) };
}

/**
 * The next line whose name begins with what was typed, the present one first unless that is only one letter, which typed
 * again goes on. Null where there is none.
 */
export function typedAhead(
  names: readonly string[],
  typed: string,
  { active }: Choice,
): number | null {
  const wanted = typed.toLowerCase();
  const start = wanted.length === 1 ? active + 1 : Math.max(active, 0);
  for (let step = 0; step < names.length; step++) {
    const line = (start + step) % names.length;
    if (names[line]?.toLowerCase().startsWith(wanted)) return line;
  }
  return null;
}

function range(one: number, other: number): ReadonlySet<number> {
  const from = Math.min(one, other);
  return new Set(Array.from({ length: Math.abs(one - other) + 1 }, (_, index) => from + index));
}
