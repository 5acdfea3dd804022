import { useLayoutEffect, useState } from 'preact/hooks';

/** Wide enough for the library and a page side by side: a browser's window, never the panel under the tray icon. */
const wide = matchMedia('(min-width: 860px)');

export function useWide(): boolean {
  const [isWide, setWide] = useState(wide.matches);
  useLayoutEffect(() => {
    const look = (): void => setWide(wide.matches);
    wide.addEventListener('change', look);
    return () => wide.removeEventListener('change', look);
  }, []);
  return isWide;
}
