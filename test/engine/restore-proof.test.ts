import { describe, expect, it } from 'vitest';
import { totalBytes } from '../../src/engine/chunks.ts';
import { proveCard } from '../../src/engine/restore-proof.ts';
import { ratesOf, TimedCard, zeroSource } from '../support/timed-card.ts';

const MIB = 1024 * 1024;
const BYTES = 384 * MIB;

/** A card of zeros, a twelfth of which was written and the rest found right, on which some places are wrong. */
const prove = async (isWrong: (offset: number) => boolean, signal?: AbortSignal) => {
  const device = new TimedCard(BYTES, ratesOf(90, 20), isWrong);
  const { map } = zeroSource(BYTES);
  const written = map.filter((_, index) => index % 12 === 0);
  const found = map.filter((_, index) => index % 12 !== 0);
  const told: number[] = [];
  const proof = proveCard({
    device,
    written,
    found,
    signal,
    onProgress: ({ proven, total }) => told.push(proven, total),
  });
  return { device, proof, writtenBytes: totalBytes(written), foundBytes: totalBytes(found), told };
};

describe('reading a large card back', () => {
  it('reads all that was written, and a quarter of what was found right', async () => {
    const { device, proof, writtenBytes, foundBytes, told } = await prove(() => false);
    const proven = await proof;
    expect(proven).toBeGreaterThanOrEqual(writtenBytes + foundBytes / 4);
    expect(proven).toBeLessThan(writtenBytes + foundBytes / 4 + 4 * MIB);
    expect(device.readBytes).toBe(proven);
    expect(told.filter((_, index) => index % 2 === 1).every((total) => total === proven)).toBe(
      true,
    );
  });

  it('reads another quarter each time', async () => {
    const seen = new Set<string>();
    for (let round = 0; round < 3; round++) {
      const { device, proof } = await prove(() => false);
      const places: number[] = [];
      const read = device.read.bind(device);
      device.read = (into, offset) => {
        places.push(offset);
        return read(into, offset);
      };
      await proof;
      seen.add(places.join());
    }
    expect(seen.size).toBe(3);
  });

  it('reads everything once there is a difference, and counts them all', async () => {
    // Of every 12 entries the first was written; the second and the fifth are wrong, and so is one that was written.
    const entry = 4 * MIB;
    const isWrong = (at: number): boolean =>
      [1, 4].includes(Math.floor(at / entry) % 12) || Math.floor(at / entry) === 24;
    const { proof } = await prove(isWrong);
    await expect(proof).rejects.toMatchObject({
      code: 'CARD_NOT_AS_WRITTEN',
      facts: { offset: entry, bytes: 17 * entry, ranges: 17 },
    });
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    controller.abort();
    const { proof } = await prove(() => false, controller.signal);
    await expect(proof).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
