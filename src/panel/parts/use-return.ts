/** The user comes back to the page: from another window, another tab, or another app. */

import { useLayoutEffect, useRef } from 'preact/hooks';

export function useReturn(onReturn: () => void): void {
  const latest = useRef(onReturn);
  latest.current = onReturn;
  // Before the paint: who comes back at that moment is heard, too.
  useLayoutEffect(() => {
    // Both fire when a hidden page is brought to the front; it is seen once.
    let isDue = false;
    const come = (): void => {
      if (isDue || document.visibilityState !== 'visible') return;
      isDue = true;
      queueMicrotask(() => {
        isDue = false;
        latest.current();
      });
    };
    addEventListener('focus', come);
    document.addEventListener('visibilitychange', come);
    return () => {
      removeEventListener('focus', come);
      document.removeEventListener('visibilitychange', come);
    };
  }, []);
}
