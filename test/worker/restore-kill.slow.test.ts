import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cardTools } from '../cli/small-card.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { killRestores } from '../support/kill-restore.ts';
import { placesIn } from '../support/round-trip.ts';
import { needsLoop, needsTools } from '../support/tools.ts';

const notHere = needsLoop() || needsTools(...cardTools, 'cmp', 'lsblk', 'findmnt');

describe.skipIf(notHere)('a restore that is killed at fifty random moments', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('leaves the card as it was or marked as unfinished, and heals', async () => {
    const outcomes = await killRestores(placesIn(folder.path), { times: 50, heal: 'each' });
    process.stdout.write(`${JSON.stringify(outcomes)}\n`);
    expect(outcomes.unfinished).toBeGreaterThan(5);
    expect(outcomes.untouched).toBeGreaterThan(0);
  });
});
