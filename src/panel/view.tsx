/** Snapshot in, page out. Nothing here remembers anything but where one is, and what is being pressed or typed. */

import type { JobView, PanelBridge, Problem, Snapshot } from '../contract/panel.ts';
import { formatPercent } from '../language/format.ts';
import { say } from '../language/say.ts';
import { Cards } from './cards.tsx';
import { FirstRun } from './first-run/first-run.tsx';
import { SampleBar } from './first-run/sample-bar.tsx';
import { useSampleSwitch } from './first-run/use-sample-switch.ts';
import { Notice } from './job/notice.tsx';
import { nameOf, Pages } from './pages.tsx';
import { OpenOut } from './parts/open-out.tsx';
import { Tools, useTools } from './parts/page-tools.ts';
import { isCounted } from './parts/phase.ts';
import { Chevron } from './parts/pictures.tsx';
import type { Send } from './parts/send.ts';
import { spoken } from './parts/spoken.ts';
import { useWide } from './parts/use-wide.ts';
import { RestorePage } from './restore/restore-page.tsx';
import { present, type Route, type Way } from './route.ts';
import { SettingsButton, useSettingsKeys } from './settings/settings-button.tsx';
import { settingsProblem } from './settings/settings-words.ts';
import { useWay } from './use-way.ts';

export interface PageProps {
  readonly snapshot: Snapshot;
  /** Why the last command was not carried out. */
  readonly refused: Problem | null;
  readonly onMac: boolean;
  readonly send: Send;
  readonly ask: PanelBridge['ask'];
  /** Where the app leads to. */
  readonly led: { readonly route: Route } | null;
  readonly onRefusalRead: () => void;
}

export function Page({ snapshot, refused, onMac, send, ask, led, onRefusalRead }: PageProps) {
  const { restore, trouble } = snapshot;
  const isWide = useWide();
  const { way, go, back, home } = useWay(isWide, led);
  const { route } = present(way);
  const isHome = restore !== null || route.at === 'home';
  useSettingsKeys(() => {
    if (restore === null) go({ at: 'settings' });
  });
  const tools = { snapshot, onMac, isWide, send, ask, go, back };
  useSampleSwitch(snapshot.sample, home);
  if (snapshot.firstTime?.welcome && !restore && !trouble) {
    return (
      <Tools.Provider value={tools}>
        <div class="window">
          <header class="bar">
            <h1>PiKeep</h1>
          </header>
          <main>
            {refused && <Notice problem={refused} onRead={onRefusalRead} />}
            <FirstRun onEnd={() => void send({ command: 'welcomed' })} />
          </main>
        </div>
      </Tools.Provider>
    );
  }
  return (
    <Tools.Provider value={tools}>
      <div class={isWide && !isHome ? 'window wide' : 'window'}>
        {isHome ? (
          <Head snapshot={snapshot} canGo={restore === null} />
        ) : (
          <PageBar way={way} onBack={back} onHome={home} />
        )}
        <main>
          <SampleBar sample={snapshot.sample} send={send} />
          {refused && <Notice problem={refused} onRead={onRefusalRead} />}
          {trouble && <Notice problem={trouble} />}
          {isHome && snapshot.settings.warning !== null && (
            <Notice
              problem={settingsProblem(snapshot.settings.warning)}
              onRead={() => void send({ command: 'settings-warning-read' })}
            />
          )}
          {restore && (
            <RestorePage restore={restore} snapshot={snapshot} onMac={onMac} send={send} />
          )}
          {!restore && isHome && <Cards snapshot={snapshot} onMac={onMac} send={send} />}
          {!isHome && <Pages way={way} route={route} />}
        </main>
        {isHome && <Foot snapshot={snapshot} send={send} />}
      </div>
      <p class="spoken" role="status" aria-live="polite">
        {spoken(snapshot)}
      </p>
    </Tools.Provider>
  );
}

function Head({ snapshot, canGo }: { readonly snapshot: Snapshot; readonly canGo: boolean }) {
  const { go } = useTools();
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

interface PageBarProps {
  readonly way: Way;
  readonly onBack: () => void;
  readonly onHome: () => void;
}

/** The way back, and what goes on at the cards meanwhile. */
function PageBar({ way, onBack, onHome }: PageBarProps) {
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

function Foot({ snapshot, send }: Pick<PageProps, 'snapshot' | 'send'>) {
  return (
    <footer class="bar">
      <label>
        <input
          type="checkbox"
          checked={snapshot.settings.ejectWhenDone}
          onChange={({ currentTarget: { checked } }) =>
            void send({ command: 'set-eject-when-done', value: checked })
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
