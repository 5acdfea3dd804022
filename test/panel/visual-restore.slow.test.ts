import { afterAll, beforeAll, describe, it } from 'vitest';
import { GIB } from '../desk/slot-rig.ts';
import { patience } from '../support/patience.ts';
import { needsStudio, Studio } from './studio.ts';

describe.skipIf(needsStudio())('a restore looks as it did', { timeout: 300_000 }, () => {
  let studio: Studio;

  beforeAll(async () => {
    studio = await Studio.open('restore');
  });
  afterAll(() => studio?.close());

  it('from the choice over the question to the proof, and where it was cut off', async () => {
    const { rig, workers } = studio;
    await rig.backUp(await rig.insert('octopi.img', 2 * GIB));
    const { job } = await rig.job('done');
    await rig.desk.command({ command: 'dismiss', job });
    await rig.pull('octopi.img');
    await rig.insert('second.img', 2 * GIB);

    const open = async (): Promise<void> => {
      await studio.everywhere((page) =>
        page.getByText('One backup', { exact: true }).first().click(patience),
      );
      await studio.pressOnce(/^Restore octopi of /);
      await studio.everywhere((page) =>
        page.getByRole('heading', { name: 'Restore a backup' }).waitFor(patience),
      );
    };
    const choose = async (): Promise<void> => {
      const [first] = rig.desk.snapshot.restore?.targets ?? [];
      if (!first) throw new Error('there is no card to restore to');
      const { disk, card } = first;
      await rig.desk.command({ command: 'restore-choose', disk, card });
      await studio.everywhere((page) =>
        page.locator('button:enabled', { hasText: 'Continue' }).waitFor(patience),
      );
    };
    await open();
    await choose();
    await studio.picture('card chosen');
    await studio.pressOnce('Continue');
    await studio.everywhere((page) =>
      page.getByRole('heading', { name: /^Overwrite / }).waitFor(patience),
    );
    await studio.picture('question');

    const held = workers.holdAtProgress('writing');
    await studio.pressOnce(/^Overwrite /);
    await held;
    await studio.seen('Writing the card…');
    // Its table is not there yet: whenever the desk has looked last, it has seen that now.
    await rig.desk.rescan();
    await studio.picture('writing');
    workers.kill();
    await studio.seen('This card is not finished, and no Pi can start from it.');
    await studio.picture('not finished');

    await studio.pressOnce('Restore again…');
    await studio.seen('A restore of “');
    await studio.picture('chosen again');
    await studio.everywhere((page) =>
      page.locator('button:enabled', { hasText: 'Continue' }).waitFor(patience),
    );
    await studio.pressOnce('Continue');
    await studio.everywhere((page) =>
      page.getByRole('heading', { name: /^Overwrite / }).waitFor(patience),
    );
    await studio.pressOnce(/^Overwrite /);
    await studio.seen('Restored and proven');
    await studio.seen('Eject');
    await studio.picture('restored');
    studio.expectAsBefore();
  });
});
