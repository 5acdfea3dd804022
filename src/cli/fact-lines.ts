/** Facts with their names, as lines that fit a terminal nobody made wider. */

import { tableLines } from './table.ts';
import { wrap } from './wrap.ts';

const WIDTH = 80;

/** Rows of a name and a value. Long sentences go on below; whatever holds a path stays whole, so that it can be copied. */
export function factLines(rows: readonly (readonly [name: string, value: string])[]): string[] {
  const room = WIDTH - Math.max(0, ...rows.map(([name]) => name.length)) - 2;
  return tableLines(
    rows.flatMap(([name, value]) => {
      const lines = value.includes('/') ? [value] : wrap(value, room);
      return lines.map((line, row) => [row === 0 ? name : '', line]);
    }),
  );
}
