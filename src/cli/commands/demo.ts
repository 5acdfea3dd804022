/** `pikeep demo`: the whole of PiKeep on a sample card, from the card going in to a second one that is the same. */

import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { PiKeepError } from '../../engine/errors.ts';
import { formatBytes, formatDuration } from '../../engine/format.ts';
import { createPlatform } from '../../platform/index.ts';
import { createNodeNotifier } from '../../platform/notify/node-notifier.ts';
import { openProgramLog } from '../../platform/program-log.ts';
import { openSettings } from '../../platform/settings.ts';
import type { Run } from '../command.ts';
import { type DemoOutcome, playDemo } from '../demo-play.ts';
import { playRestore } from '../demo-restore.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { openDesk } from '../open-desk.ts';
import { ownCommand, scriptsFolder, VERSION } from '../place.ts';
import type { Session } from '../session.ts';
import { shellWord } from '../shell-word.ts';

export function defineDemo(program: Command, run: Run): void {
  program
    .command('demo')
    .description('Back up a sample card and restore it to another, without a card reader.')
    .action((_options: object, command: Command) => run(command, demo));
}

async function demo(session: Session): Promise<ExitCode> {
  const { printer } = session;
  const folder = await mkdtemp(join(tmpdir(), 'pikeep-demo-'));
  const slot = join(folder, 'slot');
  const log = join(folder, 'log');
  let isKept = false;
  try {
    await mkdir(slot);
    const library = session.options.library === null ? join(folder, 'library') : session.library;
    printer.start({
      facts: { command: 'demo', slot, folder: library },
      lines: [`The folder ${slot} stands in for a card reader. Nothing else is touched.`],
    });
    const outcome = await playIn(session, { folder, slot, log, library });
    isKept = true;
    printer.done({ facts: { command: 'demo', ...outcome }, lines: lines(outcome, folder) });
    return exitCodes.done;
  } finally {
    const rest = isKept ? [slot, log] : [folder];
    for (const path of rest) await rm(path, { recursive: true, force: true });
  }
}

/** The desk does the backup, as in the app; the restore is that of the command line. */
async function playIn(
  session: Session,
  { folder, slot, log, library }: Readonly<Record<'folder' | 'slot' | 'log' | 'library', string>>,
): Promise<DemoOutcome> {
  const inside: Session = {
    ...session,
    options: { ...session.options, slot, library, door: null },
    platform: await createPlatform({ slot }),
    // The user's own settings could eject the card, which would be gone before it was looked at.
    settings: await openSettings({ file: join(folder, 'settings.json') }),
    library,
    recordsFolder: library,
    // What is only played leaves nothing among the user's own records.
    log: openProgramLog({ program: 'cli', version: VERSION, command: 'demo' }, { folder: log }),
  };
  const desk = await openDesk(inside);
  const { printer, signal } = session;
  let outcome: DemoOutcome;
  try {
    const insert = () => insertSampleCard(folder, slot);
    outcome = await playDemo({ desk, printer, signal, insert });
  } finally {
    await desk.close();
  }
  await notify(session, outcome);
  const { image, bytes } = outcome;
  await playRestore(inside, { image, bytes, slot, folder });
  return outcome;
}

/** A card is there all at once, so it is made elsewhere and moved in. */
async function insertSampleCard(folder: string, slot: string): Promise<void> {
  const scripts = scriptsFolder();
  if (scripts === null) {
    throw new PiKeepError('UNSUPPORTED', { what: 'the demo needs the sample card of a checkout' });
  }
  const script: { writeSampleCard(path: string): Promise<unknown> } = await import(
    join(scripts, 'sample-card.ts')
  );
  const made = join(folder, 'sample.img');
  await script.writeSampleCard(made);
  await rename(made, join(slot, 'sample card.img'));
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
    `  ${pikeep} restore --help`,
    `  ${pikeep} list --all`,
    '',
    `Remove what the demo made: rm -rf ${shellWord(folder)}`,
  ];
}
