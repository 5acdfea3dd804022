import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { editFatText } from '../../src/engine/fat-edit.ts';
import { openFatReader } from '../../src/engine/fat-reader.ts';
import { makeFat, temporaryFolder } from '../support/file-systems.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { needsTools } from '../support/tools.ts';

const TEXT = 'root=/dev/mmcblk0p2 rootwait\n';

describe.skipIf(needsTools('mkfs.vfat', 'mcopy'))('editing a file of a FAT', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  const volumes: Buffer[] = [];
  const spots: number[][] = [];
  beforeAll(() => {
    for (const bits of [12, 16, 32] as const) {
      const bytes = { 12: 1, 16: 16, 32: 40 }[bits] * 1024 ** 2;
      const path = makeFat(join(folder.path, 'fat'), {
        bytes,
        bits,
        label: 'BOOT',
        files: { 'config.txt': 'a=b', 'CmdLine.txt': TEXT.repeat(40) },
      });
      const volume = readFileSync(path);
      volumes.push(volume);
      spots.push(hotSpots(volume));
    }
  });

  it('answers whatever is damaged: changes in order inside of the volume, or none', async () => {
    let edits = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(2),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
          minLength: 1,
          maxLength: 6,
        }),
        async (index, damage) => {
          const volume = volumes[index] ?? Buffer.alloc(0);
          const nonZero = spots[index] ?? [];
          const saved: [number, number][] = [];
          for (const [where, value] of damage) {
            const at = nonZero[Math.floor(where * (nonZero.length - 1))] ?? 0;
            saved.push([at, volume[at] ?? 0]);
            volume[at] = value;
          }
          try {
            const reader = await openFatReader(memoryDevice(volume));
            const changes =
              reader && (await editFatText(reader, 'cmdline.txt', (text) => `${text}x`));
            let end = 0;
            for (const { offset, data } of changes ?? []) {
              expect(offset).toBeGreaterThanOrEqual(end);
              end = offset + data.length;
            }
            expect(end).toBeLessThanOrEqual(volume.length);
            if (changes) edits++;
          } finally {
            for (const [at, value] of saved.toReversed()) volume[at] = value;
          }
        },
      ),
      { numRuns: 400 },
    );
    expect(edits).toBeGreaterThan(50);
  });

  it('does not take a folder that shares its cluster with the file', async () => {
    const volume = Buffer.from(volumes[2] ?? Buffer.alloc(0));
    const reader = await openFatReader(memoryDevice(volume));
    if (!reader) throw new Error('no FAT');
    const root = await reader.root();
    const entry = root.entries.find(({ name }) => name === 'CmdLine.txt');
    if (!entry) throw new Error('no file');
    const start = entry.firstCluster;
    const fat = reader.geometry.fatOffset;
    // The root's chain goes on in the file's: its entries lie in what the file holds.
    volume.copyWithin(
      reader.clusterOffset(start),
      reader.clusterOffset(reader.geometry.rootCluster),
      reader.clusterOffset(reader.geometry.rootCluster) + reader.geometry.clusterBytes,
    );
    volume.writeUInt32LE(start, 44);
    expect(volume.readUInt32LE(fat + start * 4)).toBeGreaterThan(1);
    const tangled = await openFatReader(memoryDevice(volume));
    expect(
      tangled && (await tangled.root()).entries.some(({ name }) => name === 'CmdLine.txt'),
    ).toBe(true);
    expect(tangled && (await editFatText(tangled, 'cmdline.txt', (text) => text))).toBeNull();
  });
});

/** Bytes that mean something, and a few behind the last of them. */
function hotSpots(volume: Buffer): number[] {
  const spots: number[] = [];
  for (const [at, byte] of volume.subarray(0, 1024 * 1024).entries()) {
    if (byte !== 0 && spots.length < 4000) spots.push(at, at + 1);
  }
  return spots;
}
