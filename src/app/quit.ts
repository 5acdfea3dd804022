/** Quitting: asks when a backup runs, lets everything end cleanly, then goes. */

import type { App, Dialog } from 'electron';
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
    const titles = desk.snapshot.jobs
      .filter((job) => job.state.is === 'working')
      .map((job) => job.title);
    if (titles.length > 0) {
      state = 'asking';
      const { response } = await dialog.showMessageBox({
        type: 'warning',
        message: `${titles.join(' and ')} is being backed up.`,
        detail: 'If you quit now, this backup is thrown away. The card is not harmed.',
        buttons: ['Keep backing up', 'Cancel the backup and quit'],
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
