/** Which page is shown, and by which way it was reached. The page keeps this to itself; PiKeep does not know of it. */

export type Route =
  | { readonly at: 'home' }
  | { readonly at: 'library' }
  /** Images without a manifest. */
  | { readonly at: 'loose' }
  | { readonly at: 'pi'; readonly pi: string }
  /** Which backups of a Pi go: those that its rules let go, or those that were chosen. */
  | { readonly at: 'forget'; readonly pi: string; readonly backups: readonly string[] | null }
  | { readonly at: 'report'; readonly backup: string }
  | { readonly at: 'files'; readonly backup: string }
  | { readonly at: 'compare'; readonly pi: string; readonly backup: string }
  | { readonly at: 'settings' }
  /** The report for whoever wants to help. */
  | { readonly at: 'diagnosis' }
  /** The pages of the first start, once more. */
  | { readonly at: 'welcome' };

/** A page on the way, and what is to be found again there when one comes back. */
export interface Step {
  readonly route: Route;
  /** How far the page was scrolled, in CSS pixels. */
  readonly scrolled: number;
  /** `data-id` of what had the focus. */
  readonly focused: string | null;
}

/** The way to the present page, which is the last; the first is always home. */
export type Way = readonly Step[];

const home: Step = { route: { at: 'home' }, scrolled: 0, focused: null };
export const atHome: Way = [home];

/** More steps than anybody walks; those right after home are forgotten first. */
const LONGEST = 32;

export function present(way: Way): Step {
  return way.at(-1) ?? home;
}

/** What is left behind on the present page. */
export type Left = Omit<Step, 'route'>;

/** One page further. A page that is on the way already is gone back to, so that nobody walks in circles. */
export function goOn(way: Way, route: Route, left: Left): Way {
  const again = way.findIndex((step) => isSame(step.route, route));
  if (again >= 0) return way.slice(0, again + 1);
  const next = [
    ...way.slice(0, -1),
    { ...present(way), ...left },
    { route, scrolled: 0, focused: null },
  ];
  return next.length > LONGEST ? [home, ...next.slice(1 - LONGEST)] : next;
}

export function goBack(way: Way): Way {
  return way.length > 1 ? way.slice(0, -1) : way;
}

/** The library stands beside the page: what is chosen there takes the place of the page, and of the way to it. */
export function goBeside(way: Way, route: Route, left: Left): Way {
  const library = way.findIndex(({ route: { at } }) => at === 'library');
  return library < 0 ? goOn(way, route, left) : goOn(way.slice(0, library + 1), route, left);
}

function isSame(one: Route, other: Route): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
