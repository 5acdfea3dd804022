/** The frame around one card or one backup. It stays the same while what is inside changes from offer to outcome. */

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export interface CardSectionProps {
  readonly title: string;
  /** Another word for each thing that can be inside. */
  readonly stage: string;
  readonly children: ComponentChildren;
}

export function CardSection({ title, stage, children }: CardSectionProps) {
  const section = useRef<HTMLElement>(null);
  const before = useRef(stage);
  useLayoutEffect(() => {
    if (before.current === stage) return;
    before.current = stage;
    // The button that was pressed is gone, and with it the focus: whoever works by keyboard goes on from here.
    if (document.activeElement === document.body) section.current?.focus({ preventScroll: true });
  }, [stage]);
  return (
    <section class="card" aria-label={title} tabIndex={-1} ref={section}>
      {children}
    </section>
  );
}
