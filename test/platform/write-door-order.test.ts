import { release } from 'node:os';
import { describe, expect, test } from 'vitest';
import { PiKeepError } from '../../src/engine/errors.ts';
import { openThroughDoors } from '../../src/platform/doors.ts';
import { createPlatform } from '../../src/platform/index.ts';
import type { DoorName, WriteDoor } from '../../src/platform/ports.ts';
import { inOrder, macosVersion, orderOfWriteDoors } from '../../src/platform/write-door-order.ts';
import { plainDisk } from '../support/disk.ts';
import { needsSystem } from '../support/tools.ts';

describe('the version of macOS', () => {
  // Apple's pairs of Darwin and macOS, from 11 (Darwin 20) to 26 (Darwin 25).
  test.each([
    ['20.6.0', 11],
    ['22.6.0', 13],
    ['23.1.0', 14],
    ['24.6.0', 15],
    ['25.0.0', 26],
    ['25.1.0', 26],
  ])('of Darwin %s is %i', (kernel, version) => {
    expect(macosVersion('darwin', kernel)).toBe(version);
  });

  test('of a later kernel is a later one, and of what is no version or no Mac is not known', () => {
    expect(macosVersion('darwin', '27.2.0')).toBeGreaterThan(26);
    expect(macosVersion('darwin', 'unknown')).toBe(null);
    expect(macosVersion('linux', '25.0.0')).toBe(null);
  });

  test.skipIf(needsSystem('linux'))('of this computer is none', () => {
    expect(macosVersion()).toBe(null);
    expect(release()).toMatch(/^\d/);
  });
});

describe('the doors for a restore', () => {
  const tried: DoorName[] = [];
  const closed = (name: DoorName): WriteDoor => ({
    name,
    open: () => {
      tried.push(name);
      throw new PiKeepError('DOOR_UNAVAILABLE', { door: name, detail: 'not here' });
    },
  });
  const disk = plainDisk();
  const request = { disk, allowDiskImage: false, authorizer: null, prompt: '' };

  test.each([
    [null, ['direct', 'authopen', 'helper']],
    [13, ['direct', 'authopen', 'helper']],
    [15, ['direct', 'authopen', 'helper']],
    [26, ['direct', 'helper', 'authopen']],
    [27, ['direct', 'helper', 'authopen']],
  ])('of macOS %s are tried in their order', async (version, order) => {
    tried.length = 0;
    const doors = inOrder(
      [closed('direct'), closed('authopen'), closed('helper')],
      orderOfWriteDoors(version),
    );
    const opening = openThroughDoors(doors, request, null);
    await expect(opening).rejects.toMatchObject({ code: 'NO_DOOR' });
    expect(tried).toEqual(order);
  });

  test.skipIf(needsSystem('linux'))('of this computer are direct, then the helper', async () => {
    const { writeDoors } = await createPlatform({ slot: null });
    expect(writeDoors.map(({ name }) => name)).toEqual(['direct', 'helper']);
  });

  test('to a card in the slot never lead through more rights', async () => {
    const { writeDoors } = await createPlatform({ slot: '/' });
    expect(writeDoors.map(({ name }) => name)).toEqual(['direct']);
  });
});
