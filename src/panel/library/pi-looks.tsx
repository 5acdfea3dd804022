import { useState } from 'preact/hooks';
import { type PiView, type Preferences, piColours } from '../../contract/panel.ts';
import { type Phrase, say, sayPhrase, toSay } from '../../language/say.ts';
import { useTyped } from '../parts/use-typed.ts';
import { useWishes } from '../parts/use-wishes.ts';

export interface PiLooksProps {
  readonly pi: PiView;
  readonly preferences: Preferences;
}

const colourWords: Readonly<Record<NonNullable<PiView['colour']> | 'none', Phrase>> = {
  red: toSay('red'),
  orange: toSay('orange'),
  yellow: toSay('yellow'),
  green: toSay('green'),
  teal: toSay('teal'),
  blue: toSay('blue'),
  purple: toSay('purple'),
  pink: toSay('pink'),
  grey: toSay('grey'),
  none: toSay('none'),
};

/** Name, note and colour: they follow the Pi, not the file. */
export function PiLooks({ pi: { pi, title }, preferences }: PiLooksProps) {
  const wishes = useWishes(pi, preferences);
  const { name, note, colour } = wishes.wishes;
  const typedName = useTyped(name ?? '');
  const typedNote = useTyped(note);
  const [isSaved, setSaved] = useState(false);
  const change = async (change: Partial<Preferences>): Promise<void> => {
    setSaved(false);
    setSaved(await wishes.change(change));
  };
  return (
    <details class="aside">
      <summary>{say`Name, note and colour`}</summary>
      <div class="form">
        <label class="field">
          <span>{say`Name`}</span>
          <input
            type="text"
            value={typedName.text}
            placeholder={title}
            maxLength={80}
            onInput={({ currentTarget: { value } }) => typedName.type(value)}
            onChange={({ currentTarget: { value } }) => {
              void change({ name: value.trim() || null });
              typedName.end();
            }}
          />
        </label>
        <label class="field">
          <span>{say`Note`}</span>
          <textarea
            value={typedNote.text}
            rows={3}
            maxLength={2000}
            onInput={({ currentTarget: { value } }) => typedNote.type(value)}
            onChange={({ currentTarget: { value } }) => {
              void change({ note: value.trim() });
              typedNote.end();
            }}
          />
        </label>
        <fieldset class="colours">
          <legend>{say`Colour`}</legend>
          {[null, ...piColours].map((one) => (
            <label key={one ?? 'none'} title={sayPhrase(colourWords[one ?? 'none'])}>
              <input
                type="radio"
                name="colour"
                class={`dot-of ${one ?? 'none'}`}
                aria-label={sayPhrase(colourWords[one ?? 'none'])}
                checked={colour === one}
                onChange={() => void change({ colour: one })}
              />
            </label>
          ))}
        </fieldset>
        <p class="detail" role="status">
          {isSaved ? say`Saved.` : ''}
        </p>
      </div>
    </details>
  );
}
