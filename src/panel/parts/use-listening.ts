import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Hears an event of the window, with what the newest drawing makes of it. Listens as soon as the page is drawn: an effect
 * that waits for the paint would miss a key pressed in between.
 */
export function useListening<K extends keyof WindowEventMap>(
  name: K,
  hear: (event: WindowEventMap[K]) => void,
): void {
  const latest = useRef(hear);
  latest.current = hear;
  useLayoutEffect(() => {
    const listener = (event: WindowEventMap[K]): void => latest.current(event);
    addEventListener(name, listener);
    return () => removeEventListener(name, listener);
  }, [name]);
}
