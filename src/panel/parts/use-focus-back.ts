/** What is laid over the page takes the focus; what had it before gets it back. */

import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * To be used by the page below, not by what lies over it: as long as a modal dialog is in the document, nothing else can have
 * the focus, and when it is told to go it is still there.
 */
export function useFocusBack(isCovered: boolean): void {
  const before = useRef<Element | null>(null);
  // Now, while the page is still as it was.
  if (isCovered) before.current ??= document.activeElement;
  useLayoutEffect(() => {
    if (isCovered) return;
    if (before.current instanceof HTMLElement) before.current.focus({ preventScroll: true });
    before.current = null;
  }, [isCovered]);
}
