/** Notices through Electron's `Notification`, handed in so that nothing below the app has to know Electron. */

import type { Notice, Notifier } from '../ports.ts';

/** What is used of Electron's `Notification` (electron.d.ts, class Notification). */
interface ShownNotification {
  on(event: 'show' | 'click' | 'failed' | 'close', listener: () => void): unknown;
  on(event: 'action', listener: (details: { readonly actionIndex: number }) => void): unknown;
  show(): void;
  close(): void;
}

export interface NotificationClass {
  new (options: {
    id: string;
    groupId?: string;
    title: string;
    body: string;
    actions?: { type: 'button'; text: string }[];
  }): ShownNotification;
  isSupported(): boolean;
}

/**
 * How long the system may take to say "shown" or "failed", in milliseconds. An unsigned development build on macOS may
 * say neither; the notice is then taken back, so that another notifier can show it without showing it twice.
 */
const ANSWER_MS = 5000;

/** Throws nothing; `notify` resolves false where notifications are unsupported or the system says that it failed. */
export function createElectronNotifier(
  notifications: NotificationClass,
  system: NodeJS.Platform = process.platform,
): Notifier {
  /** Held until closed: Electron forgets the click of a notification that was garbage-collected. */
  const shown = new Map<string, ShownNotification>();

  function show(notice: Notice): Promise<boolean> {
    const { id, group, title, actions = [] } = notice;
    const body = system === 'linux' ? withoutMarkup(notice.body) : notice.body;
    // Urgency and sound are left to the system, so that a Focus holds notices back.
    const notification = new notifications({
      ...{ id, title, body },
      ...(group === undefined ? {} : { groupId: group }),
      ...(actions.length === 0
        ? {}
        : { actions: actions.map(({ label }) => ({ type: 'button' as const, text: label })) }),
    });
    // On macOS the new one takes the place of one with its id, elsewhere that would stay (electron.d.ts, `id`).
    shown.get(id)?.close();
    shown.set(id, notification);
    const forget = () => {
      if (shown.get(id) === notification) shown.delete(id);
    };
    let answered = false;
    const answer = (run: (() => void) | undefined) => {
      if (answered || run === undefined) return;
      answered = true;
      forget();
      run();
    };
    notification.on('click', () => answer(notice.onClick));
    notification.on('action', ({ actionIndex }) => answer(actions[actionIndex]?.run));
    notification.on('close', forget);
    return new Promise((resolve) => {
      const settle = (accepted: boolean) => {
        clearTimeout(deadline);
        if (!accepted) forget();
        resolve(accepted);
      };
      const deadline = setTimeout(() => {
        notification.close();
        settle(false);
      }, ANSWER_MS);
      notification.on('show', () => settle(true));
      notification.on('failed', () => settle(false));
      notification.show();
    });
  }

  return {
    async notify(notice) {
      try {
        return notifications.isSupported() && (await show(notice));
      } catch {
        // The port's promise: a notice that cannot be shown is an answer, not an error. The next notifier is asked.
        return false;
      }
    },
    async close() {
      for (const notification of shown.values()) notification.close();
      shown.clear();
    },
  };
}

/**
 * Daemons read the body as markup (Desktop Notifications Specification 1.2), and Electron hands it on as it is
 * (libnotify_notification.cc). Signs that look alike mean nothing to them, and stay right should Electron ever quote them.
 */
function withoutMarkup(text: string): string {
  return text.replaceAll('<', '‹').replaceAll('>', '›');
}
