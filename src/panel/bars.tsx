/** What stands above and below every page. */

import type { JobView } from '../contract/panel.ts';
import { formatPercent } from '../language/format.ts';
import { say } from '../language/say.ts';
import { nameOf } from './pages.tsx';
import { OpenOut } from './parts/open-out.tsx';
import { useTools } from './parts/page-tools.ts';
import { isCounted } from './parts/phase.ts';
import { Chevron } from './parts/pictures.tsx';
import { useChoice } from './parts/use-choice.ts';
import { present, type Way } from './route.ts';
import { SettingsButton } from './settings/settings-button.tsx';

/** `canGo`: elsewhere than to what is shown. */
export function HomeBar({ canGo }: { readonly canGo: boolean }) {
  const { snapshot, go } = useTools();
  return (
    <header class="bar">
      <h1>PiKeep</h1>
      {canGo ? (
        <button
          type="button"
          class="to-library"
          data-id="library"
          title={snapshot.library}
          onClick={() => go({ at: 'library' })}
        >
          {say`Library`}
          <Chevron />
        </button>
      ) : (
        <p class="library" title={snapshot.library}>
          {snapshot.library}
        </p>
      )}
    </header>
  );
}

export interface PageBarProps {
  readonly way: Way;
  readonly onBack: () => void;
  readonly onHome: () => void;
}

/** The way back, and what goes on at the cards meanwhile. */
export function PageBar({ way, onBack, onHome }: PageBarProps) {
  const { snapshot } = useTools();
  const before = way.at(-2)?.route;
  const working = snapshot.jobs.find(({ state }) => state.is === 'working');
  return (
    <header class="bar page-bar">
      <h1 class="spoken">PiKeep</h1>
      <button type="button" class="back" onClick={onBack}>
        <Chevron />
        {before ? nameOf(before) : say`Back`}
      </button>
      {before && before.at !== 'home' && (
        <button type="button" class="quiet" onClick={onHome}>
          {working ? progressWords(working) : say`Cards`}
        </button>
      )}
      {before?.at === 'home' && working && <span class="figures">{progressWords(working)}</span>}
      <OpenOut route={present(way).route} />
    </header>
  );
}

function progressWords({ title, state, kind }: JobView): string {
  if (state.is !== 'working') return '';
  const isBackup = kind === 'backup';
  if (!isCounted(state.phase) || state.total === 0)
    return isBackup ? say`${title}: backing up…` : say`${title}: restoring…`;
  const share = formatPercent(Math.floor((state.bytes / state.total) * 100) / 100);
  return isBackup ? say`${title}: backing up, ${share}` : say`${title}: restoring, ${share}`;
}

export function Foot() {
  const { snapshot } = useTools();
  const [ejects, choose] = useChoice(snapshot.settings.ejectWhenDone);
  return (
    <footer class="bar">
      <label>
        <input
          type="checkbox"
          checked={ejects}
          onChange={({ currentTarget: { checked } }) =>
            choose(checked, { command: 'set-eject-when-done', value: checked })
          }
        />
        {say`Eject the card when done`}
      </label>
      {snapshot.tool.version && <SettingsButton />}
      {snapshot.tool.version && <Help version={snapshot.tool.version} />}
    </footer>
  );
}

/** Which PiKeep this is, and what to hand to whoever helps. */
function Help({ version }: { readonly version: string }) {
  const { go } = useTools();
  return (
    <button
      type="button"
      class="quiet version"
      data-id="help"
      onClick={() => go({ at: 'diagnosis' })}
    >
      {say`Help · ${version}`}
    </button>
  );
}
