/** While a card is being opened, the system may ask for a password; our own dialogs take the focus, too. */

import type { Desk } from '../desk/desk.ts';
import type { PanelWindow } from './panel-window.ts';

type Staying = Pick<PanelWindow, 'stay'>;

/** The panel stays while that dialog has the focus. Returns its own unsubscribe. */
export function followOpening(desk: Desk, panel: Staying): () => void {
  let leave: (() => void) | null = null;
  return desk.onSnapshot(({ jobs }) => {
    const opening = jobs.some(({ state }) => state.is === 'working' && state.phase === 'opening');
    if (opening === (leave !== null)) return;
    if (leave) leave();
    leave = opening ? panel.stay() : null;
  });
}

/** Asks something in a dialog of our own while the panel stays. */
export async function whileStaying<T>(panel: Staying, ask: () => Promise<T>): Promise<T> {
  const leave = panel.stay();
  try {
    return await ask();
  } finally {
    leave();
  }
}
