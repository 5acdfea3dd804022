import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { say } from '../../language/say.ts';
import { Action } from '../parts/action.tsx';
import { useTools } from '../parts/page-tools.ts';

export interface CancelProps {
  readonly job: string;
  /** For a screen reader: what is cancelled. */
  readonly label: string;
  readonly cancelling: boolean;
  /** What is asked before; null where nothing is lost. */
  readonly thought: SecondThought | null;
}

export interface SecondThought {
  readonly question: string;
  /** What stopping costs. */
  readonly cost: string;
  readonly goOn: string;
  /** Stops, and keeps what can be continued later; null where nothing can. */
  readonly stopAndKeep: string | null;
  readonly stop: string;
}

/** Ends a job. Where that costs something it is asked once more, in the place of the button. */
export function Cancel({ job, label, cancelling, thought }: CancelProps) {
  const { send } = useTools();
  const [isWanted, setWanted] = useState(false);
  const cancel = { command: 'cancel', job } as const;
  const isAsking = isWanted && thought !== null && !cancelling;
  const first = useRef<HTMLButtonElement>(null);
  const before = useRef(isAsking);
  useLayoutEffect(() => {
    if (before.current === isAsking) return;
    before.current = isAsking;
    // The question and the button take each other's place, and the focus of what was pressed.
    if (document.activeElement === document.body) first.current?.focus();
  }, [isAsking]);
  if (!isAsking) {
    return (
      <button
        type="button"
        class="plain"
        ref={first}
        aria-label={label}
        aria-disabled={cancelling || undefined}
        onClick={() => {
          if (cancelling) return;
          if (thought === null) void send(cancel);
          else setWanted(true);
        }}
      >
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
      onKeyDown={({ key }) => key === 'Escape' && setWanted(false)}
    >
      <p id={`cost-${job}`}>{thought.cost}</p>
      <div class="buttons">
        <button type="button" class="primary" ref={first} onClick={() => setWanted(false)}>
          {thought.goOn}
        </button>
        {thought.stopAndKeep !== null && (
          <Action command={{ ...cancel, keep: true }}>{thought.stopAndKeep}</Action>
        )}
        <Action kind="danger" command={cancel}>
          {thought.stop}
        </Action>
      </div>
    </div>
  );
}
