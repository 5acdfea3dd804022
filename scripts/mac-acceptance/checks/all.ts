/** Every check, in the order in which they are run. */

import type { Check } from '../check.ts';
import { checksByHand } from './by-hand.ts';
import { listingChecks } from './listing.ts';
import { packagedChecks } from './packaged.ts';
import { readingChecks } from './reading.ts';
import { systemChecks } from './system.ts';
import { taskChecks } from './tasks.ts';

/** `app` is a packaged PiKeep.app, or null. */
export function allChecks(app: string | null): readonly Check[] {
  return [
    ...listingChecks,
    ...readingChecks,
    ...taskChecks,
    ...systemChecks,
    ...(app === null ? [] : packagedChecks(app)),
    ...checksByHand,
  ];
}
