import { useState } from 'preact/hooks';
import { type PiView, type Preferences, piColours } from '../contract/panel.ts';
import { useWishes } from './use-wishes.ts';

export interface PiLooksProps {
  readonly pi: PiView;
  readonly preferences: Preferences;
}

/** Name, note and colour: they follow the Pi, not the file. */
export function PiLooks({ pi: { pi, title }, preferences }: PiLooksProps) {
  const wishes = useWishes(pi, preferences);
  const { name, note, colour } = wishes.wishes;
  const [isSaved, setSaved] = useState(false);
  const change = async (change: Partial<Preferences>): Promise<void> => {
    setSaved(false);
    setSaved(await wishes.change(change));
  };
  return (
    <details class="aside">
      <summary>Name, note and colour</summary>
      <div class="form">
        <label class="field">
          <span>Name</span>
          <input
            type="text"
            key={name ?? ''}
            defaultValue={name ?? ''}
            placeholder={title}
            maxLength={80}
            onChange={({ currentTarget: { value } }) => void change({ name: value.trim() || null })}
          />
        </label>
        <label class="field">
          <span>Note</span>
          <textarea
            key={note}
            defaultValue={note}
            rows={3}
            maxLength={2000}
            onChange={({ currentTarget: { value } }) => void change({ note: value.trim() })}
          />
        </label>
        <fieldset class="colours">
          <legend>Colour</legend>
          {[null, ...piColours].map((one) => (
            <label key={one ?? 'none'} title={one ?? 'none'}>
              <input
                type="radio"
                name="colour"
                class={`dot-of ${one ?? 'none'}`}
                aria-label={one ?? 'none'}
                checked={colour === one}
                onChange={() => void change({ colour: one })}
              />
            </label>
          ))}
        </fieldset>
        <p class="detail" role="status">
          {isSaved ? 'Saved.' : ''}
        </p>
      </div>
    </details>
  );
}
