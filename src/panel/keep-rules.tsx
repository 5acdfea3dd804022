import type { Preferences, KeepRules as Rules } from '../contract/panel.ts';
import { useTools } from './page-tools.ts';
import { useWishes } from './use-wishes.ts';

export interface KeepRulesProps {
  readonly pi: string;
  readonly preferences: Preferences;
}

/** What one begins with: all of the last days and weeks, and the rest thinned out. */
const usual: Rules = { last: 3, daily: 7, weekly: 4, monthly: 12 };

const parts: readonly (readonly [part: keyof Rules, before: string, after: string])[] = [
  ['last', 'the newest', 'backups'],
  ['daily', 'one a day of', 'days'],
  ['weekly', 'one a week of', 'weeks'],
  ['monthly', 'one a month of', 'months'],
  ['yearly', 'one a year of', 'years'],
];

const MOST = 9999;

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
      <summary>What to keep</summary>
      <div class="form">
        <fieldset class="growing">
          <legend>Backups of this Pi</legend>
          <label>
            <input type="radio" name="keep" checked={keep === null} onChange={() => set(null)} />
            Keep all of them
          </label>
          <label>
            <input type="radio" name="keep" checked={keep !== null} onChange={() => set(usual)} />
            Keep only some
          </label>
        </fieldset>
        {keep && (
          <>
            <ul class="rules">
              {parts.map(([part, before, after]) => (
                <li key={part}>
                  <span aria-hidden="true">{before}</span>
                  <Amount
                    key={`${keep[part]}`}
                    amount={keep[part]}
                    label={`Keep ${before} … ${after}`}
                    onChange={(amount) => {
                      const { [part]: _, ...others } = keep;
                      set(amount === undefined ? others : { ...others, [part]: amount });
                    }}
                  />
                  <span aria-hidden="true">{after}</span>
                </li>
              ))}
            </ul>
            <p class="detail">
              Nothing goes by itself: you see the list first. The only good backup of a Pi always
              stays.
            </p>
            <div class="buttons">
              <button
                type="button"
                data-id="forget"
                onClick={() => go({ at: 'forget', pi, backups: null })}
              >
                Show what would go…
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
  const shown = typeof amount === 'number' ? `${amount}` : '';
  return (
    <input
      type="number"
      class="days"
      min={1}
      max={MOST}
      defaultValue={shown}
      placeholder={amount === 'all' ? 'all' : 'none'}
      aria-label={label}
      onChange={({ currentTarget }) => {
        const typed = Number(currentTarget.value);
        if (currentTarget.value === '' || typed === 0) onChange(undefined);
        else if (Number.isInteger(typed) && typed > 0 && typed <= MOST) onChange(typed);
        else currentTarget.value = shown;
      }}
    />
  );
}
