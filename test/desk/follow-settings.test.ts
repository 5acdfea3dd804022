import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSettings } from '../../src/platform/settings.ts';
import { watchFolder } from '../../src/platform/watch-folder.ts';
import { SlotRig } from './slot-rig.ts';

describe('settings that another PiKeep saves', () => {
  let folder: string;
  let file: string;
  let rig: SlotRig;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pikeep-settings-'));
    file = join(folder, 'settings.json');
    rig = await SlotRig.startWith(
      {
        settings: await openSettings({ file, home: folder }),
        watchFolder,
      },
      'octopi.img',
    );
  });
  afterEach(async () => {
    await rig.end();
    await rm(folder, { recursive: true, force: true });
  });

  it('count here, too: a card that is marked “never touch” is offered no longer', async () => {
    await expect.poll(() => rig.desk.snapshot.disks.length, { timeout: 20_000 }).toBe(1);
    const [disk] = rig.desk.snapshot.disks;
    const here = await rig.desk.command({
      command: 'protect',
      disk: disk?.disk ?? '',
      card: disk?.card ?? '',
    });
    expect(here).toEqual({ ok: true });
    const other = await openSettings({ file, home: folder });
    const { neverTouch } = other.current;
    expect(neverTouch.length).toBeGreaterThan(0);
    await other.update({ neverTouch: [] });
    await expect.poll(() => rig.desk.snapshot.disks.length, { timeout: 20_000 }).toBe(1);
    await other.update({ neverTouch });
    await expect.poll(() => rig.desk.snapshot.refused.length, { timeout: 20_000 }).toBe(1);
    expect(rig.desk.snapshot.disks).toEqual([]);
  });

  it('count from the first save on where there was no folder of settings before', async () => {
    await rig.end();
    const later = join(folder, 'pikeep', 'settings.json');
    const settings = await openSettings({ file: later, home: folder });
    rig = await SlotRig.startWith({ settings, watchFolder });
    expect(await rig.desk.command({ command: 'welcomed' })).toEqual({ ok: true });
    const other = await openSettings({ file: later, home: folder });
    await other.update({ remindDays: 9 });
    await expect.poll(() => rig.desk.snapshot.settings.remindDays, { timeout: 20_000 }).toBe(9);
  });

  it('change nothing where they cannot be read', async () => {
    const settings = await openSettings({ file, home: folder });
    await settings.update({ remindDays: 14 });
    const before = settings.current;
    expect(await settings.reread()).toBe(before);
    await rm(file);
    expect(await settings.reread()).toBe(before);
  });
});
