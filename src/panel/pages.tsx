import { say } from '../language/say.ts';
import { ComparePage } from './files/compare-page.tsx';
import { FilesPage } from './files/files-page.tsx';
import { FirstRun } from './first-run/first-run.tsx';
import { ForgetPage } from './library/forget-page.tsx';
import { LibraryPage } from './library/library-page.tsx';
import { LoosePage } from './library/loose-page.tsx';
import { PiPage } from './library/pi-page.tsx';
import { useTools } from './parts/page-tools.ts';
import { DiagnosisPage } from './report/diagnosis-page.tsx';
import { ReportPage } from './report/report-page.tsx';
import type { Route, Way } from './route.ts';
import { SettingsPage } from './settings/settings-page.tsx';

export interface PagesProps {
  readonly way: Way;
  readonly route: Route;
}

/** The page that one has come to; in a wide window with the library beside it. */
export function Pages({ way, route }: PagesProps) {
  const { isWide } = useTools();
  if (!isWide || !isOfLibrary(route)) {
    return (
      <section class="page" data-page tabIndex={-1} aria-labelledby="page-title">
        <PageAt route={route} />
      </section>
    );
  }
  const pi = way.map(({ route: one }) => (one.at === 'pi' ? one.pi : null)).findLast(Boolean);
  return (
    <div class="beside">
      <section class="page list" aria-label={say`Library`}>
        <LibraryPage present={pi ?? null} />
      </section>
      <section class="page" data-page tabIndex={-1} aria-label={say`Details`}>
        {route.at === 'library' ? (
          <p class="hint nothing">{say`Choose a Pi to see its backups.`}</p>
        ) : (
          <PageAt route={route} />
        )}
      </section>
    </div>
  );
}

/** The report, the settings and the first pages are not. */
function isOfLibrary({ at }: Route): boolean {
  return at !== 'diagnosis' && at !== 'settings' && at !== 'welcome';
}

function PageAt({ route }: { readonly route: Route }) {
  switch (route.at) {
    case 'home':
      return null;
    case 'library':
      return <LibraryPage present={null} />;
    case 'loose':
      return <LoosePage />;
    case 'pi':
      return <PiPage key={route.pi} pi={route.pi} />;
    case 'forget':
      return <ForgetPage pi={route.pi} backups={route.backups} />;
    case 'report':
      return <ReportPage key={route.backup} backup={route.backup} />;
    case 'files':
      return <FilesPage key={route.backup} backup={route.backup} />;
    case 'compare':
      return <ComparePage key={route.backup} pi={route.pi} backup={route.backup} />;
    case 'settings':
      return <SettingsPage />;
    case 'diagnosis':
      return <DiagnosisPage />;
    case 'welcome':
      return <FirstRunAgain />;
  }
}

function FirstRunAgain() {
  const { back } = useTools();
  return <FirstRun onEnd={back} />;
}

/** What the page before is called, on the button that leads back. */
export function nameOf(route: Route): string {
  switch (route.at) {
    case 'home':
      return say`Cards`;
    case 'library':
      return say`Library`;
    case 'loose':
      return say`Other images`;
    case 'pi':
      return say`Backups`;
    case 'forget':
      return say`Back`;
    case 'report':
      return say`Backup`;
    case 'files':
      return say`Files`;
    case 'compare':
      return say`Compare`;
    case 'settings':
      return say`Settings`;
    case 'diagnosis':
      return say`Help`;
    case 'welcome':
      return say`Welcome`;
  }
}
