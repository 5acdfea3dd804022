/** What PiKeep wants of the rest of macOS. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createNodeNotifier } from '../../../src/platform/notify/node-notifier.ts';
import { type Check, expectThat, NotHere } from '../check.ts';
import type { Stage } from '../stage.ts';

const run = promisify(execFile);

export const systemChecks: readonly Check[] = [
  {
    name: 'volume-of-the-library',
    assumption:
      'The mount table and statfs tell the file system, the room and the disks below a folder.',
    source: 'recordings; firmlinks from man firmlinks',
    how: {
      async run(stage) {
        const facts = await stage.world.platform.volumes.volumeOf(stage.library);
        expectThat(facts.freeBytes > 0 && !facts.readOnly, `${facts.mountPoint} has no room`);
        expectThat(facts.disks.length > 0 || facts.network, 'no disk was found below it');
        return `${facts.fileSystem} on ${facts.disks.join(', ')}`;
      },
    },
  },
  {
    name: 'keep-awake',
    assumption: '“caffeinate -i” keeps the Mac from idle sleep until it ends.',
    source: 'man caffeinate',
    onlyReal: true,
    how: { run: keepsAwake },
  },
  {
    name: 'trash',
    assumption: 'Finder’s own call moves a file to the Trash without a question.',
    source: 'documentation of NSFileManager; from a script it is a guess',
    onlyReal: true,
    how: {
      async run(stage) {
        const file = join(stage.folder, 'PiKeep acceptance, may be deleted.txt');
        await writeFile(file, 'made by scripts/mac-acceptance.ts\n');
        await stage.world.platform.trash.move(file);
        expectThat(!existsSync(file), 'it is still where it was');
        return 'moved';
      },
    },
  },
  {
    name: 'notice-without-electron',
    assumption: 'terminal-notifier, a program for Intel, accepts a notice where it can run.',
    source: 'the sources of node-notifier; with macOS 26 it is a guess',
    onlyReal: true,
    how: { run: notices },
  },
];

async function keepsAwake({ world }: Stage): Promise<string> {
  const hold = world.platform.desktop.keepAwake('PiKeep acceptance');
  try {
    const { stdout } = await run('/usr/bin/pmset', ['-g', 'assertions']);
    const line = stdout.split('\n').find((one) => /caffeinate/.test(one));
    expectThat(line !== undefined, 'pmset names no assertion of caffeinate');
    return line.trim();
  } finally {
    hold.release();
  }
}

async function notices(): Promise<string> {
  const notifier = createNodeNotifier();
  try {
    const title = 'PiKeep acceptance';
    const accepted = await notifier.notify({ id: 'acceptance', title, body: 'Nothing to do.' });
    if (!accepted && process.arch === 'arm64') throw new NotHere('it needs Rosetta');
    expectThat(accepted, 'it was not accepted');
    return 'accepted; whether it was seen, only a human knows';
  } finally {
    await notifier.close();
  }
}
