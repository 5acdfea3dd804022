import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writeSampleCard } from '../../../scripts/sample-card.ts';
import type { Disk } from '../../../src/engine/disk.ts';
import { glance } from '../../../src/engine/pi-card.ts';
import { judge } from '../../../src/engine/selection.ts';
import { openThroughDoors } from '../../../src/platform/doors.ts';
import { createPlatform } from '../../../src/platform/index.ts';
import type { Closable, Platform } from '../../../src/platform/ports.ts';
import { eventually } from '../../support/eventually.ts';

let base = '';
let sample = '';
let slot = '';
let platform: Platform;
let watching: Closable | null = null;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'pikeep-slot-'));
  sample = join(base, 'sample.img');
  await writeSampleCard(sample);
});
afterAll(() => rm(base, { recursive: true, force: true }));
beforeEach(async () => {
  slot = await mkdtemp(join(base, 'slot-'));
  platform = await createPlatform({ slot });
});
afterEach(async () => {
  await watching?.close();
  watching = null;
});

const insert = (name: string) => copyFile(sample, join(slot, name));
async function only(): Promise<Disk> {
  const [disk, ...others] = await platform.disks.list();
  expect(others).toEqual([]);
  if (!disk) throw new Error('the slot is empty');
  return disk;
}
const ids = async () => (await platform.disks.list()).map(({ id }) => id);

