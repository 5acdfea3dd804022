import { spawnSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it } from 'vitest';
import { GIB } from '../desk/slot-rig.ts';
import { type MountedVolume, mountedVolume } from '../support/mounted.ts';
import { putOnBoot } from '../support/put-on-boot.ts';
import { needsLoop, needsTools } from '../support/tools.ts';
import { needsStudio, Studio } from './studio.ts';

const MIB = 1024 ** 2;

/** Something of a running backup is proven and written down. */
function isSomethingProven(library: string): boolean {
  const files = readdirSync(library, { recursive: true, encoding: 'utf8' });
  const name = files.find((one) => one.endsWith('.checkpoint'));
  // A header, a batch, and nothing behind the last end of a line.
  return name !== undefined && readFileSync(join(library, name), 'utf8').split('\n').length > 2;
}

describe.skipIf(needsStudio())('trouble looks as it did', { timeout: 300_000 }, () => {
  let studio: Studio;
  let volume: MountedVolume | null = null;

  afterEach(async () => {
    await studio?.close();
    await volume?.close();
    volume = null;
  });

  it('a backup that was cut off, and is offered to be continued', async () => {
    studio = await Studio.open('cut-off');
    const { rig, workers } = studio;
    await rig.insert('octopi.img', 16 * GIB);
    const held = workers.holdAtProgress();
    await studio.pressOnce('Back up this Pi card');
    await held;
    while (!isSomethingProven(rig.library)) await workers.holdAtProgress();
    workers.kill();
    await studio.seen('Continue the backup');
    await studio.picture('failed and kept');
    await studio.pressOnce(/^Dismiss/);
    await studio.seen('A backup of this card');
    await studio.picture('continue offered');
    studio.expectAsBefore();
  });

  it.skipIf(needsLoop() || needsTools('mke2fs', 'dd', 'mcopy', 'sfdisk'))(
    'a disk that runs full, and goes on when there is room',
    async () => {
      volume = await mountedVolume(['mke2fs', '-q', '-t', 'ext4', '-m', '0'], 64 * MIB);
      const library = join(volume.folder, 'library');
      await mkdir(library);
      studio = await Studio.open('full-disk', { desk: { library } });
      const { rig, workers } = studio;
      const filler = join(volume.folder, 'filler');
      await rig.insert('octopi.img');
      const photos = join(rig.folder, 'photos');
      await writeFile(photos, randomFillSync(Buffer.alloc(30 * MIB)));
      putOnBoot(join(rig.slot, 'octopi.img'), photos);
      const started = workers.holdAtProgress('copying', 0);
      await studio.pressOnce('Back up this Pi card');
      await started;
      // Until nothing more goes there.
      spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k']);
      workers.goOn();
      await studio.seen('The disk of your backups is full.');
      await studio.picture('full disk');
      await rm(filler);
      await studio.seen('Backed up and proven');
      studio.expectAsBefore();
    },
  );
});
