/** What the user is asked and told about newer versions: dialogs for questions, notices for what can wait. */

import type { Dialog } from 'electron';
import { say } from '../language/say.ts';
import type { Notifier } from '../platform/ports.ts';
import type { UpdateTalk } from './updates.ts';

export interface TalkParts {
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  readonly notifier: Pick<Notifier, 'notify'>;
  /** The version that runs. */
  readonly version: string;
  readonly download: () => void;
  readonly install: () => void;
}

export function createUpdateTalk(parts: TalkParts): UpdateTalk {
  const { dialog, notifier } = parts;

  async function ask(message: string, detail: string, yes: string, no: string): Promise<boolean> {
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message,
      detail,
      buttons: [yes, no],
      defaultId: 0,
      cancelId: 1,
    });
    return response === 0;
  }

  return {
    askToLook: () =>
      ask(
        say`Look for new versions of PiKeep once a day?`,
        say`Nothing is downloaded without asking. The server sees your network address, as every website does, and nothing about your cards. You can change this in the menu of the PiKeep icon.`,
        say`Look Once a Day`,
        say`Never`,
      ),
    askToDownload: (version) =>
      ask(
        say`PiKeep ${version} is available`,
        say`You have ${parts.version}. The new version is downloaded now, and installed when you say so.`,
        say`Download`,
        say`Not Now`,
      ),
    tellOf(state, version) {
      // Whether it could be shown changes nothing: the menu of the icon says the same.
      void notifier.notify(
        state === 'found'
          ? {
              id: 'update',
              title: say`PiKeep ${version} is available`,
              body: say`Click to download it.`,
              onClick: parts.download,
            }
          : {
              id: 'update',
              title: say`PiKeep ${version} is ready: restart to install`,
              body: say`Click to restart now. It takes a few seconds.`,
              onClick: parts.install,
            },
      );
    },
    tellFailed(what, version) {
      void dialog.showMessageBox({
        type: 'info',
        message:
          what === 'download'
            ? say`PiKeep ${version} could not be downloaded`
            : say`PiKeep ${version} could not be installed`,
        detail: say`You can go on with this version. Try again later in the menu of the PiKeep icon.`,
        buttons: [say`OK`],
      });
    },
  };
}
