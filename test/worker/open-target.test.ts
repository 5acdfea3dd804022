import { existsSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Disk, weakIdentity } from '../../src/engine/disk.ts';
import { createLinuxPlatform } from '../../src/platform/linux/index.ts';
import { systemTools } from '../../src/platform/linux/tools.ts';
import type { Platform } from '../../src/platform/ports.ts';
import { type OpenTargetOptions, openTarget } from '../../src/worker/open-target.ts';
import { plainDisk } from '../support/disk.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { DoorReached, type ListedPlatform, listedPlatform } from '../support/listed-platform.ts';
import { parseDisks } from '../support/mac/parse-disks.ts';
import { recordedDisks } from '../support/mac/recorded-disks.ts';
import { scriptTool } from '../support/script-tool.ts';
import { needsSystem, needsTools } from '../support/tools.ts';

let folder: ReturnType<typeof temporaryFolder>;
let image: string;
let library: string;
let recordsFolder: string;
beforeEach(() => {
  folder = temporaryFolder();
  image = join(folder.path, 'image.img');
  library = join(folder.path, 'library');
  recordsFolder = join(folder.path, 'records');
  writeFileSync(image, 'an image');
  mkdirSync(library);
  mkdirSync(recordsFolder);
});
afterEach(() => folder.remove());

function open(
  platform: Platform,
  disk: Disk,
  more: Partial<OpenTargetOptions> = {},
): Promise<unknown> {
  return openTarget({
    platform,
    name: disk.id,
    expected: weakIdentity(disk),
    allowDiskImage: false,
    allowOtherExternal: false,
    neverTouch: [],
    door: null,
    paths: { image, library, recordsFolder },
    forceUnmount: true,
    prompt: (card) => `PiKeep wants to overwrite ${card}.`,
    authorizer: { authorize: () => Promise.reject(new Error('nobody is there to be asked')) },
    onWarning: () => undefined,
    signal: new AbortController().signal,
    ...more,
  });
}

/** "door" when it would have been opened, else the code and the reason. */
async function fate(opening: Promise<unknown>): Promise<string> {
  const error: unknown = await opening.then(
    () => new Error('it was opened'),
    (reason: unknown) => reason,
  );
  if (error instanceof DoorReached) return 'door';
  const { code, facts } = error as { code: string; facts: Record<string, unknown> };
  return facts['reason'] === undefined ? code : `${code} ${String(facts['reason'])}`;
}

const protectedReasons = new Set([
  'system-disk',
  'swap',
  'in-use',
  'apfs-container',
  'destination',
]);
const codeOf = (verdict: string): string =>
  verdict === 'card'
    ? 'door'
    : `${protectedReasons.has(verdict) ? 'PROTECTED_DISK' : 'NOT_A_CARD'} ${verdict}`;

describe('of all recorded disks, only cards are opened for writing', () => {
  it.each(recordedDisks)('$name', async (replies) => {
    const disks = parseDisks(replies);
    expect(disks.length).toBeGreaterThan(0);
    for (const disk of disks) {
      const expected = codeOf(replies.verdicts[disk.id] ?? 'no verdict was recorded');
      const platform = listedPlatform(() => disks);
      expect(await fate(open(platform, disk)), disk.id).toBe(expected);
      // Not even unmounted: a disk that is refused is left alone.
      const deeds = expected === 'door' ? [`unmount ${disk.id}`, `open ${disk.id}`] : [];
      expect(platform.deeds, disk.id).toEqual(deeds);
    }
  });

  it.each(recordedDisks)('$name, whatever is allowed', async (replies) => {
    const disks = parseDisks(replies);
    const lifted = new Set(['disk-image', 'external-fixed']);
    for (const disk of disks) {
      const verdict = replies.verdicts[disk.id] ?? '';
      // The recorded disk image is one that was attached read-only.
      const isLocked = disk.writable === false && (verdict === 'card' || lifted.has(verdict));
      const expected = isLocked
        ? 'WRITE_PROTECTED'
        : codeOf(lifted.has(verdict) ? 'card' : verdict);
      const platform = listedPlatform(() => disks);
      const everything = { allowDiskImage: true, allowOtherExternal: true };
      expect(await fate(open(platform, disk, everything)), disk.id).toBe(expected);
      if (expected !== 'door') expect(platform.deeds).toEqual([]);
    }
  });
});

