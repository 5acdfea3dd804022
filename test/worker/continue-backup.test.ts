import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { takeOver } from '../../src/library/take-over.ts';
import { createImageFiles } from '../../src/platform/image-files.ts';
import {
  type CutOffRig,
  cutOffPlaces,
  cutOffRig,
  cutOffTools,
  makeCutOffCard,
} from '../support/cut-off-backup.ts';
import { temporaryFolder, tool } from '../support/file-systems.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const LIMIT_MS = 180_000;

describe.skipIf(needsTools(...cutOffTools))('going on with a backup', () => {
  const made = temporaryFolder();
  const original = join(made.path, 'card.img');
  let rig: CutOffRig;
  beforeAll(() => makeCutOffCard(original), LIMIT_MS);
  afterAll(() => made.remove());
  beforeEach(() => {
    rig = cutOffRig(original);
  });
  afterEach(() => rig.remove());

  it(
    'copies the rest; one of two that want to gets it',
    async () => {
      const left = await rig.cutOff(100 * MIB, { format: 'img.zst' });
      const files = createImageFiles();
      const tries = await Promise.allSettled([
        takeOver(files, left.file),
        takeOver(files, left.file),
      ]);
      const taken = tries.filter((one) => one.status === 'fulfilled');
      expect(taken).toHaveLength(1);
      await expect(rig.goOn(left)).rejects.toMatchObject({ code: 'NOTHING_TO_CONTINUE' });
      for (const { value } of taken) await value.partial.keep();
      const result = await rig.goOn(left);
      expect(result.continuedBytes).toBe(left.unfinished.doneBytes);
      await rig.judge(result);
      expect(existsSync(`${left.file}.checkpoint`)).toBe(false);
    },
    LIMIT_MS,
  );

  it(
    'is refused when the card was only mounted in between',
    async () => {
      const left = await rig.cutOff(100 * MIB);
      const root = `${rig.card}?offset=${cutOffPlaces.root}`;
      tool('debugfs', ['-w', '-R', 'set_super_value mnt_count 7', root]);
      await expect(rig.goOn(left)).rejects.toMatchObject({ code: 'CARD_CHANGED' });
      expect(existsSync(left.file)).toBe(true);
    },
    LIMIT_MS,
  );
});
