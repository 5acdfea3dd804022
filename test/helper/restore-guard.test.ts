/** Whom the guard lets write, and to which cards. That it judges as it does for reading is the business of guard.test.ts. */

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { needsLoop, needsTools } from '../support/tools.ts';
import { requestFor, STRANGER_UID } from './caller-rig.ts';
import { CARD_BYTES, MIB, NEW, OLD, useGuardStage } from './guard-stage.ts';

describe.skipIf(needsLoop())('the guard of a restore', () => {
  const stage = useGuardStage();
  const bothWays = () => [stage.world, stage.again];

  test.each([
    ['beside what it judged', () => stage.world],
    ['by opening again', () => stage.again],
  ])(
    'opens the loop device of a file that the caller may write, %s, and writes nothing by that',
    async (_how, world) => {
      const device = await stage.guard({}, 0, world());
      const { path, size, sectorSize } = device;
      expect([path, size, sectorSize]).toEqual([stage.loop.path, CARD_BYTES, 512]);
      expect(stage.writers()).toHaveLength(1);
      expect(stage.isUntouched()).toBe(true);
      await device.write(new Uint8Array(1024).fill(NEW), MIB);
      await device.finishWriting();
      expect(stage.writers()).toEqual([]);
      const back = new Uint8Array(1024);
      await device.read(back, MIB);
      expect(back.every((byte) => byte === NEW)).toBe(true);
      await device.close();
      const expected = Buffer.alloc(CARD_BYTES, OLD).fill(NEW, MIB, MIB + 1024);
      expect(readFileSync(stage.image).equals(expected)).toBe(true);
    },
  );

  test('opens it for an ordinary user who owns the file', async () => {
    chownSync(stage.image, STRANGER_UID, STRANGER_UID);
    expect((await stage.guard({}, STRANGER_UID)).size).toBe(CARD_BYTES);
  });

  test('refuses the file of somebody else, one its owner may not write, and one nobody asked for', async () => {
    const refused = { code: 'NOT_A_CARD', facts: { disk: stage.loop.id, reason: 'disk-image' } };
    await expect(stage.guard({}, STRANGER_UID)).rejects.toMatchObject(refused);
    await expect(stage.guard({ allowDiskImage: false })).rejects.toMatchObject(refused);
    // Everybody may write to it, but it is not theirs.
    chmodSync(stage.image, 0o666);
    await expect(stage.guard({}, STRANGER_UID)).rejects.toMatchObject(refused);
    chownSync(stage.image, STRANGER_UID, STRANGER_UID);
    chmodSync(stage.image, 0o444);
    await expect(stage.guard({}, STRANGER_UID)).rejects.toMatchObject(refused);
    // Theirs, in a folder into which they cannot go.
    chmodSync(stage.image, 0o600);
    chmodSync(stage.folder, 0o700);
    await expect(stage.guard({}, STRANGER_UID)).rejects.toMatchObject(refused);
    expect([stage.writers(), process.geteuid?.()]).toEqual([[], 0]);
  });

  test('is not taken in by a link, a pipe or another file at the place of the one behind the device', async () => {
    // The kernel names a deleted file so, and anybody may make another of that name.
    const kept = join(stage.folder, 'kept.img');
    const planted = `${stage.image} (deleted)`;
    linkSync(stage.image, kept);
    unlinkSync(stage.image);
    const refused = { code: 'NOT_A_CARD', facts: { reason: 'disk-image' } };
    await expect(stage.guard()).rejects.toMatchObject(refused);
    symlinkSync(kept, planted);
    await expect(stage.guard()).rejects.toMatchObject(refused);
    unlinkSync(planted);
    execFileSync('mkfifo', [planted]);
    await expect(stage.guard()).rejects.toMatchObject(refused);
    unlinkSync(planted);
    writeFileSync(planted, Buffer.alloc(CARD_BYTES, OLD));
    await expect(stage.guard()).rejects.toMatchObject(refused);
    renameSync(kept, planted);
    expect((await stage.guard()).size).toBe(CARD_BYTES);
  });

  test('knows nothing of “other external disks”: one that is fixed is refused, whatever it is asked', async () => {
    const fixed = stage.seen({
      bus: 'usb',
      internal: false,
      removable: false,
      diskImage: null,
      virtual: false,
    });
    await expect(stage.guard({}, 0, fixed)).rejects.toMatchObject({
      code: 'NOT_A_CARD',
      facts: { reason: 'external-fixed' },
    });
    expect([stage.writers(), stage.isUntouched()]).toEqual([[], true]);
  });

  test('refuses a card that is listed as mounted, also where the open did not', async () => {
    const partition = {
      index: 1,
      node: null,
      kind: 'fat',
      typeName: '0xc',
      label: null,
      uuid: null,
      offset: null,
      bytes: MIB,
      mountPoints: ['/media/card'],
    } as const;
    const expected = {
      ...requestFor(stage.disk).expected,
      partitions: [{ bytes: MIB, kind: 'fat' as const, uuid: null }],
    };
    for (const world of bothWays()) {
      const mounted = stage.seen({ partitions: [partition] }, world);
      await expect(stage.guard({ expected }, 0, mounted)).rejects.toMatchObject({
        code: 'DEVICE_BUSY',
        facts: { path: stage.loop.path },
      });
    }
    expect(stage.writers()).toEqual([]);
  });

  test.skipIf(needsTools('mke2fs'))('refuses a card while it is mounted', async () => {
    execFileSync('mke2fs', ['-q', '-F', stage.loop.path]);
    await stage.lookAgain();
    const point = mkdtempSync('/tmp/pikeep-mounted-');
    execFileSync('mount', ['-o', 'ro', stage.loop.path, point]);
    try {
      for (const world of bothWays()) {
        await expect(stage.guard({}, 0, world)).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
      }
    } finally {
      execFileSync('umount', [point]);
      rmdirSync(point);
    }
  });

  test('refuses a card whose lock switch is on, and says so, whoever notices it', async () => {
    await stage.attach({ readOnly: true });
    for (const world of bothWays()) {
      for (const one of [world, stage.seen({ writable: null }, world)]) {
        await expect(stage.guard({}, 0, one)).rejects.toMatchObject({
          code: 'WRITE_PROTECTED',
          facts: { path: stage.loop.path },
        });
      }
    }
    expect([stage.writers(), stage.isUntouched()]).toEqual([[], true]);
  });
});
