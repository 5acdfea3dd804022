/** The page on which a restore is chosen and confirmed, in place of the cards. */

import { useLayoutEffect, useRef } from 'preact/hooks';
import type { RestoreView, Snapshot } from '../../contract/panel.ts';
import { RefusedDisks } from '../card/refused-disks.tsx';
import type { Send } from '../parts/send.ts';
import { RestoreChoice } from './restore-choice.tsx';
import { RestoreQuestion } from './restore-question.tsx';

export interface RestorePageProps {
  readonly restore: RestoreView;
  readonly snapshot: Snapshot;
  readonly onMac: boolean;
  readonly send: Send;
}

export function RestorePage({ restore, snapshot, onMac, send }: RestorePageProps) {
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
            send={send}
          />
        ) : (
          <RestoreChoice restore={restore} snapshot={snapshot} onMac={onMac} send={send} />
        )}
      </section>
      {!isQuestion && (
        <RefusedDisks disks={snapshot.refused} settings={snapshot.settings} send={send} />
      )}
    </>
  );
}
