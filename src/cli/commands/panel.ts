/** `pikeep panel`: the panel in the browser, where there is no menu bar to live in. */

import type { Command } from 'commander';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import type { Session } from '../session.ts';
import { type PanelOptions, showPanel } from '../show-panel.ts';

export function definePanel(program: Command, run: Run): void {
  program
    .command('panel')
    .description('Open the panel in the browser, until interrupted.')
    .option('--no-browser', 'do not open a browser; name the file that leads to the panel')
    .option('--no-notify', 'show no notices of the system')
    .action((options: PanelOptions, command: Command) =>
      run(command, (session) => panel(session, options)),
    );
}

async function panel(session: Session, options: PanelOptions): Promise<ExitCode> {
  const { printer, signal } = session;
  await showPanel(session, options);
  printer.done({ facts: { command: 'panel' }, lines: ['The panel is closed.'] });
  return signal.aborted ? exitCodes.interrupted : exitCodes.done;
}