describe('a card in the slot', () => {
  test('is an image file, and is recognised as a Pi card that may be offered', async () => {
    await insert('octopi.img');
    const disk = await only();
    expect(disk).toMatchObject({
      id: 'octopi.img',
      path: join(slot, 'octopi.img'),
      bytes: 96 * 1024 * 1024,
      bus: 'slot',
      scheme: 'mbr',
      roles: [],
    });
    expect(glance(disk)).toMatchObject({ pi: 'yes' });
    const context = {
      destinationDisks: [],
      allowDiskImage: false,
      allowOtherExternal: false,
      neverTouch: [],
    };
    expect(judge(disk, context).offer).toBe(true);
  });

  test('is opened directly and never by a door with more rights', async () => {
    await insert('octopi.img');
    const disk = await only();
    const request = { disk, allowDiskImage: false, authorizer: null, prompt: '' };
    const { device, door } = await openThroughDoors(platform.readDoors, request, null);
    expect(door).toBe('direct');
    expect(device.size).toBe(disk.bytes);
    await device.close();
    await expect(openThroughDoors(platform.readDoors, request, 'helper')).rejects.toMatchObject({
      code: 'NO_DOOR',
    });
  });

  test('may be damaged or no card at all: it is shown with what can be said', async () => {
    await writeFile(join(slot, 'empty.img'), '');
    await writeFile(join(slot, 'tiny.img'), 'less than a sector');
    await writeFile(join(slot, 'text.img'), 'not a card\n'.repeat(100));
    await insert('cut.img');
    await truncate(join(slot, 'cut.img'), 20 * 1024 * 1024);
    const [cut, empty, text, tiny] = await platform.disks.list();
    expect(empty).toMatchObject({ bytes: 0, partitions: [] });
    expect(text).toMatchObject({ bytes: 1100, scheme: 'none', partitions: [] });
    expect(cut?.partitions).toHaveLength(2);
    const context = {
      destinationDisks: [],
      allowDiskImage: false,
      allowOtherExternal: false,
      neverTouch: [],
    };
    for (const disk of [empty, text, tiny]) expect(disk && judge(disk, context).offer).toBe(false);
  });

  test('is none of these: a folder, a hidden file, another kind of file, a link', async () => {
    await mkdir(join(slot, 'folder.img'));
    await insert('.hidden.img');
    await writeFile(join(slot, 'octopi.img.pikeep.json'), '{}');
    await writeFile(join(slot, 'octopi.img.partial'), '');
    await symlink(sample, join(slot, 'link.img'));
    expect(await platform.disks.list()).toEqual([]);
  });

  test('is looked at again when another file takes its name', async () => {
    await insert('card.img');
    expect((await only()).scheme).toBe('mbr');
    const blank = join(base, 'blank.img');
    await writeFile(blank, '');
    await truncate(blank, 96 * 1024 * 1024);
    await rename(blank, join(slot, 'card.img'));
    expect((await only()).scheme).toBe('none');
  });

  test('is not there while it is still being copied, whatever its time stamps say', async () => {
    const path = join(slot, 'copying.img');
    const file = await open(path, 'wx');
    try {
      let position = 0;
      let copying = true;
      const copy = (async () => {
        while (copying) {
          await file.write(new Uint8Array(4096), 0, 4096, position);
          position += 4096;
          await utimes(path, 1, 1);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      })();
      expect(await ids()).toEqual([]);
      copying = false;
      await copy;
      expect(await ids()).toEqual(['copying.img']);
    } finally {
      await file.close();
    }
  });

  test('stays while it is restored, and is looked at again after', async () => {
    await insert('card.img');
    const before = await only();
    const request = { disk: before, allowDiskImage: false, authorizer: null, prompt: '' };
    const { device } = await openThroughDoors(platform.writeDoors, request, null);
    try {
      let writing = true;
      const restore = (async () => {
        for (let offset = 0; writing; offset = (offset + 4096) % device.size) {
          await device.write(new Uint8Array(4096), offset);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      })();
      expect(await platform.disks.list()).toEqual([before]);
      writing = false;
      await restore;
    } finally {
      await device.close();
    }
    expect(await only()).toMatchObject({ id: 'card.img', scheme: 'none' });
  });

  test('cannot be listed from a folder that is not there', async () => {
    const missing = await createPlatform({ slot: join(base, 'no-slot') });
    await expect(missing.disks.list()).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('listing can be interrupted while a copy settles', async () => {
    await insert('card.img');
    const interrupting = new AbortController();
    const listing = platform.disks.list(interrupting.signal);
    // Under way; later than now, the copy might have settled on a busy machine.
    interrupting.abort();
    await expect(listing).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

describe('watching the slot', () => {
  test('tells when a card comes, is there by then, and when it goes', async () => {
    let calls = 0;
    watching = platform.disks.watch(() => {
      calls += 1;
    });
    await insert('card.img');
    await eventually('a call for the card that came', () => calls > 0, 3000);
    await eventually('the card is listed', async () => (await ids()).length === 1, 3000);
    const before = calls;
    await unlink(join(slot, 'card.img'));
    await eventually('a call for the card that went', () => calls > before, 3000);
    expect(await ids()).toEqual([]);
  });

  test('goes on when the folder itself is replaced', async () => {
    let calls = 0;
    watching = platform.disks.watch(() => {
      calls += 1;
    });
    await insert('one.img');
    await eventually('a call for the first card', () => calls > 0, 3000);
    await rename(slot, `${slot}-old`);
    await mkdir(slot);
    const before = calls;
    await eventually('a call for the empty folder', () => calls > before, 6000);
    const between = calls;
    await insert('two.img');
    await eventually('a call for the second card', () => calls > between, 6000);
    expect(await ids()).toEqual(['two.img']);
  });

  test('waits for a folder that does not exist yet', async () => {
    const later = join(base, 'later');
    const other = await createPlatform({ slot: later });
    let calls = 0;
    watching = other.disks.watch(() => {
      calls += 1;
    });
    await mkdir(later);
    await copyFile(sample, join(later, 'card.img'));
    await eventually('a call for the card', () => calls > 0, 6000);
  });
});

describe('ejecting a card from the slot', () => {
  test('moves it aside, and keeps whatever was ejected before under that name', async () => {
    for (const content of ['first', 'second', 'third']) {
      await writeFile(join(slot, 'my card.img'), content);
      await platform.actions.unmount(await only(), { force: false });
      await platform.actions.eject(await only());
      expect(await ids()).toEqual([]);
    }
    const names = (await readdir(join(slot, 'ejected'))).toSorted();
    expect(names).toEqual(['my card (2).img', 'my card (3).img', 'my card.img']);
    expect(await readFile(join(slot, 'ejected', 'my card.img'), 'utf8')).toBe('first');
    expect(await readFile(join(slot, 'ejected', 'my card (3).img'), 'utf8')).toBe('third');
  });

  test('that somebody took out already is no error, and nothing outside the slot is moved', async () => {
    await insert('card.img');
    const disk = await only();
    await unlink(disk.path);
    await platform.actions.eject(disk);
    const outside = { ...disk, id: '../sample.img', path: sample };
    await expect(platform.actions.eject(outside)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await readdir(base)).toContain('sample.img');
  });

  test('is refused where it cannot be moved', async () => {
    await insert('card.img');
    const disk = await only();
    await writeFile(join(slot, 'ejected'), 'a file in the way');
    await chmod(join(slot, 'ejected'), 0o600);
    await expect(platform.actions.eject(disk)).rejects.toMatchObject({
      code: 'EJECT_REFUSED',
      facts: { disk: 'card.img' },
    });
    expect(await ids()).toEqual(['card.img']);
  });
});
