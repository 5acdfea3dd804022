import type { VNode } from 'preact';
import type { Preferences, KeepRules as Rules } from '../../contract/panel.ts';
import { MAX_KEPT } from '../../contract/pi.ts';
import { say, sayAround } from '../../language/say.ts';
import { useTools } from '../parts/page-tools.ts';
import { useTyped } from '../parts/use-typed.ts';
import { useWishes } from '../parts/use-wishes.ts';

export interface KeepRulesProps {
  readonly pi: string;
  readonly preferences: Preferences;
}

/** What one begins with: all of the last days and weeks, and the rest thinned out. */
const usual: Rules = { last: 3, daily: 7, weekly: 4, monthly: 12 };

interface Part {
  readonly part: keyof Rules;
  /** With the input in it. */
  readonly words: (input: VNode) => (string | VNode)[];
  /** Says it of the input. */
  readonly label: () => string;
}

const parts: readonly Part[] = [
  {
    part: 'last',
    words: (input) => sayAround`the newest ${input} backups`,
    label: () => say`Keep the newest … backups`,
  },
  {
    part: 'daily',
    words: (input) => sayAround`one a day of ${input} days`,
    label: () => say`Keep one a day of … days`,
  },
  {
    part: 'weekly',
    words: (input) => sayAround`one a week of ${input} weeks`,
    label: () => say`Keep one a week of … weeks`,
  },
  {
    part: 'monthly',
    words: (input) => sayAround`one a month of ${input} months`,
    label: () => say`Keep one a month of … months`,
  },
  {
    part: 'yearly',
    words: (input) => sayAround`one a year of ${input} years`,
    label: () => say`Keep one a year of … years`,
  },
];

/** Which backups of a Pi stay when the others are let go. */
export function KeepRules({ pi, preferences }: KeepRulesProps) {
  const { go } = useTools();
  const { wishes, change } = useWishes(pi, preferences);
  // Null, like rules with nothing in them, keeps everything.
  const { keep } = wishes;
  const set = (rules: Rules | null): void => {
    void change({ keep: rules });
  };
  return (
    <details class="aside">
      <summary>{say`What to keep`}</summary>
      <div class="form">
        <fieldset class="growing">
          <legend>{say`Backups of this Pi`}</legend>
          <label>
            <input type="radio" name="keep" checked={keep === null} onChange={() => set(null)} />
            {say`Keep all of them`}
          </label>
          <label>
            <input type="radio" name="keep" checked={keep !== null} onChange={() => set(usual)} />
            {say`Keep only some`}
          </label>
        </fieldset>
        {keep && (
          <>
            <ul class="rules">
              {parts.map(({ part, words, label }) => (
                <li key={part}>
                  {words(
                    <Amount
                      key={part}
                      amount={keep[part]}
                      label={label()}
                      onChange={(amount) => {
                        const { [part]: _, ...others } = keep;
                        set(amount === undefined ? others : { ...others, [part]: amount });
                      }}
                    />,
                  ).map((piece) =>
                    typeof piece === 'string' ? (
                      <span key={piece} aria-hidden="true">
                        {piece}
                      </span>
                    ) : (
                      piece
                    ),
                  )}
                </li>
              ))}
            </ul>
            <p class="detail">
              {say`Nothing goes by itself: you see the list first. The only good backup of a Pi always stays.`}
            </p>
            <div class="buttons">
              <button
                type="button"
                data-id="forget"
                onClick={() => go({ at: 'forget', pi, backups: null })}
              >
                {say`Show what would go…`}
              </button>
            </div>
          </>
        )}
      </div>
    </details>
  );
}

interface AmountProps {
  /** Left out: this part of the rule keeps nothing. */
  readonly amount: number | 'all' | undefined;
  readonly label: string;
  readonly onChange: (amount: number | undefined) => void;
}

function Amount({ amount, label, onChange }: AmountProps) {
  const { text, type, end } = useTyped(typeof amount === 'number' ? `${amount}` : '');
  return (
    <input
      type="number"
      class="days"
      min={1}
      max={MAX_KEPT}
      value={text}
      placeholder={amount === 'all' ? say`all` : say`none`}
      aria-label={label}
      onInput={({ currentTarget: { value } }) => type(value)}
      onChange={({ currentTarget: { value } }) => {
        const typed = Number(value);
        if (value === '' || typed === 0) onChange(undefined);
        else if (Number.isInteger(typed) && typed > 0 && typed <= MAX_KEPT) onChange(typed);
        end();
      }}
    />
  );
}
