import { useState } from 'preact/hooks';
import { say } from '../../language/say.ts';
import { Action } from '../parts/action.tsx';
import type { Send } from '../parts/send.ts';

export interface CancelProps {
  readonly job: string;
  /** For a screen reader: what is cancelled. */
  readonly label: string;
  readonly cancelling: boolean;
  /** What is asked before; null where nothing is lost. */
  readonly thought: SecondThought | null;
  readonly send: Send;
}

export interface SecondThought {
  readonly question: string;
  /** What stopping costs. */
  readonly cost: string;
  readonly keep: string;
  readonly stop: string;
}

/** Ends a job. Where that costs something it is asked once more, in the place of the button. */
export function Cancel({ job, label, cancelling, thought, send }: CancelProps) {
  const [isAsking, setAsking] = useState(false);
  const cancel = { command: 'cancel', job } as const;
  if (cancelling || thought === null) {
    return (
      <Action command={cancel} send={send} disabled={cancelling} label={label}>
        {say`Cancel`}
      </Action>
    );
  }
  if (!isAsking) {
    return (
      <button type="button" class="plain" aria-label={label} onClick={() => setAsking(true)}>
        {say`Cancel`}
      </button>
    );
  }
  return (
    <div
      class="second-thought"
      role="alertdialog"
      aria-label={thought.question}
      aria-describedby={`cost-${job}`}
      onKeyDown={({ key }) => key === 'Escape' && setAsking(false)}
    >
      <p id={`cost-${job}`}>{thought.cost}</p>
      <div class="buttons">
        {/* The question takes the place of the button that was pressed, and its focus. */}
        <button
          type="button"
          class="primary"
          ref={(button) => {
            if (document.activeElement === document.body) button?.focus();
          }}
          onClick={() => setAsking(false)}
        >
          {thought.keep}
        </button>
        <Action kind="danger" command={cancel} send={send}>
          {thought.stop}
        </Action>
      </div>
    </div>
  );
}
