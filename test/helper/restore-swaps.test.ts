/** Other devices in the place of the card while it is judged, and the computer's own disk in its clothes. */

import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openForRestore } from '../../src/helper/restore-guard.ts';
import type { HelperWorld } from '../../src/helper/world.ts';
import { mknodLike } from '../support/mknod.ts';
import { needsLoop, needsTools } from '../support/tools.ts';
import { diskOf, requestFor } from './caller-rig.ts';
import { CARD_BYTES, NEW, OLD, useGuardStage } from './guard-stage.ts';
import { openForWriting } from './stage.ts';

describe.skipIf(needsLoop())('the guard of a restore', () => {
  const stage = useGuardStage();
  const otherImage = () => join(stage.folder, 'other.img');

  /** The world, but for a listing after which the card's node leads to another device; `undo` puts it right again. */
  const swapping = async (
    world: HelperWorld,
  ): Promise<{ world: HelperWorld; undo: () => void }> => {
    const other = await stage.attachOther();
    const kept = `${stage.loop.path}PikeepKept`;
    let isSwapped = false;
    const list = async () => {
      const listed = await world.list();
      if (!isSwapped) {
        renameSync(stage.loop.path, kept);
        mknodLike(stage.loop.path, other.path);
      }
      isSwapped = true;
      return listed;
    };
    return { world: { ...world, list }, undo: () => renameSync(kept, stage.loop.path) };
  };

  test('writes to what it judged, though the node was swapped meanwhile', async () => {
    const { world, undo } = await swapping(stage.world);
    try {
      const device = await stage.guard({}, 0, world);
      await device.write(new Uint8Array(CARD_BYTES).fill(NEW), 0);
      await device.finishWriting();
      const back = new Uint8Array(512);
      await device.read(back, 0);
      expect(back.every((byte) => byte === NEW)).toBe(true);
      await device.close();
    } finally {
      undo();
    }
    expect(readFileSync(stage.image).equals(Buffer.alloc(CARD_BYTES, NEW))).toBe(true);
    expect(stage.isUntouched(otherImage())).toBe(true);
  });

  test('refuses a node that was swapped before it is opened again', async () => {
    const { world, undo } = await swapping(stage.again);
    try {
      await expect(stage.guard({}, 0, world)).rejects.toMatchObject({ code: 'IDENTITY_CHANGED' });
    } finally {
      undo();
    }
    expect([stage.isUntouched(), stage.isUntouched(otherImage())]).toEqual([true, true]);
    expect(stage.writers()).toEqual([]);
  });

  test('refuses another card of the same looks behind the number of the one it judged', async () => {
    const twin = join(stage.folder, 'twin.img');
    writeFileSync(twin, Buffer.alloc(CARD_BYTES, OLD));
    const { flags } = stage.again.writing;
    const exchanging: HelperWorld = {
      ...stage.world,
      writing: {
        // Asked for when the first descriptor has been given up and the second is about to be opened.
        get flags() {
          execFileSync('losetup', ['--detach', stage.loop.path]);
          execFileSync('losetup', [stage.loop.path, twin]);
          return flags;
        },
      },
    };
    await expect(stage.guard({}, 0, exchanging)).rejects.toMatchObject({
      code: 'IDENTITY_CHANGED',
      facts: {
        expected: expect.stringContaining('medium'),
        found: expect.stringContaining('medium'),
      },
    });
    expect([stage.writers(), stage.isUntouched(twin)]).toEqual([[], true]);
  });

  test.each([
    ['lets go of the device again', 2],
    ['keeps it', Number.POSITIVE_INFINITY],
  ])(
    'opens again when somebody who came in between %s, or says that it is busy',
    async (_what, looks) => {
      const { flags } = stage.again.writing;
      let holder: number | null = null;
      let attempts = 0;
      const visited: HelperWorld = {
        ...stage.world,
        writing: {
          get flags() {
            attempts++;
            if (attempts === 1) {
              holder = openSync(stage.loop.path, constants.O_RDONLY | constants.O_EXCL);
            } else if (attempts > looks && holder !== null) {
              closeSync(holder);
              holder = null;
            }
            return flags;
          },
        },
      };
      try {
        const opening = stage.guard({}, 0, visited);
        if (looks === 2) {
          expect((await opening).size).toBe(CARD_BYTES);
          expect(attempts).toBe(3);
        } else {
          await expect(opening).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
        }
      } finally {
        if (holder !== null) closeSync(holder);
      }
    },
  );

  test.each(['write', 'read'] as const)(
    'hands out no descriptor of another device that was opened beside it to %s',
    async (wrongly) => {
      const other = await stage.attachOther();
      const { writing } = stage.world;
      if (!('beside' in writing)) throw new Error('this test is about Linux');
      const wrong = await open(other.path, 'r');
      const misled: HelperWorld = {
        ...stage.world,
        writing: {
          beside: (held, access) => writing.beside(access === wrongly ? wrong.fd : held, access),
        },
      };
      const opening = stage.guard({}, 0, misled);
      const refused = wrongly === 'write' ? opening : opening.then((one) => one.finishWriting());
      try {
        await expect(refused).rejects.toMatchObject({ code: 'IDENTITY_CHANGED' });
        expect([stage.writers(), openForWriting(process.pid, other.path)]).toEqual([[], []]);
      } finally {
        await wrong.close();
      }
    },
  );

  test('asks for a descriptor that can write only when everything has been judged', async () => {
    const { writing } = stage.world;
    if (!('beside' in writing)) throw new Error('this test is about Linux');
    const asked: string[] = [];
    const watched: HelperWorld = {
      ...stage.world,
      writing: {
        beside: (held, access) => {
          asked.push(access);
          return writing.beside(held, access);
        },
      },
    };
    const { expected } = requestFor(stage.disk);
    for (const change of [
      { allowDiskImage: false },
      { disk: 'loop999999' },
      { expected: { ...expected, bytes: expected.bytes + 512 } },
      { expected: { ...expected, tableId: 'ffffffff' } },
    ]) {
      await expect(stage.guard(change, 0, watched)).rejects.toThrow();
    }
    for (const as of [{ roles: ['swap'] as const }, { writable: false }]) {
      await expect(stage.guard({}, 0, stage.seen(as, watched))).rejects.toThrow();
    }
    expect(asked).toEqual([]);
    await stage.guard({}, 0, watched);
    expect(asked).toEqual(['write']);
  });

  test('leaves nothing open when it refuses', async () => {
    for (const world of [stage.world, stage.again]) {
      const expected = { ...requestFor(stage.disk).expected, tableId: 'ffffffff' };
      await expect(stage.guard({ expected }, 0, world)).rejects.toMatchObject({
        code: 'IDENTITY_CHANGED',
      });
      const locked = stage.seen({ writable: false }, world);
      await expect(stage.guard({}, 0, locked)).rejects.toMatchObject({ code: 'WRITE_PROTECTED' });
    }
    expect((await stage.guard()).size).toBe(CARD_BYTES);
  });

  const system = systemDisk();
  const linked = () => {
    symlinkSync(`/dev/${system}`, '/dev/pikeepSystemLink');
    return '/dev/pikeepSystemLink';
  };
  const alias = () => {
    mknodLike('/dev/pikeepSystemAlias', `/dev/${system}`);
    return '/dev/pikeepSystemAlias';
  };
  test.each([
    ['by its name', () => `/dev/${system}`],
    ['by a symbolic link', linked],
    ['by a second node', alias],
    ['by its partition', rootDevice],
  ])('refuses the disk of the running system %s', async (_how, name) => {
    const asked = requestFor(await diskOf(system), 'restore');
    const device = name();
    try {
      for (const world of [stage.world, stage.again]) {
        await expect(openForRestore({ ...asked, device }, 0, world)).rejects.toMatchObject({
          // It is in use; where the machine forbids even root to open it, that answer comes first.
          code: expect.stringMatching(
            /^(DEVICE_BUSY|PRIVACY_REFUSED|ACCESS_DENIED|UNSUPPORTED|NO_SUCH_DISK)$/,
          ),
        });
      }
      expect(openForWriting(process.pid, device)).toEqual([]);
    } finally {
      if (device.startsWith('/dev/pikeep')) unlinkSync(device);
    }
  });

  test.skipIf(needsTools('mke2fs'))(
    'refuses a part of the running system that is listed as a removable card, where only the rule is left',
    async () => {
      const point = mkdtempSync('/srv/pikeep-guard-');
      execFileSync('mke2fs', ['-q', '-F', stage.loop.path]);
      await stage.lookAgain();
      execFileSync('mount', ['-o', 'ro', stage.loop.path, point]);
      try {
        for (const world of [stage.world, stage.again]) {
          const disguised = stage.seen(
            {
              bus: 'usb',
              internal: false,
              removable: true,
              ejectable: true,
              virtual: false,
              diskImage: null,
            },
            { ...world, openFlags: world.openFlags & ~constants.O_EXCL },
          );
          await expect(stage.guard({}, 0, disguised)).rejects.toMatchObject({
            code: 'PROTECTED_DISK',
            facts: { disk: stage.loop.id, reason: 'system-disk' },
          });
        }
        expect(stage.writers()).toEqual([]);
      } finally {
        execFileSync('umount', [point]);
        rmdirSync(point);
      }
    },
  );
});

/** What is mounted at `/`. */
function rootDevice(): string {
  return execFileSync('findmnt', ['-no', 'SOURCE', '/'], { encoding: 'utf8' }).trim();
}

/** The whole disk below `/`. */
function systemDisk(): string {
  const names = execFileSync('lsblk', ['-nrso', 'NAME', rootDevice()], { encoding: 'utf8' });
  return names.trim().split('\n').at(-1) ?? '';
}
