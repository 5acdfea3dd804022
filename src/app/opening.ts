/** While a card is being opened, the system may ask for a password. */

import type { Desk } from '../desk/desk.ts';
import type { Authorizer } from '../platform/ports.ts';
import type { PanelWindow } from './panel-window.ts';
import { report } from './report.ts';

/**
 * The panel stays while the dialog has the focus, and a right that the user has given is given back as soon as no card
 * is being opened any more. Returns its own unsubscribe.
 */
export function followOpening(
  desk: Desk,
  panel: Pick<PanelWindow, 'keepOpen'>,
  authorizer: Authorizer | null,
): () => void {
  let wasOpening = false;
  return desk.onSnapshot(({ jobs }) => {
    const opening = jobs.some(({ state }) => state.is === 'working' && state.phase === 'opening');
    if (opening === wasOpening) return;
    wasOpening = opening;
    panel.keepOpen(opening);
    if (!opening) authorizer?.release?.().catch(report);
  });
}
