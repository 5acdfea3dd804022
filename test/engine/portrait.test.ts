import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, describe, expect, it } from 'vitest';
import type { BlockDevice } from '../../src/engine/block-device.ts';
import { readCard } from '../../src/engine/card.ts';
import { readPortrait } from '../../src/engine/portrait.ts';
import { type Portrait, portraitSchema } from '../../src/engine/portrait-schema.ts';
import { openFileDevice as openRealDevice } from '../../src/platform/file-device.ts';
import { openFileDevice } from '../support/file-device.ts';
import { temporaryFolder, tool } from '../support/file-systems.ts';
import { attachLoop } from '../support/loop.ts';
import { allSystems } from '../support/systems/all.ts';
import { layOut, type SystemLayout } from '../support/systems/lay-out.ts';
import { needsLoop, needsTools } from '../support/tools.ts';

const MIB = 1024 ** 2;
const tools = ['mke2fs', 'debugfs', 'dumpe2fs', 'mkfs.vfat', 'mcopy', 'minfo', 'sfdisk'] as const;

async function portraitOf(device: BlockDevice): Promise<Portrait> {
  return readPortrait(device, await readCard(device));
}

/** As in test/vectors/portraits: free space and hashes depend on the version of the tools that made the card. */
function comparable({ usedBytes, freeBytes, volumes, ...portrait }: Portrait): unknown {
  return {
    ...portrait,
    volumes: volumes.map(({ freeBytes: free, state, ...volume }) => ({
      ...volume,
      state: state === null ? null : 'told',
    })),
  };
}

function expected(name: string): unknown {
  const file = new URL(`../vectors/portraits/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** What dumpe2fs and minfo say of each file system: free bytes. */
function freeByOthers(image: string, { parts }: SystemLayout): (number | null)[] {
  return parts.flatMap(({ kind, atMib, mib }) => {
    if (kind === 'empty') return [];
    if (kind === 'squashfs') return [null];
    if (kind === 'fat32') {
      const listing = tool('mdir', ['-i', `${image}@@${atMib}M`, '-a', '::']);
      return [Number(/([\d ]+) bytes free/.exec(listing)?.[1]?.replaceAll(' ', ''))];
    }
    const part = `${image}.part`;
    const place = [`skip=${atMib}`, `count=${mib}`, 'bs=1M', 'status=none'];
    tool('dd', [`if=${image}`, `of=${part}`, ...place]);
    const head = tool('dumpe2fs', ['-h', part]);
    const number = (what: string): number =>
      Number(new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(head)?.[1]);
    return [number('Free blocks') * number('Block size')];
  });
}

describe.skipIf(needsTools(...tools))('the portrait of a card', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  it.each(allSystems)('is right in every field: $name', async (system) => {
    const path = layOut(join(folder.path, `${system.name}.img`), system);
    const device = openFileDevice(path);
    try {
      const card = await readCard(device);
      const before = device.bytesRead;
      const portrait = await readPortrait(device, card);
      expect(comparable(portrait)).toEqual(expected(system.name));
      expect(v.is(portraitSchema, portrait)).toBe(true);
      expect(portrait.volumes.map(({ freeBytes }) => freeBytes)).toEqual(
        freeByOthers(path, system),
      );
      // A tenth of a second at 90 MB/s.
      expect(device.bytesRead - before).toBeLessThan(8 * MIB);
      const told = JSON.stringify(portrait);
      for (const secret of ['secret', 'Nobody', 'nobody', 'somebody', '4e6f626f6479']) {
        expect(told).not.toContain(secret);
      }
    } finally {
      await device.close();
    }
  });

  it.skipIf(needsLoop())('is the same on a real block device', async () => {
    for (const name of ['bookworm', 'home-assistant-os']) {
      const image = join(folder.path, `${name}.img`);
      const system = allSystems.find((one) => one.name === name);
      if (system) layOut(image, system);
      const loop = await attachLoop(image, { readOnly: true });
      try {
        const device = await openRealDevice(loop.path, { sectorSize: 512 });
        try {
          expect(comparable(await portraitOf(device))).toEqual(expected(name));
        } finally {
          await device.close();
        }
      } finally {
        await loop.detach();
      }
    }
  });
});
