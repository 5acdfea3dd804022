import { copyFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SurveyResult } from '../../src/worker/restore-results.ts';
import { runRestore } from '../../src/worker/restore-task.ts';
import { runSurvey } from '../../src/worker/survey-task.ts';
import { cardTools, makeSmallCard, SMALL_CARD_BYTES } from '../cli/small-card.ts';
import { emptyImage, makeFat, partition, tool } from '../support/file-systems.ts';
import { type SlotRestore, slotRestore } from '../support/slot-restore.ts';
import { taskContext } from '../support/task-context.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;

describe.skipIf(needsTools(...cardTools, 'mmd', 'xz'))('what is asked before a restore', () => {
  let rig: SlotRestore;
  beforeEach(() => {
    rig = slotRestore();
  });
  afterEach(() => rig.remove());

  const survey = (image: string, disk: string): Promise<SurveyResult> => {
    const { source, library, recordsFolder } = rig;
    return runSurvey(
      { task: 'survey', image, disk, source, library, recordsFolder },
      taskContext(),
    );
  };

  it('names the card the image was made of, and its last backup', async () => {
    const image = await rig.backUp();
    const found = await survey(image, 'octopi.img');
    expect(found.image).toMatchObject({
      title: 'octopi',
      bytes: SMALL_CARD_BYTES,
      mapOrigin: 'manifest',
      verified: true,
      unreadable: 0,
      warnings: [],
    });
    expect(found.image.mappedBytes).toBeLessThan(SMALL_CARD_BYTES);
    expect(found.target).toMatchObject({
      title: 'octopi',
      content: 'octopi, Debian GNU/Linux 13 (trixie)',
      isOrigin: true,
      lastBackup: { image, at: found.image.at },
      partitions: [{ label: 'bootfs' }, { kind: 'ext' }],
      unfinished: null,
      canUndo: false,
      mustTypeName: false,
    });
    expect(found).toMatchObject({ fits: true, misfit: null });
  });

  it('tells another Pi, a camera’s card, an empty one and an unknown one apart', async () => {
    const image = await rig.backUp();
    const other = join(rig.slot, 'other.img');
    await makeSmallCard(other, { hostname: 'homebridge' });
    tool('sfdisk', ['--quiet', '--no-reread', '--disk-id', other, '0x11112222']);
    expect((await survey(image, 'other.img')).target).toMatchObject({
      content: 'homebridge, Debian GNU/Linux 13 (trixie)',
      isOrigin: false,
      lastBackup: null,
    });

    const camera = makeFat(join(rig.slot, 'camera.img'), {
      ...{ bytes: SMALL_CARD_BYTES, bits: 16, label: 'EOS_DIGITAL' },
      files: {},
    } as const);
    const file = join(rig.folder, 'photo');
    writeFileSync(file, 'photo');
    tool('mmd', ['-i', camera, '::DCIM', '::DCIM/100CANON', '::DCIM/101CANON', '::OTHER']);
    const photos = Array.from({ length: 213 }, (_, count) => join(rig.folder, `IMG_${count}.JPG`));
    for (const photo of photos) copyFileSync(file, photo);
    tool('mcopy', ['-i', camera, ...photos.slice(0, 100), '::DCIM/100CANON']);
    tool('mcopy', ['-i', camera, ...photos.slice(100), '::DCIM/101CANON']);
    for (const name of ['DCIM/100CANON/long name of a raw photo.cr3', 'DCIM/100CANON/MVI_1.MP4']) {
      tool('mcopy', ['-i', camera, file, `::${name}`]);
    }
    // None of these is a picture of the camera's.
    for (const name of ['DCIM/100CANON/._IMG_1.JPG', 'OTHER/x.jpg', 'DCIM/index.ctg']) {
      tool('mcopy', ['-i', camera, file, `::${name}`]);
    }
    const seen = await survey(image, 'camera.img');
    expect(seen.target.content).toBe('camera card, 214 photos and 1 video');
    expect(seen.target.title).toBe('EOS_DIGITAL');

    emptyImage(join(rig.slot, 'blank.img'), SMALL_CARD_BYTES);
    expect((await survey(image, 'blank.img')).target.content).toBe('empty');
    makeFat(join(rig.slot, 'fresh.img'), {
      ...{ bytes: SMALL_CARD_BYTES, bits: 16, label: 'NEW' },
      files: {},
    } as const);
    expect((await survey(image, 'fresh.img')).target.content).toBe('empty (fat16 “NEW”, 34.6 MB)');

    const strange = emptyImage(join(rig.slot, 'strange.img'), SMALL_CARD_BYTES);
    partition(strange, 'label: dos\nstart=2048, size=20480, type=da\nstart=22528, type=83\n');
    expect((await survey(image, 'strange.img')).target.content).toMatch(
      /^unknown content \(0xda\), 10.5 MB; unknown content \(0x83\), /,
    );
  });

  it('says by how much it does not fit', async () => {
    const image = await rig.backUp();
    emptyImage(join(rig.slot, 'small.img'), SMALL_CARD_BYTES - 2 * MIB);
    const found = await survey(image, 'small.img');
    expect(found).toMatchObject({ fits: false, misfit: { missingBytes: MIB } });
    expect(found.fit).toContain('does not fit');
  });

  it('does not know whether a stream fits, nor unpacks it', async () => {
    const packed = join(rig.folder, 'elsewhere.img');
    await makeSmallCard(packed);
    tool('xz', ['-1', packed]);
    emptyImage(join(rig.slot, 'blank.img'), SMALL_CARD_BYTES);
    const found = await survey(`${packed}.xz`, 'blank.img');
    expect(found).toMatchObject({
      fits: null,
      growth: null,
      image: { mapOrigin: 'whole', verified: null, at: null, title: 'elsewhere.img.xz' },
      target: { isOrigin: false },
    });
  });

  it('names an unfinished restore, and whether it can be undone', async () => {
    const image = await rig.backUp();
    rig.target();
    const abort = new AbortController();
    const restoring = runRestore(
      await rig.task(image, 'target.img'),
      taskContext({
        signal: abort.signal,
        onProgress: ({ phase }) => phase === 'writing' && abort.abort(),
      }),
    );
    await expect(restoring).rejects.toMatchObject({ code: 'INTERRUPTED' });
    const { target: found } = await survey(image, 'target.img');
    expect(found).toMatchObject({ canUndo: false, isOrigin: false, lastBackup: null });
    expect(found.unfinished).toMatch(/^octopi .*\.img$/);
    expect(found.content).toContain('did not finish');
  });

  it('is not asked of what is no card, is the library’s own, or is not there', async () => {
    const image = await rig.backUp();
    copyFileSync(image, join(rig.slot, 'copy.img'));
    truncateSync(join(rig.slot, 'copy.img'), SMALL_CARD_BYTES);
    await expect(survey(image, 'nothing.img')).rejects.toMatchObject({ code: 'NO_SUCH_DISK' });
    await expect(survey(join(rig.slot, 'copy.img'), 'copy.img')).rejects.toMatchObject({
      code: 'PROTECTED_DISK',
    });
    const missing = join(rig.library, 'missing.img');
    await expect(survey(missing, 'copy.img')).rejects.toMatchObject({ code: 'NO_SUCH_IMAGE' });
  });
});
