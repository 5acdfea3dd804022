/** While a card is being opened, the system may ask for a password. */

import type { Desk } from '../desk/desk.ts';
import type { PanelWindow } from './panel-window.ts';

/**
 * The panel stays while that dialog has the focus. Returns its own unsubscribe.
 */
export function followOpening(desk: Desk, panel: Pick<PanelWindow, 'keepOpen'>): () => void {
  let wasOpening = false;
  return desk.onSnapshot(({ jobs }) => {
    const opening = jobs.some(({ state }) => state.is === 'working' && state.phase === 'opening');
    if (opening === wasOpening) return;
    wasOpening = opening;
    panel.keepOpen(opening);
  });
}
