import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openFat } from '../../src/engine/fat.ts';
import { makeFat, temporaryFolder, tool } from '../support/file-systems.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const files = {
  'config.txt': 'arm_64bit=1\n',
  'cmdline.txt': 'console=tty1 root=PARTUUID=5e3da3da-02 rootwait\n',
  'KERNEL8.IMG': 'k'.repeat(70_000),
  'bcm2711-rpi-4-b.dtb': 'tree',
  'Ein langer Name mit Umlaut ä.txt': 'lang',
  'empty.txt': '',
};

describe.skipIf(needsTools('mkfs.vfat', 'mcopy', 'blkid'))('FAT volumes against mtools', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  const sizes = { 12: 2 * MIB, 16: 16 * MIB, 32: 48 * MIB } as const;
  for (const bits of [12, 16, 32] as const) {
    it(`reads names, files, label and serial number of FAT${bits}`, async () => {
      const file = makeFat(join(folder.path, `fat${bits}.img`), {
        bytes: sizes[bits],
        bits,
        label: 'bootfs',
        files,
      });
      const volume = await openFat(memoryDevice(readFileSync(file)));
      expect(volume?.bits).toBe(bits);
      expect(volume?.label).toBe('bootfs');
      expect(volume?.uuid).toBe(tool('blkid', ['-o', 'value', '-s', 'UUID', file]).trim());
      expect((await volume?.rootNames())?.toSorted()).toEqual(Object.keys(files).toSorted());
      for (const [name, content] of Object.entries(files)) {
        const found = await volume?.readFile(name.toUpperCase(), MIB);
        expect(found && new TextDecoder().decode(found), name).toBe(content);
      }
    });
  }

  it('gives no file that is larger than asked for, and none that is not there', async () => {
    const volume = await openFat(memoryDevice(readFileSync(join(folder.path, 'fat32.img'))));
    expect(await volume?.readFile('KERNEL8.IMG', 1000)).toBeNull();
    expect(await volume?.readFile('missing.txt', 1000)).toBeNull();
  });

  it('survives any damage: an answer, never an exception, never a file longer than asked for', async () => {
    const source = readFileSync(join(folder.path, 'fat16.img'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(80 * 512), fc.nat(255)), { minLength: 1, maxLength: 40 }),
        async (changes) => {
          const bytes = Uint8Array.from(source.subarray(0, 2 * MIB));
          for (const [at, value] of changes) bytes[at] = value;
          const volume = await openFat(memoryDevice(bytes));
          for (const name of (await volume?.rootNames()) ?? []) {
            const content = await volume?.readFile(name, 100_000);
            expect(content?.length ?? 0).toBeLessThanOrEqual(100_000);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
