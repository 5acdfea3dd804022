import { expect, it } from 'vitest';
import { appPlaces, parsePlace } from '../../src/contract/told.ts';
import { placeOf, routeAt } from '../../src/panel/place.ts';
import type { Route } from '../../src/panel/route.ts';

/** Keys are text of any kind: names of Pis and files are in them. */
const KEY = 'table "ä"&=?#/../%20 1+1';

const routes: readonly Route[] = [
  { at: 'home' },
  { at: 'library' },
  { at: 'loose' },
  { at: 'settings' },
  { at: 'diagnosis' },
  { at: 'pi', pi: KEY },
  { at: 'report', backup: KEY },
  { at: 'files', backup: KEY },
  { at: 'compare', pi: KEY, backup: 'b' },
];

it.each(routes)(
  '$at comes back from the word that names it, which an address can hold',
  (route) => {
    const place = placeOf(route);
    expect(parsePlace(place)).toBe(place);
    expect(new URL(`pikeep://panel/index.html?window#${place}`).hash).toBe(`#${place}`);
    expect(routeAt(place)).toEqual(route);
  },
);

it('opens the Pi whose backups were being thrown away, and asks anew what goes', () => {
  const route: Route = { at: 'forget', pi: KEY, backups: ['a', 'b'] };
  expect(routeAt(placeOf(route))).toEqual({ at: 'pi', pi: KEY });
});

it.each(['', '?', 'nowhere', 'pi', 'files?pi=1', 'compare?pi=1', 'forget?pi=1', 'constructor'])(
  '“%s” leads nowhere',
  (place) => {
    expect(routeAt(place)).toBeNull();
  },
);

it('knows every place that the menus of the app lead to', () => {
  expect(appPlaces.map((place) => routeAt(place))).toEqual(appPlaces.map((at) => ({ at })));
});
