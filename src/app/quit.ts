/** Quitting: asks when something runs, lets everything end cleanly, then goes. */

import type { App, Dialog } from 'electron';
import type { JobView } from '../contract/panel.ts';
import type { Desk } from '../desk/desk.ts';
import { report } from './report.ts';

export interface QuitOptions {
  readonly app: App;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  readonly desk: Desk;
  /** Ends what else there is, after the desk. */
  readonly close: () => Promise<void>;
}

export function askBeforeQuitting({ app, dialog, desk, close }: QuitOptions): void {
  let state: 'running' | 'asking' | 'closing' | 'closed' = 'running';

  async function leave(): Promise<void> {
    const working = desk.snapshot.jobs.filter((job) => job.state.is === 'working');
    if (working.length > 0) {
      state = 'asking';
      const { response } = await dialog.showMessageBox({
        type: 'warning',
        ...question(working),
        defaultId: 0,
        cancelId: 0,
      });
      if (response !== 1) {
        state = 'running';
        return;
      }
    }
    state = 'closing';
    // Cancels what runs, and waits until it has cleaned up.
    await desk.close();
    await close();
    state = 'closed';
    app.quit();
  }

  app.on('before-quit', (event) => {
    if (state === 'closed') return;
    event.preventDefault();
    if (state !== 'running') return;
    leave().catch((error: unknown) => {
      report(error);
      app.exit(1);
    });
  });
}

/** A restore that is cut off costs more than a backup: it is named first. */
function question(working: readonly JobView[]) {
  const titles = (jobs: readonly JobView[]): string => jobs.map((job) => job.title).join(' and ');
  const restores = working.filter((job) => job.kind !== 'backup');
  if (restores.length > 0) {
    return {
      message: `${titles(restores)} is being restored.`,
      detail: 'If you quit now, no Pi can start from this card until it is restored again.',
      buttons: ['Keep restoring', 'Stop and quit'],
    };
  }
  return {
    message: `${titles(working)} is being backed up.`,
    detail: 'If you quit now, this backup is thrown away. The card is not harmed.',
    buttons: ['Keep backing up', 'Cancel the backup and quit'],
  };
}
