/** Snapshot in, page out. Nothing here remembers anything but where one is, and what is being pressed or typed. */

import type { PanelBridge, Problem, Snapshot } from '../contract/panel.ts';
import { Foot, HomeBar, PageBar } from './bars.tsx';
import { Cards } from './cards.tsx';
import { FirstRun } from './first-run/first-run.tsx';
import { SampleBar } from './first-run/sample-bar.tsx';
import { useSampleSwitch } from './first-run/use-sample-switch.ts';
import { Pages } from './pages.tsx';
import { Notice } from './parts/notice.tsx';
import { Tools } from './parts/page-tools.ts';
import type { Send } from './parts/send.ts';
import { spoken } from './parts/spoken.ts';
import { useWide } from './parts/use-wide.ts';
import { RestorePage } from './restore/restore-page.tsx';
import { present, type Route } from './route.ts';
import { useSettingsKeys } from './settings/settings-button.tsx';
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
  const { restore, trouble, settings } = snapshot;
  const isWide = useWide();
  const { way, go, back, home } = useWay(isWide, led);
  const { route } = present(way);
  const isNew = snapshot.firstTime?.welcome === true && !restore && !trouble;
  const isHome = restore !== null || route.at === 'home';
  useSettingsKeys(() => {
    if (!restore && !isNew) go({ at: 'settings' });
  });
  useSampleSwitch(snapshot.sample, home);
  const refusal = refused && <Notice problem={refused} onRead={onRefusalRead} />;
  const tools = { snapshot, onMac, isWide, send, ask, go, back };
  if (isNew) {
    return (
      <Tools.Provider value={tools}>
        <div class="window">
          <header class="bar">
            <h1>PiKeep</h1>
          </header>
          <main>
            {refusal}
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
          <HomeBar canGo={restore === null} />
        ) : (
          <PageBar way={way} onBack={back} onHome={home} />
        )}
        <main>
          <SampleBar />
          {refusal}
          {trouble && <Notice problem={trouble} />}
          {isHome && settings.warning !== null && (
            <Notice
              problem={settingsProblem(settings.warning)}
              onRead={() => void send({ command: 'settings-warning-read' })}
            />
          )}
          {restore && <RestorePage restore={restore} />}
          {!restore && isHome && <Cards />}
          {!isHome && <Pages way={way} route={route} />}
        </main>
        {isHome && <Foot />}
      </div>
      <p class="spoken" role="status" aria-live="polite">
        {spoken(snapshot)}
      </p>
    </Tools.Provider>
  );
}
