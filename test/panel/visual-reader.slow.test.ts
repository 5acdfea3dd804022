import { join } from 'node:path';
import { afterEach, describe, it } from 'vitest';
import type { Disk } from '../../src/engine/disk.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { blockBytes, dyingCardTools, makeDyingCard, placeOf } from '../support/dying-card.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { type FaultyReader, faultyReader } from '../support/nbdkit.ts';
import { needsLoop, needsTools } from '../support/tools.ts';
import { needsStudio, Studio } from './studio.ts';

const tools = [...dyingCardTools, 'nbdkit', 'nbdfuse', 'fusermount3'];

describe.skipIf(needsStudio() || needsLoop() || needsTools(...tools))(
  'a reader and a card that fail look as they did',
  { timeout: 300_000 },
  () => {
    const folder = temporaryFolder();
    let studio: Studio | undefined;
    let reader: FaultyReader | undefined;

    afterEach(async () => {
      reader?.thaw();
      await studio?.close();
      await reader?.close();
      folder.remove();
    });

    it('while it does not answer, and when what could not be read is named', async () => {
      const card = join(folder.path, 'octopi.img');
      await makeDyingCard(card);
      const offset = placeOf(card, '/home/pi/photo.jpg', 3);
      reader = await faultyReader(card, {
        bad: [{ offset, bytes: blockBytes(card) }],
        bytesPerSecond: 4_000_000,
      });
      const { path } = reader;
      const { desktop: _, disks, ...platform } = await createPlatform({ slot: null });
      // Who looks at it while it hangs does without what the system knows by udev elsewhere: its partitions.
      let known: readonly Disk[] = [];
      const parts = {
        ...platform,
        disks: {
          list: async (signal?: AbortSignal) => {
            if (known.some(({ partitions }) => partitions.length > 0)) return known;
            known = (await disks.list(signal)).filter((disk) => disk.path === path);
            return known;
          },
          watch: (changed: () => void) => disks.watch(changed),
        },
      };
      studio = await Studio.open('reader', {
        desk: { parts, slot: null, allowDiskImage: true, welcomes: false },
        run: { stallLimits: { tell: 1, end: 600, silence: 120 } },
      });
      const { workers } = studio;
      await studio.pressOnce(/^Back up this/);
      await workers.holdAtProgress();
      reader.freeze();
      workers.goOn();
      await studio.seen('has not answered for');
      await studio.picture('reader does not answer');
      reader.thaw();
      await studio.seen('1 file is damaged');
      await studio.seen('Browse');
      await studio.picture('incomplete');
      studio.expectAsBefore();
    });
  },
);
