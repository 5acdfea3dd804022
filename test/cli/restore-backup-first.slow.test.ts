import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/engine/image/manifest.ts';
import { dyingCardTools, makeDyingCard, placeOf } from '../support/dying-card.ts';
import { type FaultyReader, faultyReader } from '../support/nbdkit.ts';
import { needsLoop, needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { type RestoreRig, restoreRig } from './restore-rig.ts';
import { pikeep } from './run-pikeep.ts';

const needed = [...dyingCardTools, 'nbdkit', 'nbdfuse', 'fusermount3'];

/** A block device that can be written, and of which one place never reads. */
describe.skipIf(needsLoop() || needsTools(...needed))(
  'a dying card that is to be overwritten',
  () => {
    let rig: RestoreRig;
    let card: string;
    let reader: FaultyReader;
    beforeAll(async () => {
      rig = await restoreRig();
      card = join(rig.folder, 'dying.img');
      await makeDyingCard(card);
      const bad = { offset: placeOf(card, '/home/pi/photo.jpg', 50), bytes: 4096 };
      reader = await faultyReader(card, { bad: [bad], badWrites: [] });
    });
    afterAll(async () => {
      await reader?.close();
      rig.remove();
    });

    it('is left as it is, because the backup that was to be made first is incomplete', async () => {
      const { code, events, last } = await pikeep([
        ...['restore', rig.image, reader.path, '--yes', '--backup-first', '--json'],
        ...['--allow-disk-image', '--library', rig.library],
      ]);
      expect(undocumented(events)).toEqual([]);
      expect(code).toBe(4);
      expect(last).toMatchObject({ event: 'error', code: 'NOT_CONFIRMED' });
      expect(last['message']).toContain('incomplete');
      // What could be had of it is kept, and says what is missing.
      const made = events.find(({ event }) => event === 'backup');
      expect(made?.['image']).toContain('(incomplete).img');
      const { unreadable } = JSON.parse(
        readFileSync(String(made?.['manifest']), 'utf8'),
      ) as Manifest;
      expect(unreadable.flatMap(({ files }) => files)).toContain('/home/pi/photo.jpg');
      expect(startOf(reader.path).equals(startOf(card))).toBe(true);
    });

    it('can be written all the same: without a backup first, it is', async () => {
      const options = ['--yes', '--json', '--allow-disk-image', '--library', rig.library];
      const { code } = await pikeep(['restore', rig.image, reader.path, ...options]);
      expect(code).not.toBe(4);
      expect(startOf(reader.path).equals(startOf(card))).toBe(false);
    });
  },
);

/** Where every restore begins to write: the first 16 MiB. */
function startOf(path: string): Buffer {
  const bytes = Buffer.alloc(16 * 1024 * 1024);
  const fd = openSync(path, 'r');
  readSync(fd, bytes, 0, bytes.length, 0);
  closeSync(fd);
  return bytes;
}
