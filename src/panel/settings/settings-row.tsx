/** Rows of the page of the settings: words at one side, what is set at the other. */

import type { ComponentChildren } from 'preact';
import { say } from '../../language/say.ts';

export interface GroupProps {
  readonly id: string;
  readonly title: string;
  readonly children: ComponentChildren;
}

export function Group({ id, title, children }: GroupProps) {
  return (
    <section aria-labelledby={`settings-${id}`}>
      <h3 id={`settings-${id}`} class="section">
        {title}
      </h3>
      <div class="rows">{children}</div>
    </section>
  );
}

interface AnyRowProps {
  /** Other than that of every other row. */
  readonly id: string;
  readonly label: string;
  /** What it means, in a sentence. */
  readonly detail?: string | undefined;
  /** It was the last one that was changed. */
  readonly isSaved: boolean;
}

export interface SwitchRowProps extends AnyRowProps {
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

export function SwitchRow({ id, label, detail, isSaved, isOn, onChange }: SwitchRowProps) {
  return (
    <div class="row">
      <label for={`setting-${id}`}>{label}</label>
      <Saved isSaved={isSaved} />
      <input
        id={`setting-${id}`}
        type="checkbox"
        role="switch"
        class="switch"
        aria-checked={isOn}
        checked={isOn}
        aria-describedby={detail === undefined ? undefined : `detail-${id}`}
        onChange={({ currentTarget: { checked } }) => onChange(checked)}
      />
      <Detail id={id} detail={detail} />
    </div>
  );
}

export interface ChoiceRowProps<T extends string> extends AnyRowProps {
  readonly value: T;
  readonly choices: readonly {
    readonly value: T;
    readonly words: string;
    readonly lang?: string;
  }[];
  readonly onChange: (value: T) => void;
}

export function ChoiceRow<T extends string>(props: ChoiceRowProps<T>) {
  const { id, label, detail, isSaved, value, choices, onChange } = props;
  return (
    <div class="row">
      <label for={`setting-${id}`}>{label}</label>
      <Saved isSaved={isSaved} />
      <select
        id={`setting-${id}`}
        value={value}
        aria-describedby={detail === undefined ? undefined : `detail-${id}`}
        onChange={({ currentTarget }) => {
          const chosen = choices.find((choice) => choice.value === currentTarget.value);
          if (chosen) onChange(chosen.value);
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} lang={choice.lang}>
            {choice.words}
          </option>
        ))}
      </select>
      <Detail id={id} detail={detail} />
    </div>
  );
}

function Detail({ id, detail }: { readonly id: string; readonly detail: string | undefined }) {
  if (detail === undefined) return null;
  return (
    <p class="detail" id={`detail-${id}`}>
      {detail}
    </p>
  );
}

/** The answer to a change; it is there before, so that a screen reader hears it come. */
export function Saved({ isSaved }: { readonly isSaved: boolean }) {
  return (
    <span class="saved" role="status">
      {isSaved ? say`Saved` : ''}
    </span>
  );
}
