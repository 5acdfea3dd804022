import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { AnswerTo } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { SafeName } from '../parts/safe-name.tsx';
import { useFocusBack } from '../parts/use-focus-back.ts';
import { Saved } from './settings-row.tsx';
import type { SettingsOnPage } from './use-settings.ts';

export interface SettingsFolderProps {
  readonly library: AnswerTo<'settings'>['library'];
  readonly page: SettingsOnPage;
}

/** Where backups are kept: chosen in the dialog of the system, or typed where there is none. */
export function SettingsFolder({ library, page }: SettingsFolderProps) {
  const { folder, instead, free, warnings, canChoose } = library;
  const [typed, setTyped] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  useFocusBack(typed !== null);
  const change = async (working: Promise<boolean>): Promise<void> => {
    setBusy(true);
    try {
      if (await working) setTyped(null);
    } finally {
      setBusy(false);
    }
  };
  const choose = (): Promise<void> =>
    change(page.command('library', { command: 'library-choose' }));
  const save = (): Promise<void> =>
    change(page.command('library', { command: 'library-set', folder: typed ?? folder }));
  return (
    <div class="row folder-row">
      <span class="label">{say`Folder`}</span>
      <Saved isSaved={page.saved === 'library'} />
      <button
        type="button"
        class="small"
        disabled={isBusy}
        aria-label={say`Change… (folder for backups)`}
        aria-expanded={canChoose ? undefined : typed !== null}
        onClick={() => {
          if (canChoose) void choose();
          else setTyped(typed === null ? folder : null);
        }}
      >
        {say`Change…`}
      </button>
      <p class="path">
        <SafeName name={folder} />
        {free !== '' && <span class="free">{free}</span>}
      </p>
      {typed !== null && (
        <TypedFolder
          typed={typed}
          isBusy={isBusy}
          onType={setTyped}
          onUse={() => void save()}
          onCancel={() => setTyped(null)}
        />
      )}
      {instead !== null && (
        <p class="detail">{say`PiKeep was started with another folder: ${instead}.`}</p>
      )}
      {warnings.map((warning) => (
        <p key={warning} class="warning">
          {warning}
        </p>
      ))}
      <p class="detail">{say`Backups that are there already stay where they are.`}</p>
    </div>
  );
}

interface TypedFolderProps {
  readonly typed: string;
  readonly isBusy: boolean;
  readonly onType: (typed: string) => void;
  readonly onUse: () => void;
  readonly onCancel: () => void;
}

/** Takes the focus when it comes. */
function TypedFolder({ typed, isBusy, onType, onUse, onCancel }: TypedFolderProps) {
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => input.current?.focus(), []);
  return (
    <form
      class="typed-folder"
      onSubmit={(event) => {
        event.preventDefault();
        onUse();
      }}
    >
      <input
        type="text"
        aria-label={say`Path of the folder`}
        value={typed}
        maxLength={4096}
        spellcheck={false}
        autocomplete="off"
        ref={input}
        onInput={({ currentTarget: { value } }) => onType(value)}
        onKeyDown={({ key }) => key === 'Escape' && onCancel()}
      />
      <div class="buttons">
        <button type="submit" class="small" disabled={isBusy || typed.trim() === ''}>
          {say`Use this folder`}
        </button>
        <button type="button" class="small" onClick={onCancel}>
          {say`Cancel`}
        </button>
      </div>
    </form>
  );
}
