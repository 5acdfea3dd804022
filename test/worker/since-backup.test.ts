import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCard } from '../../src/engine/card.ts';
import { imageFormats } from '../../src/engine/image/image-format.ts';
import { parseManifest } from '../../src/engine/image/manifest.ts';
import { readPortrait } from '../../src/engine/portrait.ts';
import { runBackup } from '../../src/worker/backup-task.ts';
import { runInspect } from '../../src/worker/inspect-task.ts';
import type { InspectResult } from '../../src/worker/results.ts';
import { runSurvey } from '../../src/worker/survey-task.ts';
import { openFileDevice } from '../support/file-device.ts';
import { tool } from '../support/file-systems.ts';
import { type SlotRestore, slotRestore } from '../support/slot-restore.ts';
import { layOut } from '../support/systems/lay-out.ts';
import { bookworm } from '../support/systems/raspberry.ts';
import { taskContext } from '../support/task-context.ts';
import { needsTools } from '../support/tools.ts';

const SAME = { verdict: 'same', bytes: 0, isAtLeast: false, words: 'same as your backup of today' };

describe.skipIf(needsTools('mke2fs', 'debugfs', 'mkfs.vfat', 'mcopy', 'sfdisk'))(
  'what changed since a backup, asked of a worker',
  () => {
    let rig: SlotRestore;
    let card: string;
    beforeEach(() => {
      rig = slotRestore();
      card = join(rig.slot, 'kitchen.img');
      layOut(card, bookworm);
    });
    afterEach(() => rig.remove());

    async function backUp(format: (typeof imageFormats)[number]): Promise<string> {
      const { image } = await runBackup(
        {
          ...{ task: 'backup', disk: 'kitchen.img', expected: null, source: rig.source, format },
          destination: { kind: 'library', folder: rig.library },
          ...{ wholeCard: false, fullHash: false, verify: 'image', rescueMinutes: 1 },
          ...{ forceUnmount: false, ejectWhenDone: false },
        },
        taskContext(),
      );
      return image;
    }

    function inspect(
      target: string,
      library: string | undefined = rig.library,
    ): Promise<InspectResult> {
      const { source } = rig;
      return runInspect({ task: 'inspect', target, source, library }, taskContext());
    }

    const manifestOf = (image: string) => {
      const file = `${image}.pikeep.json`;
      return { file, manifest: parseManifest(readFileSync(file, 'utf8'), file) };
    };

    /** Changes the manifest as somebody with an editor would. */
    function edit(image: string, change: (manifest: Record<string, unknown>) => void): void {
      const { file, manifest } = manifestOf(image);
      const copy: Record<string, unknown> = { ...manifest };
      change(copy);
      chmodSync(file, 0o644);
      writeFileSync(file, JSON.stringify(copy));
    }

    it.each(imageFormats)('keeps the portrait of the card in the manifest: %s', async (format) => {
      const image = await backUp(format);
      const device = openFileDevice(card);
      const portrait = await readPortrait(device, await readCard(device));
      await device.close();
      const { manifest } = manifestOf(image);
      expect(manifest.portrait).toEqual(portrait);
      expect(manifest.card.model).toBe('Raspberry Pi 5 Model B Rev 1.0');
      const found = await inspect(image);
      expect(found.portrait).toEqual(portrait);
      expect(found.lastBackup).toBeNull();
      expect((await inspect('kitchen.img')).lastBackup).toMatchObject({ image, changed: SAME });
    });

    it('tells a card that was used from one that was not, before a restore too', async () => {
      const image = await backUp('img');
      const survey = async () => {
        const { source, library, recordsFolder } = rig;
        const task = { task: 'survey', image, disk: 'kitchen.img', source, library, recordsFolder };
        return (await runSurvey({ ...task, task: 'survey' }, taskContext())).target.lastBackup;
      };
      expect(await survey()).toMatchObject({ image, changed: SAME });
      const file = join(rig.folder, 'ssh');
      writeFileSync(file, '');
      tool('mcopy', ['-i', `${card}@@4M`, file, '::ssh']);
      const changed = { verdict: 'changed', bytes: null, isAtLeast: false, words: 'changed since' };
      expect(await survey()).toMatchObject({ image, changed });
      expect((await inspect('kitchen.img')).lastBackup).toMatchObject({ image, changed });
    });

    it('knows nothing of a card that no backup is of, and does not look without a library', async () => {
      expect((await inspect('kitchen.img')).lastBackup).toBeNull();
      await backUp('img');
      const { source } = rig;
      const found = await runInspect(
        { task: 'inspect', target: 'kitchen.img', source },
        taskContext(),
      );
      expect(found.lastBackup).toBeNull();
      expect(found.portrait?.hostname).toBe('kitchen');
    });

    it.each(['img', 'img.zst'] as const)(
      'asks the %s itself where its manifest is older',
      async (format) => {
        const image = await backUp(format);
        edit(image, (manifest) => delete manifest['portrait']);
        expect((await inspect('kitchen.img')).lastBackup).toMatchObject({ image, changed: SAME });
      },
    );

    it('says nothing of what it cannot know', async () => {
      const image = await backUp('img.gz');
      const unknown = { image, changed: null };
      edit(image, (manifest) => delete manifest['portrait']);
      expect((await inspect('kitchen.img')).lastBackup).toMatchObject(unknown);
      // A portrait of another form does not cost the backup.
      edit(image, (manifest) => {
        manifest['portrait'] = { hostname: 7 };
      });
      expect(manifestOf(image).manifest.portrait).toBeNull();
      expect((await inspect('kitchen.img')).lastBackup).toMatchObject(unknown);
    });

    it('compares nothing where the card only seems to be the one', async () => {
      const image = await backUp('img');
      edit(image, (manifest) => {
        const { card: was } = manifestOf(image).manifest;
        manifest['card'] = { ...was, strong: { tableId: null, fileSystems: [], hostname: null } };
      });
      expect((await inspect('kitchen.img')).lastBackup).toMatchObject({ image, changed: null });
    });

    it('says nothing when the image that would tell is damaged', async () => {
      const image = await backUp('img.zst');
      edit(image, (manifest) => delete manifest['portrait']);
      chmodSync(image, 0o644);
      const { length } = readFileSync(image);
      writeFileSync(image, Buffer.alloc(length, 0xff));
      expect((await inspect('kitchen.img')).lastBackup).toMatchObject({ image, changed: null });
      // What is not as long as it was made is no backup that a card could be overwritten for.
      writeFileSync(image, Buffer.alloc(5000, 0xff));
      expect((await inspect('kitchen.img')).lastBackup).toBeNull();
    });

    it('does not take a clone with another table for the card', async () => {
      await backUp('img');
      copyFileSync(card, join(rig.slot, 'clone.img'));
      tool('sfdisk', ['--disk-id', join(rig.slot, 'clone.img'), '0x11111111']);
      expect((await inspect('clone.img')).lastBackup).toBeNull();
    });
  },
);
