/** Tells the user what happened, in one notice per event. */

import type { Desk, DeskEvent } from '../desk/desk.ts';
import { formatBytes, formatDuration } from '../engine/format.ts';
import type { Notice, Notifier } from '../platform/ports.ts';

export interface NoticeActions {
  showPanel(): void;
  /** Shows the image of a finished job in its folder. */
  reveal(job: string): void;
}

/** Returns its own unsubscribe. */
export function announce(
  desk: Desk,
  notifier: Notifier,
  panel: { readonly show: () => void },
): () => void {
  const actions: NoticeActions = {
    showPanel: panel.show,
    reveal: (job) => void desk.command({ command: 'reveal', job }),
  };
  return desk.onEvent((event) => {
    // Whether it could be shown changes nothing: tray and panel say the same.
    void notifier.notify(noticeOf(event, actions));
  });
}

export function noticeOf(event: DeskEvent, actions: NoticeActions): Notice {
  switch (event.happened) {
    case 'card-appeared':
      return {
        id: `card ${event.disk}`,
        title: event.kind === 'pi' ? `${event.title} is here` : 'A removable disk is here',
        body:
          event.kind === 'pi'
            ? `A Raspberry Pi card of ${formatBytes(event.bytes)}. Click to back it up.`
            : `${event.title}, ${formatBytes(event.bytes)}. Not a Raspberry Pi card, as far as can be seen.`,
        onClick: actions.showPanel,
      };
    case 'job-done': {
      const out = event.ejected ? ' The card can be taken out.' : '';
      return {
        id: `job ${event.job}`,
        title: `${event.title} is backed up`,
        body: `${formatBytes(event.bytes)} in ${formatDuration(event.seconds)}, in ${event.place}.${out}`,
        onClick: () => actions.reveal(event.job),
      };
    }
    case 'job-failed':
      return {
        id: `job ${event.job}`,
        title: `${event.title} is not backed up`,
        body: `${event.problem} ${event.next}`.trim(),
        onClick: actions.showPanel,
      };
  }
}
