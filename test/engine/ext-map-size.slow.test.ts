import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyImage, temporaryFolder, tool } from '../support/file-systems.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const TIB = 1024 ** 4;
const program = resolve(import.meta.dirname, '../support/map-memory.ts');

interface Cost {
  readonly strategy: string;
  readonly ranges: number;
  readonly notes: readonly string[];
  readonly reads: number;
  readonly bytesRead: number;
  readonly milliseconds: number;
  readonly peakBytes: number;
}

describe.skipIf(needsTools('mke2fs'))('the cost of a map of 1 TiB', () => {
  const folder = temporaryFolder();
  const image = join(folder.path, 'fs.img');
  afterAll(() => folder.remove());
  const cost = (): Cost => JSON.parse(tool(process.execPath, [program, image]));

  it('is that of its metadata', () => {
    emptyImage(image, TIB);
    // 2 million files fit; their bitmaps lie sixteen groups together.
    tool('mke2fs', ['-q', '-F', '-t', 'ext4', '-N', '2097152', '-E', 'lazy_itable_init=1', image]);
    const { strategy, reads, bytesRead, peakBytes, milliseconds } = cost();
    expect(strategy).toBe('used');
    expect(reads).toBeLessThan(700);
    expect(bytesRead).toBeLessThan(64 * MIB);
    expect(peakBytes).toBeLessThan(100 * MIB);
    expect(milliseconds).toBeLessThan(10_000);
  });

  it('is bounded where every second block is in use', () => {
    emptyImage(image, TIB);
    const features = '^metadata_csum,^uninit_bg,^has_journal';
    tool('mke2fs', ['-q', '-F', '-t', 'ext4', '-O', features, '-N', '131072', image]);
    fragment(image);
    const { strategy, notes, ranges, peakBytes, milliseconds } = cost();
    expect(strategy).toBe('used');
    expect(notes.join()).toMatch(/very many pieces/);
    expect(ranges).toBeLessThan(150_000);
    expect(peakBytes).toBeLessThan(100 * MIB);
    expect(milliseconds).toBeLessThan(30_000);
  });
});

/** Marks every second block as used, in bitmaps without checksums, and counts anew what is free. */
function fragment(path: string): void {
  const fd = openSync(path, 'r+');
  try {
    const descriptors = Buffer.alloc((TIB / (128 * MIB)) * 64);
    readSync(fd, descriptors, 0, descriptors.length, 4096);
    const bitmap = Buffer.alloc(4096);
    for (let at = 0; at < descriptors.length; at += 64) {
      const block = descriptors.readUInt32LE(at) + descriptors.readUInt32LE(at + 0x20) * 2 ** 32;
      readSync(fd, bitmap, 0, 4096, block * 4096);
      let free = 0;
      for (let index = 0; index < 4096; index++) {
        bitmap[index] = (bitmap[index] ?? 0) | 0x55;
        for (let bit = 0; bit < 8; bit++) free += ((bitmap[index] ?? 0) >> bit) & 1 ? 0 : 1;
      }
      writeSync(fd, bitmap, 0, 4096, block * 4096);
      descriptors.writeUInt16LE(free, at + 0x0c);
      descriptors.writeUInt16LE(0, at + 0x2c);
    }
    writeSync(fd, descriptors, 0, descriptors.length, 4096);
  } finally {
    closeSync(fd);
  }
}
