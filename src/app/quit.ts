/** Quitting: asks when a backup runs, lets everything end cleanly, then goes. */

import type { App, Dialog } from 'electron';
import type { Snapshot } from '../contract/panel.ts';

export interface QuitOptions {
  readonly app: App;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  readonly snapshot: () => Snapshot;
  /** Cancels what runs and resolves when nothing does any more. */
  readonly close: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export function askBeforeQuitting({ app, dialog, snapshot, close, onError }: QuitOptions): void {
  let state: 'running' | 'asking' | 'closing' | 'closed' = 'running';

  async function leave(): Promise<void> {
    const titles = snapshot()
      .jobs.filter((job) => job.state.is === 'working')
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
    await close();
    state = 'closed';
    app.quit();
  }

  app.on('before-quit', (event) => {
    if (state === 'closed') return;
    event.preventDefault();
    if (state !== 'running') return;
    leave().catch((error: unknown) => {
      onError(error);
      app.exit(1);
    });
  });
}