describe('a card', () => {
  const card = plainDisk({ tableId: '5e3da3da' });
  const everything = { allowDiskImage: true, allowOtherExternal: true } as const;
  let platform: ListedPlatform;
  const untouched = async (opening: Promise<unknown>, why: string): Promise<void> => {
    expect(await fate(opening)).toBe(why);
    expect(platform.deeds).toEqual([]);
  };

  it.each(['image', 'library', 'records'] as const)(
    'is protected when the %s lies on it, whatever is allowed',
    async (what) => {
      const path = { image, library, records: recordsFolder }[what];
      platform = listedPlatform(() => [card], { [path]: [card.id] });
      await untouched(open(platform, card, everything), 'PROTECTED_DISK destination');
    },
  );

  it('is protected when a library that is yet to be made would lie on it', async () => {
    platform = listedPlatform(() => [card], { [folder.path]: [card.id] });
    const paths = { image, library: join(folder.path, 'no', 'library'), recordsFolder };
    await untouched(open(platform, card, { paths }), 'PROTECTED_DISK destination');
  });

  it('is protected when the mount table says that it carries the system, whatever the listing says', async () => {
    platform = listedPlatform(() => [card], { '/': [card.id] });
    await untouched(open(platform, card, everything), 'PROTECTED_DISK system-disk');
  });

  it('is left alone when the user marked it', async () => {
    platform = listedPlatform(() => [card]);
    const neverTouch = ['table 5e3da3da'];
    const why = 'PROTECTED_DISK never-touch';
    await untouched(open(platform, card, { ...everything, neverTouch }), why);
  });

  it('is refused when it is another one than was confirmed', async () => {
    platform = listedPlatform(() => [card]);
    const expected = weakIdentity(plainDisk({ tableId: '11111111' }));
    await untouched(open(platform, card, { expected }), 'IDENTITY_CHANGED');
  });

  it('is refused when it is changed for another one while it is unmounted', async () => {
    let asked = 0;
    const other = plainDisk({ tableId: '11111111' });
    platform = listedPlatform(() => (asked++ === 0 ? [card] : [other]));
    expect(await fate(open(platform, card))).toBe('IDENTITY_CHANGED');
    expect(platform.deeds).toEqual(['unmount sdx']);
  });

  it('is refused when it leaves meanwhile', async () => {
    let asked = 0;
    platform = listedPlatform(() => (asked++ === 0 ? [card] : []));
    expect(await fate(open(platform, card))).toBe('DEVICE_GONE');
  });

  it('with its lock switch on is refused before anything is asked', async () => {
    const locked = plainDisk({ writable: false });
    platform = listedPlatform(() => [locked]);
    await untouched(open(platform, locked), 'WRITE_PROTECTED');
  });

  it('that is the very image, or a backup of the library, is not overwritten with it', async () => {
    const backup = join(library, 'backup.img');
    writeFileSync(backup, 'x');
    const hardLink = join(folder.path, 'again.img');
    linkSync(image, hardLink);
    for (const backingFile of [image, hardLink, backup]) {
      const loop = plainDisk({
        path: '/dev/loop9',
        bus: 'disk-image',
        virtual: true,
        diskImage: { backingFile, backingOwner: 0 },
      });
      const slot = plainDisk({ path: backingFile, bus: 'slot' });
      for (const disk of [loop, slot]) {
        platform = listedPlatform(() => [disk]);
        await untouched(open(platform, disk, everything), 'PROTECTED_DISK destination');
      }
    }
  });
});

const noSystemDisk =
  needsSystem('linux') || needsTools('lsblk', 'findmnt') || !(await hasSystemDisk());

async function hasSystemDisk(): Promise<boolean> {
  const { disks } = await createLinuxPlatform().volumes.volumeOf('/');
  return disks.length > 0;
}

describe.skipIf(noSystemDisk)('the disk that holds /', () => {
  const everything = { allowDiskImage: true, allowOtherExternal: true };
  /** The real platform, up to the door. */
  const upToTheDoor = (real: Platform): Platform => ({
    ...real,
    actions: {
      ...real.actions,
      unmount: () => Promise.reject(new Error('it must not come to unmounting')),
    },
    writeDoors: [{ name: 'direct', open: ({ disk }) => Promise.reject(new DoorReached(disk.id)) }],
  });
  const systemDisk = async (platform: Platform): Promise<Disk> => {
    const { disks } = await platform.volumes.volumeOf('/');
    const found = (await platform.disks.list()).find(({ id }) => disks.includes(id));
    if (!found) throw new Error(`none of ${disks.join()} is listed`);
    return found;
  };

  it('is refused under each of its names', async () => {
    const platform = upToTheDoor(createLinuxPlatform());
    const disk = await systemDisk(platform);
    const link = join(folder.path, 'link');
    symlinkSync(disk.path, link);
    const byId = join(folder.path, 'usb-Generic_Card_Reader-0:0');
    symlinkSync(`../../../../../../../..${disk.path}`, byId);
    for (const name of [disk.id, disk.path, link, byId]) {
      expect(existsSync(name.startsWith('/') ? name : disk.path)).toBe(true);
      const why = 'PROTECTED_DISK system-disk';
      expect(await fate(open(platform, disk, { ...everything, name })), name).toBe(why);
    }
  });

  it('is refused when the listing calls it a removable card that nobody has mounted', async () => {
    const real = createLinuxPlatform();
    const disk = await systemDisk(real);
    const node = {
      ...{ name: disk.id, kname: disk.id, path: disk.path, 'maj:min': '8:16', type: 'disk' },
      ...{ size: disk.bytes, 'log-sec': disk.sectorBytes, rm: true, ro: false, hotplug: true },
      ...{ tran: 'usb', vendor: 'Generic', model: 'Card Reader', mountpoints: [null] },
    };
    const disguise = await scriptTool(
      `cat <<'END'\n${JSON.stringify({ blockdevices: [node] })}\nEND`,
    );
    try {
      const platform = upToTheDoor(
        createLinuxPlatform({ ...systemTools, lsblk: disguise.program }),
      );
      const [seen] = await platform.disks.list();
      // The disguise works: by the listing alone it would be a card.
      expect(seen).toMatchObject({ id: disk.id, bus: 'usb', removable: true, roles: [] });
      if (!seen) throw new Error('not listed');
      expect(await fate(open(platform, seen, everything))).toBe('PROTECTED_DISK system-disk');
    } finally {
      await disguise.remove();
    }
  });
});
