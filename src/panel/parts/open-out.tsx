import { IN_WINDOW } from '../../contract/told.ts';
import { say } from '../../language/say.ts';
import { placeOf } from '../place.ts';
import type { Route } from '../route.ts';

/** It is there already, or in a browser's. */
const isInWindow = location.search === `?${IN_WINDOW}` || window.pikeep === undefined;

/** Takes a page out of the small panel into a window of its own, where there is more room. */
export function OpenOut({ route }: { readonly route: Route }) {
  if (isInWindow) return null;
  return (
    <button
      type="button"
      class="quiet open-out"
      title={say`Open in a window`}
      aria-label={say`Open in a window`}
      onClick={() => window.pikeep?.openOut(placeOf(route))}
    >
      <svg class="outward" viewBox="0 0 16 16" aria-hidden="true">
        <path d="M9.5 2.5h4v4M13.5 2.5l-5 5M6.5 4h-3a1 1 0 0 0-1 1v7.5a1 1 0 0 0 1 1H11a1 1 0 0 0 1-1v-3" />
      </svg>
    </button>
  );
}
