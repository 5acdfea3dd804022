import { afterAll, beforeAll, describe, it } from 'vitest';
import { GIB } from '../desk/slot-rig.ts';
import { needsStudio, Studio } from './studio.ts';

/** So large that a copy of its holes is still going on when it is held. */
const LARGE = 16 * GIB;

describe.skipIf(needsStudio())('the panel looks as it did', { timeout: 300_000 }, () => {
  let studio: Studio;

  beforeAll(async () => {
    studio = await Studio.open('cards');
  });
  afterAll(() => studio?.close());

  it('from the empty slot to the proof, and when something comes between', async () => {
    const { rig, workers } = studio;
    await studio.picture('nothing inserted');

    await rig.insert('octopi.img', LARGE);
    await studio.seen('Back up this Pi card');
    await studio.seen('Never backed up');
    await studio.picture('card recognised');
    const other = () =>
      studio.everywhere((page) => page.getByText('Other…', { exact: true }).click());
    await other();
    await studio.picture('other things to do');
    await other();

    workers.holdsNext = true;
    await studio.pressOnce('Back up this Pi card');
    await studio.seen('Opening the card…');
    await studio.picture('opening');

    await workers.holdAtProgress();
    await studio.seen('Copying the card…');
    await studio.picture('copying');
    await workers.holdAtProgress();
    await studio.press(/^Cancel the backup/);
    await studio.seen('Keep copying');
    await studio.picture('second thought');
    await studio.press('Keep copying');

    workers.goOn();
    await studio.seen('Backed up and proven');
    await studio.seen('Browse');
    await rig.until(({ backups }) => backups.length === 1);
    await studio.picture('proven');
    await studio.pressOnce('Eject');
    await studio.seen('The card is ejected.');
    await studio.picture('proven and ejected');
    await studio.pressOnce(/^Dismiss/);

    await rig.insert('octopi-again.img', LARGE);
    await studio.seen('last backed up');
    await studio.seen(/^Same as your backup of /);
    await studio.picture('card known');

    workers.holdsNext = true;
    await studio.pressOnce('Back up this Pi card');
    await studio.seen('Opening the card…');
    workers.kill();
    await studio.seen('Try again');
    await studio.picture('needs attention');

    const held = workers.holdAtProgress();
    await studio.pressOnce('Try again');
    await held;
    await rig.insert('pihole.img', GIB);
    await studio.seen('pihole.img');
    await studio.picture('several cards');
    studio.expectAsBefore();
  });
});
