import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mapExt } from '../../src/engine/ext-map.ts';
import { makeShelf, pullBusyCard, type Shelf } from '../support/busy-card.ts';
import { withFileDevice } from '../support/file-device.ts';
import { judgeSnapshot } from '../support/pulled-card.ts';
import { needsLoop, needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const SNAPSHOTS = 4;

/** Arguments for mke2fs, and for mount behind a slash. Half have an orphan file, a quarter are ext3 or of 1 KiB blocks. */
const cards = [
  '-t ext4 -O orphan_file',
  '-t ext4 -O orphan_file -g 2048',
  '-t ext4 -O orphan_file -b 1024',
  '-t ext4 -O orphan_file -b 2048',
  '-t ext4 -O orphan_file / data=journal',
  '-t ext4 -O orphan_file / nodelalloc',
  '-t ext4 -O orphan_file / data=writeback,journal_async_commit',
  '-t ext4 -O orphan_file,^metadata_csum -g 4096',
  '-t ext4 -O orphan_file,^64bit -g 4096',
  '-t ext4 -O orphan_file,bigalloc -C 16384',
  '-t ext4 -O orphan_file,inline_data -I 256 -g 4096',
  '-t ext4 -O orphan_file,metadata_csum_seed,^flex_bg -g 1024',
  '-t ext4 -O orphan_file -J size=4 -b 1024 / commit=1',
  '-t ext4',
  '-t ext4 -O meta_bg,^resize_inode -g 512',
  '-t ext4 -O sparse_super2 -g 1024',
  '-t ext4 -O ^metadata_csum,^uninit_bg -g 2048 / journal_checksum',
  '-t ext4 -O ^metadata_csum -g 2048 / data=writeback,journal_async_commit',
  '-t ext4 -b 1024 -J size=2 / data=journal,commit=1',
  '-t ext3',
  '-t ext3 -b 1024',
  '-t ext3 -b 1024 -g 1024 / data=journal',
  '-t ext3 -b 1024 -J size=1 / commit=1',
  '-t ext3 / journal_checksum',
  '-t ext4 -b 1024 -O ^extent,^64bit -g 2048',
];

describe.skipIf(needsTools('mke2fs', 'e2fsck', 'debugfs', 'mkfs.xfs') || needsLoop())(
  'a hundred cards pulled from a running Pi',
  () => {
    let shelf: Shelf;
    let judged = 0;
    let lostWithoutJournal = 0;
    beforeAll(async () => {
      shelf = await makeShelf();
    });
    afterAll(async () => {
      await shelf.remove();
      expect(judged).toBeGreaterThanOrEqual(100);
      // Else the test would prove nothing about the journal.
      expect(lostWithoutJournal).toBeGreaterThan(25);
    });

    it('copies everything once there are fast commits', async () => {
      const make = ['-t', 'ext4', '-O', 'fast_commit'];
      const options = { bytes: 72 * MIB, make, seed: 5, snapshots: 3 };
      const reasons: string[] = [];
      for (const snapshot of await pullBusyCard(shelf, options)) {
        const map = await withFileDevice(snapshot, mapExt);
        if (map.strategy === 'whole') reasons.push(map.reason);
        rmSync(snapshot);
      }
      expect(reasons).toContain('its journal holds fast commits');
    });

    for (const [index, card] of cards.entries()) {
      it(`loses nothing: ${card}`, async () => {
        const [make = '', mount] = card.split(' / ');
        const snapshots = await pullBusyCard(shelf, {
          bytes: 72 * MIB,
          make: make.split(' '),
          ...(mount ? { mount } : {}),
          seed: 1000 + index,
          snapshots: SNAPSHOTS,
          turns: 4 + (index % 4) * 6,
        });
        for (const snapshot of snapshots) {
          const judgement = await judgeSnapshot(shelf, snapshot);
          expect(judgement.sameFiles, snapshot).toBe(true);
          expect(judgement.names).toBeGreaterThan(10);
          judged++;
          if (!judgement.sameFilesWithoutJournal) lostWithoutJournal++;
        }
      });
    }
  },
);
