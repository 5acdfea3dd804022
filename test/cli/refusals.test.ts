import { chmodSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyImage, tool } from '../support/file-systems.ts';
import { attachLoop } from '../support/loop.ts';
import { needsLoop, needsRoot, needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { type Ended, pikeep } from './run-pikeep.ts';
import { type SlotRig, slotRig } from './slot-rig.ts';
import { cardTools } from './small-card.ts';

const NOBODY = 65534;

let rig: SlotRig;

/** Exit code and error code, after checking that words and a next step came with it. */
function refusal(ended: Ended): { code: number | null; error: unknown } {
  expect(undocumented(ended.events)).toEqual([]);
  expect(ended.last).toMatchObject({ event: 'error', message: expect.any(String) });
  return { code: ended.code, error: ended.last['code'] };
}

describe.skipIf(needsTools(...cardTools))('bad input', () => {
  beforeEach(async () => {
    rig = await slotRig();
    rig.insert();
  });
  afterEach(() => rig.remove());

  const backup = async (...args: string[]) =>
    refusal(await pikeep(['backup', 'octopi', '--json', ...rig.options, ...args]));

  it('a disk that is not there', async () => {
    for (const command of ['backup', 'inspect']) {
      const ended = await pikeep([command, 'nix', '--json', ...rig.options]);
      expect(refusal(ended)).toEqual({ code: 1, error: 'NO_SUCH_DISK' });
    }
  });

  it('a disk that carries the running system', async (context) => {
    const listed = await pikeep(['list', '--all', '--json']);
    const disks = listed.last['disks'] as { id: string; path: string; reason: string | null }[];
    const system = disks.find(({ reason }) => reason === 'system-disk');
    if (!system) return context.skip('the running system is on no disk that can be seen');
    for (const name of [system.id, system.path]) {
      const ended = await pikeep([
        'backup',
        name,
        '--json',
        '--allow-disk-image',
        '--to',
        rig.folder,
      ]);
      expect(refusal(ended)).toEqual({ code: 4, error: 'PROTECTED_DISK' });
      const inspected = await pikeep(['inspect', name, '--json', '--allow-disk-image']);
      expect(refusal(inspected)).toEqual({ code: 4, error: 'PROTECTED_DISK' });
    }
  });

  it('a destination that does not exist', async () => {
    expect(await backup('--to', join(rig.folder, 'none'))).toEqual({
      code: 1,
      error: 'DESTINATION_MISSING',
    });
    expect(await backup('--to', join(rig.folder, 'none/a.img'))).toMatchObject({
      error: 'DESTINATION_MISSING',
    });
  });

  it('a file that exists, and is left as it was', async () => {
    const to = join(rig.folder, 'mine.img');
    writeFileSync(to, 'precious');
    expect(await backup('--to', to)).toEqual({ code: 1, error: 'DESTINATION_EXISTS' });
    expect(readdirSync(rig.folder).sort()).toEqual(['card', 'library', 'mine.img', 'slot']);
  });

  it('a library in place of which there is a file', async () => {
    const library = join(rig.folder, 'card');
    const ended = await pikeep([
      'backup',
      'octopi',
      '--json',
      '--slot',
      rig.slot,
      '--library',
      library,
    ]);
    expect(refusal(ended).code).toBe(1);
    expect(refusal(ended).error).toMatch(/^DESTINATION_/);
  });

  it.skipIf(needsRoot())('a folder where an ordinary user may not write', async () => {
    for (const args of [['--to', rig.folder], ['--to', join(rig.folder, 'a.img')], []]) {
      const ended = await pikeep(['backup', 'octopi', '--json', ...rig.options, ...args], {
        uid: NOBODY,
      });
      expect(refusal(ended)).toEqual({ code: 5, error: 'DESTINATION_NOT_WRITABLE' });
    }
    expect(rig.files()).toEqual([]);
  });

  it.skipIf(needsRoot())('a card that an ordinary user may not read', async () => {
    chmodSync(join(rig.slot, 'octopi.img'), 0o600);
    const open = join(rig.folder, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    const ended = await pikeep(['backup', 'octopi', '--json', ...rig.options, '--to', open], {
      uid: NOBODY,
    });
    expect(refusal(ended).code).toBe(5);
    expect(readdirSync(open)).toEqual([]);
  });
});

describe.skipIf(needsLoop() || needsTools(...cardTools, 'mount', 'umount'))(
  'bad luck with disks',
  () => {
    beforeEach(async () => {
      rig = await slotRig();
    });
    afterEach(() => rig.remove());

    it('a disk image that nobody allowed', async () => {
      const loop = await attachLoop(rig.card);
      try {
        for (const command of ['backup', 'inspect']) {
          const ended = await pikeep([command, loop.path, '--json', '--library', rig.library]);
          expect(refusal(ended)).toEqual({ code: 4, error: 'NOT_A_CARD' });
        }
      } finally {
        await loop.detach();
      }
    });

    it('a device for which an ordinary user has no door', async () => {
      const loop = await attachLoop(rig.card);
      const open = join(rig.folder, 'open');
      mkdirSync(open);
      chmodSync(open, 0o777);
      try {
        for (const door of ['direct', 'authopen']) {
          const args = ['backup', loop.id, '--json', '--allow-disk-image', '--to', open];
          const ended = await pikeep([...args, '--door', door], { uid: NOBODY });
          expect(refusal(ended)).toEqual({ code: 5, error: 'NO_DOOR' });
          expect(ended.last['message']).toContain(door);
        }
        expect(readdirSync(open)).toEqual([]);
      } finally {
        await loop.detach();
      }
    });

    it('a destination on the card itself', async () => {
      // A card without a partition table, because not every kernel shows the partitions of a loop device.
      const card = emptyImage(join(rig.folder, 'plain'), 32 * 1024 * 1024);
      tool('mke2fs', ['-q', '-t', 'ext4', card]);
      const mounted = join(rig.folder, 'mounted');
      mkdirSync(mounted);
      const loop = await attachLoop(card);
      try {
        tool('mount', [loop.path, mounted]);
        try {
          const args = ['backup', loop.id, '--json', '--allow-disk-image', '--to', mounted];
          expect(refusal(await pikeep(args))).toEqual({ code: 4, error: 'DESTINATION_ON_CARD' });
          // Still mounted, and nothing new on it.
          expect(readdirSync(mounted)).toEqual(['lost+found']);
        } finally {
          tool('umount', [mounted]);
        }
      } finally {
        await loop.detach();
      }
    });

    it('a destination that is too small', async () => {
      const small = emptyImage(join(rig.folder, 'small'), 8 * 1024 * 1024);
      tool('mke2fs', ['-q', '-t', 'ext4', small]);
      const mounted = join(rig.folder, 'mounted');
      mkdirSync(mounted);
      tool('mount', ['-o', 'loop', small, mounted]);
      try {
        copyFileSync(rig.card, join(rig.slot, 'octopi.img'));
        const args = ['backup', 'octopi', '--json', '--slot', rig.slot, '--to', mounted];
        const ended = await pikeep(args);
        expect(refusal(ended)).toEqual({ code: 1, error: 'DESTINATION_TOO_SMALL' });
        expect(readdirSync(mounted)).toEqual(['lost+found']);
      } finally {
        tool('umount', [mounted]);
      }
    });
  },
);
