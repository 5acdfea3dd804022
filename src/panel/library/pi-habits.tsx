import type { Preferences } from '../../contract/panel.ts';
import { say, sayAround } from '../../language/say.ts';
import { EveryDays } from '../parts/every-days.tsx';
import { useTools } from '../parts/page-tools.ts';
import { useWishes } from '../parts/use-wishes.ts';

export interface PiHabitsProps {
  readonly pi: string;
  readonly preferences: Preferences;
  /** What "by itself" means on this computer. */
  readonly handsFreeWords: string;
}

/** What PiKeep does for a Pi without being asked each time. */
export function PiHabits({ pi, preferences, handsFreeWords }: PiHabitsProps) {
  const { wishes, change } = useWishes(pi, preferences);
  const { settings } = useTools().snapshot;
  const { remindDays, handsFree, verifyEveryDays } = wishes;
  const reminds = remindDays === 'usual' ? settings.remindDays : remindDays;
  return (
    <details class="aside">
      <summary>{say`Reminders and by itself`}</summary>
      <div class="form">
        <EveryDays
          days={reminds}
          usual={30}
          words={{
            sentence: (input) =>
              sayAround`Remind me when its last good backup is older than ${input} days`,
            switch: (days) => say`Remind me when its last good backup is older than ${days} days`,
            days: say`Remind me when its last good backup is older than: days`,
          }}
          onChange={(days) => void change({ remindDays: days })}
        />
        <p class="detail under-setting">
          {remindDays === 'usual' ? (
            say`As for every Pi.`
          ) : (
            <button
              type="button"
              class="quiet"
              onClick={() => void change({ remindDays: 'usual' })}
            >
              {say`As for every Pi`}
            </button>
          )}
        </p>
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
