/** What a menu, a notice or a key asks for, as plain data, and how it is done. */

import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { App, Dialog, Shell } from 'electron';
import type { Command } from '../contract/panel.ts';
import type { AppPlace } from '../contract/told.ts';
import type { Desk } from '../desk/desk.ts';
import { problemOf } from '../desk/problem.ts';
import { asPiKeepError, PiKeepError } from '../engine/errors.ts';
import type { Front } from './front.ts';
import { whileStaying } from './opening.ts';
import type { PanelWindow } from './panel-window.ts';
import { stopQuestion } from './quit.ts';
import { report } from './report.ts';
import type { Updates } from './updates.ts';

export type Deed =
  | { readonly do: 'command'; readonly command: Command }
  /** The command opens a page of the desk's, or shows its progress there. */
  | { readonly do: 'command-and-show'; readonly command: Command }
  /** Stops a job after a second thought. */
  | { readonly do: 'stop'; readonly job: string }
  | { readonly do: 'show'; readonly place?: AppPlace }
  | { readonly do: 'open-out'; readonly place: AppPlace }
  /** The folder of the images, in the system's own file manager. */
  | { readonly do: 'open-folder' }
  /** Newer versions of PiKeep (`updates.ts`). */
  | { readonly do: 'download-update' | 'install-update' }
  | { readonly do: 'look-for-updates'; readonly looks: boolean }
  | { readonly do: 'quit' };

export interface DoerParts {
  readonly app: Pick<App, 'quit'>;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  readonly shell: Pick<Shell, 'openPath' | 'showItemInFolder'>;
  readonly desk: Pick<Desk, 'command' | 'snapshot'>;
  readonly front: Front;
  readonly panel: Pick<PanelWindow, 'stay'>;
  /** The folder of the images as it is now. */
  readonly library: () => string;
  /** Makes this one folder, unless it is there (`LibraryFolders` of `platform/ports.ts`). */
  readonly makeFolder: (path: string) => Promise<void>;
  /** Null for a copy that has no feed. */
  readonly updates: Updates | null;
}

/** Never throws: what was refused is shown on the page, and what else went wrong is reported. */
export function createDoer(parts: DoerParts): (deed: Deed) => void {
  const { app, desk, front } = parts;

  async function carryOut(command: Command): Promise<boolean> {
    const reply = await desk.command(command);
    if (!reply.ok) front.refuse(reply.problem);
    return reply.ok;
  }

  async function stop(id: string): Promise<void> {
    const working = () =>
      desk.snapshot.jobs.filter(({ job, state }) => job === id && state.is === 'working');
    const jobs = working();
    if (jobs.length > 0) {
      const { response } = await whileStaying(parts.panel, () =>
        parts.dialog.showMessageBox({
          type: 'warning',
          ...stopQuestion(jobs),
          defaultId: 0,
          cancelId: 0,
        }),
      );
      // It may have come to its end meanwhile.
      if (response !== 1 || working().length === 0) return;
    }
    // As the question has said.
    await carryOut({ command: 'cancel', job: id, keep: true });
  }

  async function openFolder(): Promise<void> {
    const folder = parts.library();
    try {
      await parts.makeFolder(folder);
      // A file would be opened by whatever opens such files, or run.
      if (!(await stat(folder)).isDirectory()) {
        throw new PiKeepError('DESTINATION_MISSING', { path: folder });
      }
    } catch (error) {
      return front.refuse(problemOf(asPiKeepError(error)));
    }
    // On a Mac, opening a folder that is called like a program starts it; beside the others it is only shown.
    if (extname(folder) !== '') return parts.shell.showItemInFolder(folder);
    const problem = await parts.shell.openPath(folder);
    if (problem !== '') report(problem);
  }

  async function perform(deed: Deed): Promise<void> {
    switch (deed.do) {
      case 'command':
        await carryOut(deed.command);
        return;
      case 'command-and-show':
        if (await carryOut(deed.command)) front.show('home');
        return;
      case 'stop':
        return stop(deed.job);
      case 'show':
        return front.show(deed.place);
      case 'open-out':
        return front.openOut(deed.place);
      case 'open-folder':
        return openFolder();
      case 'download-update':
        return parts.updates?.download();
      case 'install-update':
        return parts.updates?.install();
      case 'look-for-updates':
        return parts.updates?.setLooks(deed.looks);
      case 'quit':
        return app.quit();
    }
  }

  return (deed) => void perform(deed).catch(report);
}
