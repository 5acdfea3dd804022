/** Quitting: asks when something runs, lets everything end cleanly, then goes. */

import type { App, Dialog, PowerMonitor } from 'electron';
import type { JobView } from '../contract/panel.ts';
import type { Desk } from '../desk/desk.ts';
import { formatList } from '../language/format.ts';
import { say } from '../language/say.ts';
import { report } from './report.ts';

export interface QuitOptions {
  readonly app: App;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  readonly powerMonitor: Pick<PowerMonitor, 'on'>;
  readonly desk: Pick<Desk, 'snapshot' | 'close'>;
  /** Ends what else there is, after the desk. */
  readonly close: () => Promise<void>;
}

export interface Quitting {
  /**
   * Ends everything as quitting does, and calls back instead of quitting. Resolves false, and nothing has ended, while
   * something runs, is asked, or is about to end already.
   */
  leave(then: () => void): Promise<boolean>;
}

export function askBeforeQuitting(options: QuitOptions): Quitting {
  const { app, dialog, powerMonitor, desk, close } = options;
  let state: 'running' | 'asking' | 'closing' | 'closed' = 'running';
  const workingJobs = (): readonly JobView[] =>
    desk.snapshot.jobs.filter((job) => job.state.is === 'working');

  async function leave(asks: boolean): Promise<void> {
    const working = workingJobs();
    if (asks && working.length > 0) {
      state = 'asking';
      const { response } = await dialog.showMessageBox({
        type: 'warning',
        ...stopQuestion(working),
        defaultId: 0,
        cancelId: 0,
      });
      if (response !== 1) {
        state = 'running';
        return;
      }
    }
    await closeAll();
    app.quit();
  }

  /** Ends what runs, and waits until it has cleaned up. What a backup has proven stays, to be continued. */
  async function closeAll(): Promise<void> {
    state = 'closing';
    await desk.close({ keep: true });
    await close();
    state = 'closed';
  }

  app.on('before-quit', (event) => {
    if (state === 'closed') return;
    event.preventDefault();
    if (state === 'running') go(true);
  });
  powerMonitor.on('shutdown', (event?: Pick<Event, 'preventDefault'>) => {
    if (state === 'closed' || workingJobs().length === 0) return;
    event?.preventDefault();
    // macOS waits for the answer to a question; Linux gives a few seconds, which are needed for ending well.
    if (state === 'closing' || process.platform === 'darwin') app.quit();
    else go(false);
  });

  function go(asks: boolean): void {
    leave(asks).catch((error: unknown) => {
      report(error);
      app.exit(1);
    });
  }

  return {
    async leave(then) {
      if (state !== 'running' || workingJobs().length > 0) return false;
      try {
        await closeAll();
        then();
      } catch (error) {
        report(error);
        app.exit(1);
      }
      return true;
    },
  };
}

/** A restore that is cut off costs more than a backup: it is named first. */
export function stopQuestion(working: readonly JobView[]) {
  const restores = working.filter((job) => job.kind !== 'backup');
  if (restores.length > 0) {
    return {
      message: restoringWords(restores),
      detail: say`If you stop now, no Pi can start from this card until it is restored again.`,
      buttons: [say`Keep restoring`, say`Stop`],
    };
  }
  return {
    message: backingUpWords(working),
    detail: say`If you stop now, what is done so far is kept. Put the card in again later to continue the backup from there.`,
    buttons: [say`Keep backing up`, say`Stop and keep what is done`],
  };
}

function restoringWords(jobs: readonly JobView[]): string {
  const titles = titlesOf(jobs);
  return jobs.length === 1
    ? say`${titles} is being restored.`
    : say`Several cards are being restored: ${titles}.`;
}

function backingUpWords(jobs: readonly JobView[]): string {
  const titles = titlesOf(jobs);
  return jobs.length === 1
    ? say`${titles} is being backed up.`
    : say`Several cards are being backed up: ${titles}.`;
}

function titlesOf(jobs: readonly JobView[]): string {
  return formatList(jobs.map(({ title }) => title));
}
