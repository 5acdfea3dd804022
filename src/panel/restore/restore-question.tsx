import { useState } from 'preact/hooks';
import type { ReadyState } from '../../contract/panel.ts';
import { say, sayAround } from '../../language/say.ts';
import { Action } from '../parts/action.tsx';
import { size } from '../parts/words.ts';
import { isBackUpPossible, Lost, Written } from './two-sides.tsx';

export interface RestoreQuestionProps {
  readonly ready: ReadyState;
  readonly disk: string;
  readonly card: string;
  readonly forceUnmount: boolean;
}

type Grow = 'leave' | 'first-boot';

/** The second step: what is lost and what is written, and the one button that does it. */
export function RestoreQuestion({ ready, disk, card, forceUnmount }: RestoreQuestionProps) {
  const { token, lost, written, fit, growth, typeName } = ready;
  const canGrow = growth !== null && growth.spareBytes > 0 && growth.method !== null;
  const [grow, setGrow] = useState<Grow>('leave');
  const [typed, setTyped] = useState('');
  const isNamed = typeName === null || typed.trim() === typeName;
  return (
    <>
      <h2 id="restore-question">{say`Overwrite ${lost.title}?`}</h2>
      <div class="sides">
        <Lost lost={lost} />
        <Written written={written} />
      </div>
      {written.warnings.map((warning) => (
        <p key={warning} class="warning">
          {warning}
        </p>
      ))}
      <p class="hint">{fit}</p>
      {canGrow && <Growing growth={growth} grow={grow} onChange={setGrow} />}
      {growth !== null && growth.spareBytes > 0 && !canGrow && <p class="hint">{growth.advice}</p>}
      {forceUnmount && (
        <p class="hint">{say`What keeps the card busy will be made to let go of it.`}</p>
      )}
      {typeName !== null && (
        <label class="field">
          <span>
            {sayAround`This is no memory card. To overwrite it, type its name: ${<strong>{typeName}</strong>}`}
          </span>
          <input
            type="text"
            value={typed}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            onInput={({ currentTarget: { value } }) => setTyped(value)}
          />
        </label>
      )}
      <div class="buttons stacked">
        <div class="pair">
          <Action command={{ command: 'restore-back' }}>{say`Back`}</Action>
          {isBackUpPossible(lost) && (
            <Action
              kind={lost.backUpFirst ? 'primary' : 'plain'}
              command={{ command: 'backup', disk, card }}
            >
              {say`Back up first`}
            </Action>
          )}
        </div>
        <Action
          kind="danger"
          command={{
            command: 'restore-start',
            token: token ?? '-',
            typedName: typeName === null ? null : typed,
            grow: canGrow ? grow : 'leave',
          }}
          disabled={token === null || !isNamed}
        >
          {say`Overwrite ${lost.title}`}
        </Action>
      </div>
    </>
  );
}

interface GrowingProps {
  readonly growth: NonNullable<ReadyState['growth']>;
  readonly grow: Grow;
  readonly onChange: (grow: Grow) => void;
}

function Growing({ growth, grow, onChange }: GrowingProps) {
  const choices: readonly (readonly [Grow, string])[] = [
    ['leave', say`Leave it unused, exactly as in the backup`],
    ['first-boot', say`Let the system take it on its first start`],
  ];
  return (
    <fieldset class="growing">
      <legend>{say`The other ${size(growth.spareBytes)} of the card`}</legend>
      {choices.map(([value, words]) => (
        <label key={value}>
          <input
            type="radio"
            name="grow"
            value={value}
            checked={grow === value}
            onChange={() => onChange(value)}
          />
          {words}
        </label>
      ))}
      {grow === 'first-boot' && <p class="detail">{growth.advice}</p>}
    </fieldset>
  );
}
