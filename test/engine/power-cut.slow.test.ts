import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/file-systems.ts';
import { judgeSnapshot } from '../support/pulled-card.ts';
import { needsLoop, needsTools } from '../support/tools.ts';
import { cutPower, recordBusyCard } from '../support/write-log.ts';

const MIB = 1024 * 1024;
const CUTS = 10;

const cards: Record<string, { make: string[]; mount?: string; pieceBytes: number }> = {
  'ext4, torn to sectors': { make: ['-t', 'ext4', '-b', '4096'], pieceBytes: 512 },
  'ext4 with an orphan file and 1 KiB blocks': {
    make: ['-t', 'ext4', '-O', 'orphan_file', '-b', '1024', '-g', '4096'],
    pieceBytes: 1024,
  },
  'ext4 with its data in the journal': {
    make: ['-t', 'ext4', '-b', '4096'],
    mount: 'data=journal',
    pieceBytes: 4096,
  },
  ext3: { make: ['-t', 'ext3', '-b', '1024', '-g', '4096'], pieceBytes: 1024 },
};

describe.skipIf(needsTools('mke2fs', 'e2fsck', 'debugfs', 'nbdfuse', 'fusermount3') || needsLoop())(
  'a card whose power fails while writes are under way',
  () => {
    const folder = temporaryFolder();
    const image = join(folder.path, 'card.img');
    let lostWithoutJournal = 0;
    afterAll(() => {
      folder.remove();
      expect(lostWithoutJournal).toBeGreaterThan(0);
    });

    for (const [index, [name, { pieceBytes, ...card }]] of Object.entries(cards).entries()) {
      it(`loses nothing by its map: ${name}`, async () => {
        const log = await recordBusyCard({
          ...card,
          bytes: 40 * MIB,
          seed: 300 + index,
          turns: 14,
        });
        expect(log.records.filter((record) => record === 'flush').length).toBeGreaterThan(20);
        const fates = chances(index + 1);
        for (let cut = 1; cut <= CUTS; cut++) {
          // The first writes belong to the mount; an empty file system proves little.
          const at = Math.floor((log.records.length * (cut + 2)) / (CUTS + 3));
          writeFileSync(
            image,
            cutPower(log, at, pieceBytes, () => fates() < cut / CUTS),
          );
          const judgement = await judgeSnapshot({ copy: copyFileSync }, image);
          expect(judgement.sameFiles, `cut behind write ${at}`).toBe(true);
          if (!judgement.sameFilesWithoutJournal) lostWithoutJournal++;
        }
      });
    }
  },
);

/** Numbers from 0 to 1 that are the same in every run (a linear congruence). */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
