import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Preferences } from '../contract/panel.ts';
import { say, sayAround } from '../language/say.ts';
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
      <summary>{say`Reminders and by itself`}</summary>
      <div class="form">
        <EveryDays
          days={remindDays}
          usual={30}
          words={{
            sentence: (input) =>
              sayAround`Remind me when its last good backup is older than ${input} days`,
            switch: (days) => say`Remind me when its last good backup is older than ${days} days`,
            days: say`Remind me when its last good backup is older than: days`,
          }}
          onChange={(days) => void change({ remindDays: days })}
        />
        <EveryDays
          days={verifyEveryDays}
          usual={30}
          words={{
            sentence: (input) => sayAround`Check its newest backup again every ${input} days`,
            switch: (days) => say`Check its newest backup again every ${days} days`,
            days: say`Check its newest backup again every: days`,
          }}
          onChange={(days) => void change({ verifyEveryDays: days })}
        />
        <label class="setting">
          <input
            type="checkbox"
            checked={handsFree}
            aria-describedby="hands-free-words"
            onChange={({ currentTarget: { checked } }) => void change({ handsFree: checked })}
          />
          {say`Back it up by itself when its card is put in, then eject it`}
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
function EveryDays({ days, usual, words, onChange }: EveryDaysProps) {
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
