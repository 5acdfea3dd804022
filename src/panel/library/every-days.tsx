import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';

export interface EveryDaysProps {
  /** Null: off. */
  readonly days: number | null;
  /** What is begun with. */
  readonly usual: number;
  readonly words: {
    /** With the input in it. */
    readonly sentence: (input: VNode) => ComponentChildren;
    /** Says it of the switch in front. */
    readonly switch: (days: string) => string;
    /** Says it of the input. */
    readonly days: string;
  };
  readonly onChange: (days: number | null) => void;
}

/** A setting that is off, or is a number of days. */
export function EveryDays({ days, usual, words, onChange }: EveryDaysProps) {
  const [typed, setTyped] = useState(`${days ?? usual}`);
  const number = Number(typed);
  const isDays = Number.isInteger(number) && number >= 1 && number <= 3650;
  return (
    <div class="setting">
      <input
        type="checkbox"
        checked={days !== null}
        aria-label={words.switch(typed)}
        onChange={({ currentTarget: { checked } }) =>
          onChange(checked ? (isDays ? number : usual) : null)
        }
      />
      <span>
        {words.sentence(
          <input
            type="number"
            class="days"
            min={1}
            max={3650}
            value={typed}
            aria-label={words.days}
            aria-invalid={!isDays}
            disabled={days === null}
            onInput={({ currentTarget: { value } }) => setTyped(value)}
            onChange={() => {
              if (isDays) onChange(number);
              else setTyped(`${days ?? usual}`);
            }}
          />,
        )}
      </span>
    </div>
  );
}
