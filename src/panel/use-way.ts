/** The way through the pages, with what has to be found again on each. */

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import {
  atHome,
  goBack,
  goBeside,
  goOn,
  type Left,
  present,
  type Route,
  type Way,
} from './route.ts';

export interface Walk {
  readonly way: Way;
  readonly go: (route: Route) => void;
  readonly back: () => void;
  readonly home: () => void;
}

/** A page comes up empty and fills within a moment: so long it is tried to find what had the focus there. */
const FILLING_MS = 1500;

/** `led`: where the app leads to; another object each time. */
export function useWay(isWide: boolean, led: { readonly route: Route } | null): Walk {
  const [way, setWay] = useState<Way>(atHome);
  const walked = useRef(way);
  const { route, focused, scrolled } = present(way);
  const key = JSON.stringify(route);

  useLayoutEffect(() => {
    if (walked.current === way) return;
    const isBack = way.length < walked.current.length;
    walked.current = way;
    if (!isBack) {
      scrollTo(0, 0);
      page()?.focus({ preventScroll: true });
      return;
    }
    return findAgain(focused, scrolled);
  }, [key]);

  useLayoutEffect(() => {
    if (led?.route.at === 'home') setWay(atHome);
    else if (led) setWay(goOn(way, led.route, left()));
  }, [led]);

  return {
    way,
    go: (next) =>
      setWay(isWide && isListed(next) ? goBeside(way, next, left()) : goOn(way, next, left())),
    back: () => setWay(goBack(way)),
    home: () => setWay(atHome),
  };
}

/** Pages that are chosen in the library, which stands beside them where there is room. */
function isListed({ at }: Route): boolean {
  return at === 'pi' || at === 'loose';
}

function page(): HTMLElement | null {
  return document.querySelector<HTMLElement>('[data-page]');
}

function left(): Left {
  const { activeElement } = document;
  const focused = activeElement instanceof HTMLElement ? activeElement.dataset['id'] : undefined;
  return { scrolled: scrollY, focused: focused ?? null };
}

/** Brings scroll and focus back as soon as what had them is there again. Returns how to give up. */
function findAgain(focused: string | null, scrolled: number): () => void {
  const before = document.activeElement;
  page()?.focus({ preventScroll: true });
  const started = performance.now();
  let frame = 0;
  const look = (): void => {
    const found = [...document.querySelectorAll<HTMLElement>('[data-id]')].find(
      ({ dataset }) => dataset['id'] === focused,
    );
    const isOurs = [before, page(), document.body].includes(document.activeElement as HTMLElement);
    if (!isOurs) return;
    scrollTo(0, scrolled);
    if (found) found.focus({ preventScroll: true });
    else if (focused !== null && performance.now() - started < FILLING_MS) {
      frame = requestAnimationFrame(look);
    }
  };
  look();
  return () => cancelAnimationFrame(frame);
}
