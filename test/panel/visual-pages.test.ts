import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { patience } from '../support/patience.ts';
import { putOnBoot } from '../support/put-on-boot.ts';
import { needsTools } from '../support/tools.ts';
import { needsStudio, Studio } from './studio.ts';

const skip = needsStudio() || needsTools('mcopy', 'sfdisk');

describe.skipIf(skip)('the pages look as they did', { timeout: 300_000 }, () => {
  let studio: Studio;

  beforeAll(async () => {
    studio = await Studio.open('pages', {
      desk: { welcomes: true, diagnose: () => Promise.resolve('# PiKeep report\n\nNothing.') },
    });
  });
  afterAll(() => studio?.close());

  /** Backs up the card, and takes the outcome away. */
  async function backUp(): Promise<void> {
    const { rig } = studio;
    await rig.backUp(await rig.card('octopi.img'));
    const { job } = await rig.job('done');
    await rig.desk.command({ command: 'dismiss', job });
  }

  /** Puts a text on the first partition of the card in the slot. */
  async function putFile(name: string, text: string): Promise<void> {
    const card = join(studio.rig.slot, 'octopi.img');
    const source = join(studio.rig.folder, name);
    await writeFile(source, text);
    putOnBoot(card, source);
  }

  const go = (id: string) =>
    studio.everywhere((page) => page.locator(`[data-id^="${id}"]`).first().click(patience));

  it('from the first start over the library to its files, and the settings', async () => {
    const { rig } = studio;
    for (const step of [1, 2, 3]) {
      await studio.seen(`${step} of 3`);
      await studio.picture(`first start ${step}`);
      if (step < 3) await studio.press('Continue');
    }
    await rig.desk.command({ command: 'welcomed' });

    await rig.insert('octopi.img');
    await backUp();
    await putFile('config.txt', 'arm_64bit=1\ndtparam=audio=on\n');
    await backUp();
    await studio.press('Library');
    await studio.seen('2 backups');
    await studio.picture('library');
    await go('pi ');
    await studio.seen('Name, note and colour');
    await studio.seen('Same as your backup of today.');
    await studio.picture('pi');
    await go('backup ');
    await studio.everywhere((page) =>
      page.getByRole('region', { name: 'Verdict' }).waitFor(patience),
    );
    await studio.pressOnce('Check it now');
    await studio.seen(/^Checked (?:just now|one minute ago|\d+ minutes ago)/);
    await studio.picture('report');
    await go('browse');
    await studio.everywhere((page) => page.getByRole('option').first().waitFor(patience));
    await studio.picture('files');
    await studio.press('Backup');
    await studio.everywhere((page) =>
      page.getByRole('region', { name: 'Verdict' }).waitFor(patience),
    );
    await go('compare');
    await studio.seen('config.txt');
    await studio.picture('compare');
    await studio.press('Cards');
    await go('settings');
    await studio.seen('Kind of image');
    await studio.picture('settings');
    await studio.press('Cards');
    await go('help');
    await studio.seen('# PiKeep report');
    await studio.picture('help');
    studio.expectAsBefore();
  });
});
