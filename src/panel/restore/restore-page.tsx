/** The page on which a restore is chosen and confirmed, in place of the cards. */

import { useLayoutEffect, useRef } from 'preact/hooks';
import type { RestoreView } from '../../contract/panel.ts';
import { RefusedDisks } from '../card/refused-disks.tsx';
import { RestoreChoice } from './restore-choice.tsx';
import { RestoreQuestion } from './restore-question.tsx';

export interface RestorePageProps {
  readonly restore: RestoreView;
}

export function RestorePage({ restore }: RestorePageProps) {
  const { step, chosen } = restore;
  const ready = chosen?.state.is === 'ready' ? chosen.state : null;
  const isQuestion = step === 'confirm' && ready !== null && ready.token !== null;
  const section = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    // A step has another content: who works by keyboard or listens begins at its head.
    if (document.activeElement === document.body) section.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [isQuestion]);
  return (
    <>
      <section
        class="restore"
        tabIndex={-1}
        ref={section}
        aria-labelledby={isQuestion ? 'restore-question' : 'restore-choice'}
      >
        {isQuestion && chosen ? (
          <RestoreQuestion
            key={ready.token}
            ready={ready}
            disk={chosen.disk}
            card={chosen.card}
            forceUnmount={restore.forceUnmount}
          />
        ) : (
          <RestoreChoice restore={restore} />
        )}
      </section>
      {!isQuestion && <RefusedDisks />}
    </>
  );
}
