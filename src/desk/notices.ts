/** Tells the user what happened, in one notice per event. */

import { formatBytes, formatDuration } from '../engine/format.ts';
import { sentenceCase } from '../language/format.ts';
import { say } from '../language/say.ts';
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
        title: event.kind === 'pi' ? say`${event.title} is here` : say`A removable disk is here`,
        body: appearedBody(event),
        onClick: actions.showPanel,
      };
    case 'reminder':
      return {
        id: `reminder ${event.pi}`,
        title: say`${event.title}: time for a backup`,
        body: `${event.last} ${say`Insert its card.`}`,
        onClick: actions.showPanel,
      };
    case 'hands-free-refused':
      return {
        id: `job ${event.job}`,
        title: say`${event.title} is not backed up`,
        body: say`Its card may not be read without you. Click to back it up, or put it in again later.`,
        onClick: actions.showPanel,
      };
    case 'checked':
      return {
        id: `errand ${event.errand}`,
        title: event.isBad
          ? say`A backup of ${event.title} is not good`
          : say`A backup of ${event.title} is checked`,
        body: event.sentence,
        onClick: actions.showPanel,
      };
    case 'job-done': {
      if (event.isIncomplete) {
        return {
          id: `job ${event.job}`,
          title: say`${event.title} is backed up, but not all of it`,
          body: andOut(
            event,
            say`The card could not be read everywhere, so the backup is incomplete. It is in ${event.place}.`,
          ),
          onClick: actions.showPanel,
        };
      }
      return {
        id: `job ${event.job}`,
        title: event.byItself
          ? say`${event.title} is backed up by itself`
          : say`${event.title} is backed up`,
        body: andOut(
          event,
          say`${formatBytes(event.bytes)} in ${formatDuration(event.seconds)}, in ${event.place}.`,
        ),
        onClick: () => actions.reveal(event.job),
      };
    }
    case 'restore-done': {
      return {
        id: `job ${event.job}`,
        title: say`${event.title} is restored`,
        body: andOut(
          event,
          say`${formatBytes(event.provenBytes)} read back and compared, in ${formatDuration(event.seconds)}.`,
        ),
        onClick: actions.showPanel,
      };
    }
    case 'undo-done':
      return {
        id: `job ${event.job}`,
        title: say`The card is as it was before`,
        body: say`What it held, ${event.title}, is on it again.`,
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
    return say`${title}, ${size}. Not a Raspberry Pi card, as far as can be seen.`;
  }
  if (history === null) return say`A Raspberry Pi card of ${size}. Click to back it up.`;
  return say`${sentenceCase(history)}. A card of ${size}; click to back it up.`;
}

/** What can be done with the card is a sentence of its own. */
function andOut({ ejected }: { readonly ejected: boolean }, sentence: string): string {
  return ejected ? `${sentence} ${say`The card can be taken out.`}` : sentence;
}

/** What the card is worth now is what counts after a restore. */
function failedTitle(event: Extract<DeskEvent, { happened: 'job-failed' }>): string {
  const { kind, card, title } = event;
  if (kind === 'backup') return say`${title} is not backed up`;
  if (card === 'unfinished') return say`${title} is not restored: its card cannot start a Pi`;
  if (card === 'unproven') return say`${title} is not restored: its card is not as it should be`;
  return kind === 'undo' ? say`The card is not as it was before` : say`${title} is not restored`;
}
