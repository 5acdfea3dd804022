import { say } from '../language/say.ts';
import { useTools } from './page-tools.ts';

/** The folder of the backups. */
export function LibraryPlace() {
  const { snapshot } = useTools();
  return (
    <div class="card library-place">
      <p class="subtitle">{say`Folder for backups`}</p>
      <p class="place">
        <strong>{snapshot.library}</strong>
      </p>
    </div>
  );
}
