import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cardTools } from '../cli/small-card.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { BackupKiller } from '../support/kill-backup.ts';
import { needsLoop, needsTools } from '../support/tools.ts';

const SEED = 20_261_123;
const TIMES = Number(process.env['PIKEEP_KILLS'] ?? 200);
/** Milliseconds: half an hour on a machine that does nothing else. */
const LIMIT = 4 * 3_600_000;

const notHere = needsLoop() || needsTools(...cardTools, 'cmp', 'gzip', 'zstd');

/** `PIKEEP_KILLS` is how often each of them is killed. */
describe.skipIf(notHere)(`a backup that is killed at ${TIMES} random moments`, () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let killer: BackupKiller;
  beforeEach(async () => {
    folder = temporaryFolder();
    const libraries = join(folder.path, 'libraries');
    mkdirSync(libraries);
    killer = await BackupKiller.prepare(folder.path, libraries, SEED);
  });
  afterEach(async () => {
    await killer?.close();
    folder.remove();
  });

  it(
    'leaves nothing under a final name that is not the card, and the next one finishes',
    async () => {
      const counts = await killer.kill(TIMES, 'fresh');
      process.stdout.write(`${JSON.stringify(counts)}\n`);
      expect(counts.kills).toBe(TIMES);
      expect(counts.partial).toBeGreaterThan(0);
      expect(counts.nothing).toBeGreaterThan(0);
    },
    LIMIT,
  );

  it(
    'and is killed again while it is continued, is continued once more and finishes',
    async () => {
      const counts = await killer.kill(TIMES, 'continue');
      process.stdout.write(`${JSON.stringify(counts)}\n`);
      expect(counts.kills).toBe(TIMES);
      expect(counts.continued).toBeGreaterThan(TIMES * 0.5);
    },
    LIMIT,
  );
});
