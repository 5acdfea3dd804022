/** Tells the user what happened, in one notice per event. */

import { formatBytes, formatDuration } from '../engine/format.ts';
import type { Notice, Notifier } from '../platform/ports.ts';
import type { Desk, DeskEvent } from './desk.ts';

export interface NoticeActions {
  showPanel(): void;
  /** Shows the image, or the report, of a finished job in its folder. */
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
        body: appearedBody(event),
        onClick: actions.showPanel,
      };
    case 'reminder':
      return {
        id: `reminder ${event.pi}`,
        title: `${event.title}: time for a backup`,
        body: `${event.title} was ${event.last}. Insert its card.`,
        onClick: actions.showPanel,
      };
    case 'hands-free-refused':
      return {
        id: `job ${event.job}`,
        title: `${event.title} is not backed up`,
        body: 'Its card may not be read without you. Click to back it up, or put it in again later.',
        onClick: actions.showPanel,
      };
    case 'checked':
      return {
        id: `errand ${event.errand}`,
        title: event.isBad
          ? `A backup of ${event.title} is not good`
          : `A backup of ${event.title} is checked`,
        body: event.sentence,
        onClick: actions.showPanel,
      };
    case 'job-done': {
      const out = event.ejected ? ' The card can be taken out.' : '';
      if (event.isIncomplete) {
        return {
          id: `job ${event.job}`,
          title: `${event.title} is backed up, but not all of it`,
          body: `The card could not be read everywhere, so the backup is incomplete. It is in ${event.place}.${out}`,
          onClick: actions.showPanel,
        };
      }
      return {
        id: `job ${event.job}`,
        title: `${event.title} is backed up${event.byItself ? ' by itself' : ''}`,
        body: `${formatBytes(event.bytes)} in ${formatDuration(event.seconds)}, in ${event.place}.${out}`,
        onClick: () => actions.reveal(event.job),
      };
    }
    case 'restore-done': {
      const out = event.ejected ? ' The card can be taken out.' : '';
      return {
        id: `job ${event.job}`,
        title: `${event.title} is restored`,
        body: `${formatBytes(event.provenBytes)} read back and compared, in ${formatDuration(event.seconds)}.${out}`,
        onClick: actions.showPanel,
      };
    }
    case 'undo-done':
      return {
        id: `job ${event.job}`,
        title: 'The card is as it was before',
        body: `What it held, ${event.title}, is on it again.`,
        onClick: actions.showPanel,
      };
    case 'job-failed':
      return {
        id: `job ${event.job}`,
        title: failedTitle(event),
        body: `${event.problem} ${event.next}`.trim(),
        onClick: actions.showPanel,
      };
  }
}

/** "Looks like octopi — last backed up 47 days ago. 32 GB. Click to back it up." */
function appearedBody(event: Extract<DeskEvent, { happened: 'card-appeared' }>): string {
  const { kind, title, bytes, history } = event;
  const size = formatBytes(bytes);
  if (kind === 'removable' && history === null) {
    return `${title}, ${size}. Not a Raspberry Pi card, as far as can be seen.`;
  }
  if (history === null) return `A Raspberry Pi card of ${size}. Click to back it up.`;
  return `${history.charAt(0).toUpperCase()}${history.slice(1)}. A card of ${size}; click to back it up.`;
}

/** What the card is worth now is what counts after a restore. */
function failedTitle(event: Extract<DeskEvent, { happened: 'job-failed' }>): string {
  const { kind, card, title } = event;
  if (kind === 'backup') return `${title} is not backed up`;
  if (card === 'unfinished') return `${title} is not restored: its card cannot start a Pi`;
  if (card === 'unproven') return `${title} is not restored: its card is not as it should be`;
  return kind === 'undo' ? 'The card is not as it was before' : `${title} is not restored`;
}
