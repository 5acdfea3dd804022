/** A page as a word of an address (`contract/told.ts`), for the app's menus and for the window that a page opens out to. */

import type { Route } from './route.ts';

/** What is chosen on a page that only asks for something is not taken along: its Pi is opened. */
export function placeOf(route: Route): string {
  switch (route.at) {
    case 'forget':
      return `pi?${new URLSearchParams({ pi: route.pi })}`;
    default: {
      const { at, ...values } = route;
      const words = `${new URLSearchParams(values as Record<string, string>)}`;
      return words === '' ? at : `${at}?${words}`;
    }
  }
}

/** Null for a place that this page does not have. */
export function routeAt(place: string): Route | null {
  const cut = place.indexOf('?');
  const at = cut < 0 ? place : place.slice(0, cut);
  const values = new URLSearchParams(cut < 0 ? '' : place.slice(cut + 1));
  const [pi, backup] = [values.get('pi'), values.get('backup')];
  switch (at) {
    case 'home':
    case 'library':
    case 'loose':
    case 'settings':
    case 'diagnosis':
      return { at };
    case 'pi':
      return pi === null ? null : { at, pi };
    case 'report':
    case 'files':
      return backup === null ? null : { at, backup };
    case 'compare':
      return pi === null || backup === null ? null : { at, pi, backup };
    default:
      return null;
  }
}
