import { describe, expect, it } from 'vitest';
import type { BlockDevice } from '../../src/engine/block-device.ts';
import { type MapEntry, sha256 } from '../../src/engine/image/map.ts';
import { requireSameAgain } from '../../src/engine/reread.ts';
import { faultyDevice } from '../support/faulty-device.ts';
import { memoryDevice } from '../support/memory-device.ts';

const MIB = 1024 * 1024;

function content(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => (index * 31 + (index >>> 9)) & 0xff);
}

function mapOf(data: Uint8Array, pieces: readonly [number, number][]): MapEntry[] {
  return pieces.map(([offset, bytes]) => ({
    offset,
    bytes,
    sha256: sha256(data.subarray(offset, offset + bytes)),
  }));
}

describe('a second reading of a card', () => {
  const data = content(4 * MIB);
  const map = mapOf(data, [
    [0, MIB],
    [2 * MIB, 4096],
    [3 * MIB, MIB],
  ]);
  const readAgain = async (device: BlockDevice, signal?: AbortSignal) => {
    let bytes = 0;
    await requireSameAgain({
      device,
      map,
      signal,
      onProgress(step) {
        bytes += step;
      },
    });
    return bytes;
  };

  it('reads every mapped byte, and nothing else', async () => {
    const device = faultyDevice(memoryDevice(data), {});
    expect(await readAgain(device)).toBe(2 * MIB + 4096);
    expect(device.reads.map(({ offset }) => offset)).toEqual([0, 2 * MIB, 3 * MIB]);
  });

  it('names the first of the ranges that read differently, and how many there are', async () => {
    const other = data.slice();
    other[2 * MIB + 17] = (other[2 * MIB + 17] ?? 0) ^ 1;
    other[4 * MIB - 1] = (other[4 * MIB - 1] ?? 0) ^ 1;
    await expect(readAgain(memoryDevice(other))).rejects.toMatchObject({
      code: 'CARD_UNRELIABLE',
      facts: { path: 'memory', offset: 2 * MIB, bytes: MIB + 4096, ranges: 2 },
    });
  });

  it('does not care about what no map names', async () => {
    const other = data.slice();
    other[MIB + 5] = (other[MIB + 5] ?? 0) ^ 1;
    expect(await readAgain(memoryDevice(other))).toBe(2 * MIB + 4096);
  });

  it('fails when the card is pulled, cannot be read, or the user has had enough', async () => {
    const pulled = faultyDevice(memoryDevice(data), { unpluggedAfter: MIB, pieces: 65_536 });
    await expect(readAgain(pulled)).rejects.toMatchObject({ code: 'DEVICE_GONE' });
    const worn = faultyDevice(memoryDevice(data), { bad: [{ offset: 3 * MIB, bytes: 512 }] });
    await expect(readAgain(worn)).rejects.toMatchObject({ code: 'READ_FAILED' });
    const stopped = readAgain(memoryDevice(data), AbortSignal.abort());
    await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
