import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Snapshot } from '../../contract/panel.ts';
import { forgetAnswers } from '../parts/use-ask.ts';

/** When the sample card takes the page over, and when it gives it back, nothing of the other may stay on it. */
export function useSampleSwitch(sample: Snapshot['sample'], home: () => void): void {
  const isShown = sample?.is === 'shown';
  const before = useRef(isShown);
  useLayoutEffect(() => {
    if (before.current === isShown) return;
    before.current = isShown;
    forgetAnswers();
    home();
  }, [isShown, home]);
}
