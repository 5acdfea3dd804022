import { say } from '../../language/say.ts';
import { useTools } from '../parts/page-tools.ts';
import { SettingsFolder } from '../settings/settings-folder.tsx';
import { useSettings } from '../settings/use-settings.ts';

/** The folder of the backups, and the way to another one. */
export function LibraryPlace() {
  const { snapshot } = useTools();
  const page = useSettings();
  return (
    <div class="card library-place">
      {page.settings ? (
        <SettingsFolder library={page.settings.library} page={page} />
      ) : (
        <p class="place">
          {say`Folder`} <strong>{snapshot.library}</strong>
        </p>
      )}
    </div>
  );
}
