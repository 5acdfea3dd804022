import type { LoginItemState } from '../../contract/settings.ts';
import { say } from '../../language/say.ts';
import { SwitchRow } from './settings-row.tsx';
import type { SettingsOnPage } from './use-settings.ts';

export interface StartAtLoginProps {
  readonly state: LoginItemState;
  readonly page: SettingsOnPage;
}

export function StartAtLogin({ state, page }: StartAtLoginProps) {
  return (
    <>
      <SwitchRow
        id="login"
        label={say`Start at login`}
        detail={detailOf(state)}
        isSaved={page.saved === 'login'}
        isOn={state === 'on' || state === 'requires-approval'}
        onChange={(value) =>
          void page.command(
            'login',
            { command: 'login-item-set', value },
            { loginItem: value ? 'on' : 'off' },
          )
        }
      />
      {state === 'requires-approval' && (
        <div class="row action-row">
          <button
            type="button"
            class="small"
            onClick={() => void page.command('login-items', { command: 'open-login-items' })}
          >
            {say`Open Login Items`}
          </button>
        </div>
      )}
    </>
  );
}

function detailOf(state: LoginItemState): string | undefined {
  switch (state) {
    case 'requires-approval':
      return say`macOS waits for you to allow it: switch PiKeep on in System Settings, General, Login Items.`;
    case 'not-found':
      return say`macOS does not find the app. Move PiKeep to the Applications folder and try again.`;
    default:
      return undefined;
  }
}
