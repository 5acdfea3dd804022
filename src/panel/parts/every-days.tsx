import type { ComponentChildren, VNode } from 'preact';
import { MAX_DAYS } from '../../contract/fields.ts';
import { useTyped } from './use-typed.ts';

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
  const { text, type, end } = useTyped(`${days ?? usual}`);
  const number = Number(text);
  const isDays = Number.isInteger(number) && number >= 1 && number <= MAX_DAYS;
  return (
    <div class="setting">
      <input
        type="checkbox"
        checked={days !== null}
        aria-label={words.switch(text)}
        onChange={({ currentTarget: { checked } }) => {
          onChange(checked ? (isDays ? number : usual) : null);
          end();
        }}
      />
      <span>
        {words.sentence(
          <input
            type="number"
            class="days"
            min={1}
            max={MAX_DAYS}
            value={text}
            aria-label={words.days}
            aria-invalid={!isDays}
            disabled={days === null}
            onInput={({ currentTarget: { value } }) => type(value)}
            onChange={() => {
              if (isDays) onChange(number);
              end();
            }}
          />,
        )}
      </span>
    </div>
  );
}
