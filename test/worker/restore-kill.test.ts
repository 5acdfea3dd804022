import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cardTools } from '../cli/small-card.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { killRestores } from '../support/kill-restore.ts';
import { placesIn } from '../support/round-trip.ts';
import { needsLoop, needsTools } from '../support/tools.ts';

const notHere = needsLoop() || needsTools(...cardTools, 'cmp', 'lsblk', 'findmnt');

/** Fifty kills are in `restore-kill.slow.test.ts`. */
describe.skipIf(notHere)('a restore that is killed', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('leaves the card as it was or marked as unfinished, and heals', async () => {
    const places = placesIn(folder.path);
    let unfinished = 0;
    // On a busy machine all of the first kills may come too early or too late.
    for (let round = 0; round < 5 && unfinished === 0; round++) {
      const outcomes = await killRestores(places, { times: 5, heal: 'last' });
      unfinished += outcomes.unfinished;
    }
    expect(unfinished).toBeGreaterThan(0);
  }, 240_000);
});
