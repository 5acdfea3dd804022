import { useState } from 'preact/hooks';
import type { AnswerTo } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { SafeName } from '../parts/safe-name.tsx';
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
        <form
          class="typed-folder"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <input
            type="text"
            aria-label={say`Path of the folder`}
            value={typed}
            maxLength={4096}
            spellcheck={false}
            autocomplete="off"
            ref={(input) => input?.focus()}
            onInput={({ currentTarget: { value } }) => setTyped(value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setTyped(null);
            }}
          />
          <div class="buttons">
            <button type="submit" class="small" disabled={isBusy || typed.trim() === ''}>
              {say`Use this folder`}
            </button>
            <button type="button" class="small" onClick={() => setTyped(null)}>
              {say`Cancel`}
            </button>
          </div>
        </form>
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
