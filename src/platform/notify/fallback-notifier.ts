/** Several notifiers as one: the first that accepts a notice shows it. */

import type { Notifier } from '../ports.ts';

export function createFallbackNotifier(...notifiers: readonly Notifier[]): Notifier {
  return {
    async notify(notice) {
      for (const notifier of notifiers) {
        if (await notifier.notify(notice)) return true;
      }
      return false;
    },
    async close() {
      await Promise.all(notifiers.map((notifier) => notifier.close()));
    },
  };
}
