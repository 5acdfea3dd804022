/** Which rows of a long list are worth building: those in view and a few around them. */

import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface Rows {
  /** The first row that is built, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

/** Rows built above and below what is in view, so that scrolling shows no gaps. */
const AROUND = 12;

/**
 * `top` is how far the list begins below the upper edge of the view (negative once it was scrolled past), `view` the height
 * of the view; all in CSS pixels. A list that is not laid out yet (`row` 0) gets a first handful.
 */
export function rowsInView(count: number, row: number, top: number, view: number): Rows {
  if (row <= 0) return { from: 0, to: Math.min(count, 2 * AROUND) };
  const first = Math.floor(-top / row) - AROUND;
  const last = Math.ceil((view - top) / row) + AROUND;
  const from = Math.min(Math.max(0, first), Math.max(0, count - 1));
  return { from, to: Math.max(from, Math.min(count, last)) };
}

/** What goes around the rows. */
type List = HTMLElement & HTMLDivElement & HTMLUListElement;
type Ref = RefObject<List | null>;

export interface RowWindow extends Rows {
  /** Goes on the element around the rows. */
  readonly list: Ref;
  /** Heights in CSS pixels that stand for the rows left out. */
  readonly above: number;
  readonly below: number;
  /** Scrolls so that a row is in view, built or not. */
  readonly reveal: (row: number) => void;
}

/** Follows the scrolling of the page; every row is as high as the first one that is marked `data-row`. */
export function useRowWindow(count: number): RowWindow {
  const list = useRef<List>(null);
  const height = useRef(0);
  const [rows, setRows] = useState<Rows>({ from: 0, to: Math.min(count, 2 * AROUND) });

  useLayoutEffect(() => {
    const measure = (): void => {
      const element = list.current;
      if (!element) return;
      const row = element.querySelector('[data-row]');
      if (row) height.current = row.getBoundingClientRect().height;
      const next = rowsInView(
        count,
        height.current,
        element.getBoundingClientRect().top,
        innerHeight,
      );
      setRows((old) => (old.from === next.from && old.to === next.to ? old : next));
    };
    measure();
    addEventListener('scroll', measure, { passive: true });
    addEventListener('resize', measure);
    return () => {
      removeEventListener('scroll', measure);
      removeEventListener('resize', measure);
    };
  }, [count]);

  const reveal = (row: number): void => {
    const element = list.current;
    if (!element || height.current <= 0) return;
    const style = getComputedStyle(document.documentElement);
    const head = Number.parseFloat(style.scrollPaddingTop) || 0;
    const foot = Number.parseFloat(style.scrollPaddingBottom) || 0;
    const top = element.getBoundingClientRect().top + row * height.current;
    if (top < head) scrollBy(0, top - head);
    const over = top + height.current - (innerHeight - foot);
    if (over > 0) scrollBy(0, over);
  };

  const from = Math.min(rows.from, count);
  const to = Math.min(rows.to, count);
  return {
    list,
    from,
    to,
    above: from * height.current,
    below: (count - to) * height.current,
    reveal,
  };
}
