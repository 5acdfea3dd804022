import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeShelf, pullBusyCard, type Shelf } from '../support/busy-card.ts';
import { judgeSnapshot } from '../support/pulled-card.ts';
import { needsLoop, needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;

describe.skipIf(needsTools('mke2fs', 'e2fsck', 'debugfs', 'mkfs.xfs') || needsLoop())(
  'a card pulled from a running Pi',
  () => {
    let shelf: Shelf;
    beforeAll(async () => {
      shelf = await makeShelf();
    });
    afterAll(() => shelf.remove());

    it('loses nothing by its map, but would by its bitmaps alone', {
      timeout: 180_000,
    }, async () => {
      const cards = [
        { make: ['-t', 'ext4', '-O', 'orphan_file', '-b', '4096'], seed: 1 },
        { make: ['-t', 'ext3', '-b', '1024', '-g', '2048', '-J', 'size=2'], seed: 2 },
      ];
      let lostWithoutJournal = 0;
      for (const card of cards) {
        const snapshots = await pullBusyCard(shelf, { bytes: 48 * MIB, snapshots: 3, ...card });
        for (const snapshot of snapshots) {
          const judgement = await judgeSnapshot(shelf, snapshot);
          expect(judgement.sameFiles, snapshot).toBe(true);
          expect(judgement.names).toBeGreaterThan(20);
          if (!judgement.sameFilesWithoutJournal) lostWithoutJournal++;
        }
      }
      expect(lostWithoutJournal).toBeGreaterThan(0);
    });
  },
);
