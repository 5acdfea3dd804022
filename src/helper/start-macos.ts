/**
 * Root through `sudo -A`, the one way on macOS on which the app that started it stays responsible for privacy control.
 * `-k` with a command neither uses nor leaves a ticket (`man sudo`); `env -i` leaves nothing of any environment.
 */

import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PiKeepError } from '../engine/errors.ts';
import {
  type Ending,
  endingOfHelper,
  failureToldIn,
  lastWords,
  SAFE_ENVIRONMENT,
  type StartedHelper,
  type StartRequest,
  watch,
} from './start.ts';

/** Where macOS keeps them; a test puts stand-ins here. */
export interface SudoTools {
  readonly sudo: string;
  readonly env: string;
  readonly osascript: string;
}

export const systemSudoTools: SudoTools = {
  sudo: '/usr/bin/sudo',
  env: '/usr/bin/env',
  osascript: '/usr/bin/osascript',
};

/** Characters of a dialog's text; more than any name of a card needs. */
const MAX_PROMPT = 300;
const CANCELLED = 'cancelled';

export function startBySudo(
  request: StartRequest,
  tools: SudoTools = systemSudoTools,
): StartedHelper {
  const { program, requestPath, folder, prompt } = request;
  if (!existsSync(tools.sudo)) {
    throw new PiKeepError('DOOR_UNAVAILABLE', { door: 'helper', detail: `no ${tools.sudo}` });
  }
  const askpass = join(folder, 'askpass');
  writeFileSync(askpass, askpassScript(tools.osascript), { flag: 'wx', mode: 0o700 });
  const uid = String(process.getuid?.() ?? '');
  const environment = Object.entries({ ...SAFE_ENVIRONMENT, SUDO_UID: uid }).map(
    ([name, value]) => `${name}=${value}`,
  );
  const child = spawn(
    tools.sudo,
    [
      ...['-k', '-A', '-H', '-p', sudoPromptText(prompt), '--'],
      ...[tools.env, '-i', ...environment, program, 'helper', requestPath],
    ],
    {
      cwd: '/',
      // English words from sudo, because some of its refusals differ in nothing else.
      env: { ...process.env, SUDO_ASKPASS: askpass, LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  return watch(child, (ending) => explain(ending, existsSync(join(folder, CANCELLED))));
}

/** `%` starts an escape in sudo's prompt (`man sudo`, -p). Card names are hostile: no control characters, no end of text. */
function sudoPromptText(prompt: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const plain = prompt.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
  return plain.slice(0, MAX_PROMPT).replaceAll('%', '%%');
}

/**
 * The program sudo asks for the password. sudo gives the prompt as the first argument, which stays an argument all the
 * way into the dialog. Error -128 is the user's Cancel (AppleScript Language Guide, "User canceled").
 */
function askpassScript(osascript: string): string {
  return `#!/bin/sh
answer=$('${osascript}' -l JavaScript - "$1" 2>"\${0%/*}/askpass.log" <<'END'
function run(arguments) {
  const app = Application.currentApplication();
  app.includeStandardAdditions = true;
  return app.displayDialog(arguments[0], {
    withTitle: 'PiKeep',
    withIcon: 'caution',
    defaultAnswer: '',
    hiddenAnswer: true,
    buttons: ['Cancel', 'OK'],
    defaultButton: 'OK',
    cancelButton: 'Cancel',
  }).textReturned;
}
END
) || {
  case $(cat "\${0%/*}/askpass.log") in *-128*) : >"\${0%/*}/${CANCELLED}" ;; esac
  exit 1
}
printf '%s\\n' "$answer"
`;
}

function explain(ending: Ending, cancelled: boolean): PiKeepError {
  const door = 'helper';
  const told = failureToldIn(ending.stderr);
  if (told) return told;
  if (cancelled) return new PiKeepError('DIALOG_CANCELLED', { door });
  // sudo ends with 1 when it did not run the command (`man sudo`, EXIT VALUE), as when the password was wrong three times
  // or the user is not in sudoers. The helper's own 1 always comes with words of its own.
  if (ending.status === 1) {
    return new PiKeepError('NOT_AUTHORIZED', { door, detail: lastWords(ending.stderr) });
  }
  return endingOfHelper(ending);
}
