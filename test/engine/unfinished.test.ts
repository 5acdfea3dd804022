import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCard } from '../../src/engine/card.ts';
import { glance } from '../../src/engine/pi-card.ts';
import {
  makeMarker,
  markerBlock,
  parseMarker,
  readUnfinished,
  requireFinished,
} from '../../src/engine/unfinished.ts';
import { readCardFacts } from '../../src/platform/card-facts.ts';
import { plainDisk } from '../support/disk.ts';
import { memoryDevice } from '../support/memory-device.ts';

const marker = makeMarker({ id: 'd3b0-42', image: 'octopi 2026-11-22 16.40.img' });

/** A card of 64 KiB with the mark at its start. */
function marked(): Uint8Array {
  const content = new Uint8Array(65_536).fill(0xa5);
  content.set(markerBlock(marker));
  return content;
}

describe('the mark of an unfinished restore', () => {
  it('is read back as it was written', async () => {
    expect(await readUnfinished(memoryDevice(marked()))).toEqual(marker);
  });

  it('tells a person who looks at the sector what happened', () => {
    const text = Buffer.from(markerBlock(marker)).toString('latin1');
    expect(text).toContain('unfinished restore');
    expect(text).toContain('Restore it again with PiKeep.');
    expect(text).toContain('octopi 2026-11-22 16.40.img');
  });

  it('fits into a sector and is never an MBR, however long and strange the name', () => {
    const names = fc.string({ unit: 'grapheme', minLength: 0, maxLength: 600 });
    fc.assert(
      fc.property(names, (image) => {
        const made = makeMarker({ id: 'x', image });
        const block = markerBlock(made);
        expect(block.subarray(510).every((byte) => byte === 0)).toBe(true);
        expect(parseMarker(block)).toEqual(made);
        expect(made.image).not.toBe('');
      }),
    );
  });

  it('is recognised even when its details are damaged', () => {
    const block = markerBlock(marker);
    block.fill(0xff, 100, 400);
    expect(parseMarker(block)).toEqual({ id: '', image: 'unknown image' });
    const cut = markerBlock(marker).fill(0, 40);
    expect(parseMarker(cut)).toEqual({ id: '', image: 'unknown image' });
  });

  it('shows no control characters of a forged one', () => {
    const forged = Buffer.from(markerBlock(marker))
      .toString('latin1')
      .replace('octopi', '\\u001b[2J');
    expect(parseMarker(Buffer.from(forged, 'latin1'))?.image).toBe('[2J 2026-11-22 16.40.img');
  });

  it('is not seen in other sectors', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 512 }), (bytes) => {
        expect(parseMarker(bytes)).toBeNull();
      }),
    );
  });

  it('hides whatever else is on the card', async () => {
    const card = await readCard(memoryDevice(marked()));
    expect(card).toMatchObject({ pi: 'no', title: 'Unfinished restore', partitions: [] });
    expect(card.unfinished).toEqual(marker);
    expect(() => requireFinished(card, 'sdb')).toThrow(
      expect.objectContaining({
        code: 'UNFINISHED_RESTORE',
        facts: { disk: 'sdb', image: marker.image },
      }),
    );
  });

  it('reaches the listing of disks', async () => {
    const facts = await readCardFacts(memoryDevice(marked()));
    expect(facts).toMatchObject({ scheme: 'none', partitions: [], unfinished: marker.image });
    expect(glance(plainDisk(facts))).toMatchObject({
      pi: 'no',
      title: 'Unfinished restore',
      evidence: [`the mark of an unfinished restore of ${marker.image}`],
    });
  });
});
