/** Tells the user what happened, in one notice per event. */

import type { Desk, DeskEvent } from '../desk/desk.ts';
import type { Notice, Notifier } from '../platform/ports.ts';

export interface NoticeActions {
  showPanel(): void;
  /** Shows the image of a finished job in its folder. */
  reveal(job: string): void;
}

/** Returns its own unsubscribe. */
export function announce(desk: Desk, notifier: Notifier, actions: NoticeActions): () => void {
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
            ? `A Raspberry Pi card of ${sizeWords(event.bytes)}. Click to back it up.`
            : `${event.title}, ${sizeWords(event.bytes)}. Not a Raspberry Pi card, as far as can be seen.`,
        onClick: actions.showPanel,
      };
    case 'job-done': {
      const out = event.ejected ? ' The card can be taken out.' : '';
      return {
        id: `job ${event.job}`,
        title: `${event.title} is backed up`,
        body: `${sizeWords(event.bytes)} in ${durationWords(event.seconds)}, in ${event.place}.${out}`,
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

/** As card makers count: 1 GB is 1 000 000 000 bytes. */
export function sizeWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

export function durationWords(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
