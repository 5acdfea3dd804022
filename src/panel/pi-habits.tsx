import { useState } from 'preact/hooks';
import type { Preferences } from '../contract/panel.ts';
import { useWishes } from './use-wishes.ts';

export interface PiHabitsProps {
  readonly pi: string;
  readonly preferences: Preferences;
  /** What "by itself" means on this computer. */
  readonly handsFreeWords: string;
}

/** What PiKeep does for a Pi without being asked each time. */
export function PiHabits({ pi, preferences, handsFreeWords }: PiHabitsProps) {
  const { wishes, change } = useWishes(pi, preferences);
  const { remindDays, handsFree, verifyEveryDays } = wishes;
  return (
    <details class="aside">
      <summary>Reminders and by itself</summary>
      <div class="form">
        <EveryDays
          days={remindDays}
          usual={30}
          before="Remind me when its last good backup is older than"
          onChange={(days) => void change({ remindDays: days })}
        />
        <EveryDays
          days={verifyEveryDays}
          usual={30}
          before="Check its newest backup again every"
          onChange={(days) => void change({ verifyEveryDays: days })}
        />
        <label class="setting">
          <input
            type="checkbox"
            checked={handsFree}
            aria-describedby="hands-free-words"
            onChange={({ currentTarget: { checked } }) => void change({ handsFree: checked })}
          />
          Back it up by itself when its card is put in, then eject it
        </label>
        <p class="detail under-setting" id="hands-free-words">
          {handsFreeWords}
        </p>
      </div>
    </details>
  );
}

interface EveryDaysProps {
  readonly days: number | null;
  /** What is begun with. */
  readonly usual: number;
  readonly before: string;
  readonly onChange: (days: number | null) => void;
}

/** A setting that is off, or is a number of days. */
function EveryDays({ days, usual, before, onChange }: EveryDaysProps) {
  const [typed, setTyped] = useState(`${days ?? usual}`);
  const number = Number(typed);
  const isDays = Number.isInteger(number) && number >= 1 && number <= 3650;
  return (
    <div class="setting">
      <input
        type="checkbox"
        checked={days !== null}
        aria-label={`${before} ${typed} days`}
        onChange={({ currentTarget: { checked } }) =>
          onChange(checked ? (isDays ? number : usual) : null)
        }
      />
      <span>
        {before}{' '}
        <input
          type="number"
          class="days"
          min={1}
          max={3650}
          value={typed}
          aria-label={`${before}: days`}
          aria-invalid={!isDays}
          disabled={days === null}
          onInput={({ currentTarget: { value } }) => setTyped(value)}
          onChange={() => {
            if (isDays) onChange(number);
            else setTyped(`${days ?? usual}`);
          }}
        />{' '}
        days
      </span>
    </div>
  );
}
