/** `pikeep demo`: the whole of PiKeep on a sample card, from the card going in to a second one that is the same. */

import { rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { formatBytes, formatDuration } from '../../engine/format.ts';
import { createNodeNotifier } from '../../platform/notify/node-notifier.ts';
import type { Run } from '../command.ts';
import { type DemoOutcome, playDemo } from '../demo-play.ts';
import { playRestore } from '../demo-restore.ts';
import { type DemoStage, insertOldCard, insertPiCard, setDemoStage } from '../demo-stage.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { openDesk } from '../open-desk.ts';
import { ownCommand } from '../place.ts';
import type { Session } from '../session.ts';
import { shellWord } from '../shell-word.ts';
import { showPanel } from '../show-panel.ts';

export function defineDemo(program: Command, run: Run): void {
  program
    .command('demo')
    .description('Back up a sample card and restore it to another, without a card reader.')
    .option('--panel', 'put two sample cards in and open the panel, to click it yourself')
    .option('--no-browser', 'with --panel: open no browser; name the file that leads to the panel')
    .action((options: DemoOptions, command: Command) =>
      run(command, (session) => demo(session, options)),
    );
}

interface DemoOptions {
  readonly panel?: true;
  readonly browser: boolean;
}

async function demo(session: Session, options: DemoOptions): Promise<ExitCode> {
  const stage = await setDemoStage(session);
  const { folder, slot, library, log } = stage;
  let isKept = false;
  try {
    session.printer.start({
      facts: { command: 'demo', slot, folder: library },
      lines: [`The folder ${slot} stands in for a card reader. Nothing else is touched.`],
    });
    if (options.panel) return await demoPanel(stage, options);
    const outcome = await playIn(stage);
    isKept = true;
    session.printer.done({
      facts: { command: 'demo', ...outcome },
      lines: lines(outcome, folder),
    });
    return exitCodes.done;
  } finally {
    const rest = isKept ? [slot, log] : [folder];
    for (const path of rest) await rm(path, { recursive: true, force: true });
  }
}

/** A Pi's card and an old one in the reader, and whoever tries it does the rest. */
async function demoPanel(stage: DemoStage, { browser }: DemoOptions): Promise<ExitCode> {
  const { printer, signal } = stage.inside;
  await insertOldCard(stage, await insertPiCard(stage));
  await showPanel(stage.inside, { browser, notify: true });
  printer.done({
    facts: { command: 'demo', slot: stage.slot, folder: stage.library },
    lines: ['The panel is closed. The sample cards and their backups are removed.'],
  });
  return signal.aborted ? exitCodes.interrupted : exitCodes.done;
}

/** The desk does the backup, as in the app; the restore is that of the command line. */
async function playIn(stage: DemoStage): Promise<DemoOutcome> {
  const { inside } = stage;
  const { printer, signal } = inside;
  const desk = await openDesk(inside);
  let outcome: DemoOutcome;
  try {
    const insert = async () => void (await insertPiCard(stage));
    outcome = await playDemo({ desk, printer, signal, insert });
  } finally {
    await desk.close();
  }
  await notify(inside, outcome);
  await playRestore(stage, outcome);
  return outcome;
}

async function notify({ printer }: Session, outcome: DemoOutcome): Promise<void> {
  const { title, bytes, seconds, place } = outcome;
  const headline = `${title} is backed up`;
  const body = `${formatBytes(bytes)} in ${formatDuration(seconds)}, proven. In ${place}.`;
  const notifier = createNodeNotifier();
  const shown = await notifier.notify({ id: 'demo', title: headline, body });
  await notifier.close();
  printer.happened('notification', {
    facts: { shown, title: headline, body },
    lines: [
      `${shown ? 'The notification says' : 'A notification would say'}: ${headline}. ${body}`,
    ],
  });
}

function lines(
  { title, image, bytes, storedBytes, seconds }: DemoOutcome,
  folder: string,
): string[] {
  const pikeep = shellWord(ownCommand());
  return [
    `${title} is backed up, restored to another card, and proven both times.`,
    `  ${image}`,
    `  ${formatBytes(bytes)} of card, ${formatBytes(storedBytes)} on the disk, in ${formatDuration(seconds)}`,
    '',
    'Try next:',
    `  ${pikeep} verify ${shellWord(image)}`,
    `  ${pikeep} inspect ${shellWord(image)}`,
    `  ${pikeep} ls ${shellWord(image)} /home`,
    `  ${pikeep} demo --panel`,
    '',
    `Remove what the demo made: rm -rf ${shellWord(folder)}`,
  ];
}
