import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunksOf, wholeDevice } from '../../src/engine/chunks.ts';
import { isPiKeepError } from '../../src/engine/errors.ts';
import { type PlannedRestore, planRestore } from '../../src/engine/fit.ts';
import { sha256 } from '../../src/engine/image/map.ts';
import { entrySectors, type ForgedGpt, forgeGpt, readForged } from '../support/gpt-forge.ts';
import { memoryDevice } from '../support/memory-device.ts';

/** One to three partitions, with and without gaps between them. */
const gpts: fc.Arbitrary<ForgedGpt> = fc
  .record({
    sectorSize: fc.constantFrom(512, 4096),
    slots: fc.constantFrom(4, 7, 128, 130),
    sizes: fc.array(fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 40 })), {
      minLength: 1,
      maxLength: 3,
    }),
    behind: fc.nat(60),
  })
  .map(({ sectorSize, slots, sizes, behind }) => {
    const room = Math.ceil((slots * 128) / sectorSize);
    const partitions: [number, number][] = [];
    let at = 2 + room;
    for (const [gap, length] of sizes) {
      partitions.push([at + gap, at + gap + length - 1]);
      at += gap + length;
    }
    return { sectorSize, slots, partitions, sectors: at + behind + room + 1 };
  });

async function plan(image: Buffer, gpt: ForgedGpt, cardSectors: number): Promise<PlannedRestore> {
  const view = memoryDevice(image, { sectorSize: gpt.sectorSize });
  const map = [...chunksOf(wholeDevice(image.length))].map(({ offset, bytes }) => ({
    offset,
    bytes,
    sha256: sha256(image.subarray(offset, offset + bytes)),
  }));
  return planRestore({
    source: { path: 'image', bytes: image.length, mapOrigin: 'whole', map, view },
    target: { disk: 'sdx', bytes: cardSectors * gpt.sectorSize, sectorSize: gpt.sectorSize },
    grow: 'leave',
  });
}

/** The image on a card full of old data. */
function apply(image: Buffer, { plan: { patches } }: PlannedRestore, bytes: number): Buffer {
  const card = Buffer.alloc(bytes, 0xa5);
  image.copy(card, 0, 0, Math.min(image.length, bytes));
  for (const { offset, data } of patches) {
    expect(offset + data.length).toBeLessThanOrEqual(bytes);
    card.set(data, offset);
  }
  return card;
}

describe('a GPT on a card of another size', () => {
  it('has two copies that name each other, whatever was intact, and touches no partition', async () => {
    await fc.assert(
      fc.asyncProperty(
        gpts,
        fc.integer({ min: -80, max: 200 }),
        fc.constantFrom('none', 'first header', 'first entries', 'backup header', 'backup entries'),
        async (gpt, more, damage) => {
          const { sectorSize, sectors, partitions } = gpt;
          const image = forgeGpt(gpt);
          const [good] = [readForged(image, 1, sectorSize)];
          for (const [first, last] of partitions) {
            image.fill(0x5a, first * sectorSize, (last + 1) * sectorSize);
          }
          const room = entrySectors(gpt);
          const places = {
            none: null,
            'first header': sectorSize + 60,
            'first entries': 2 * sectorSize + 5,
            'backup header': (sectors - 1) * sectorSize + 60,
            'backup entries': (sectors - 1 - room) * sectorSize + 5,
          };
          const place = places[damage];
          if (place !== null) image[place] = (image[place] ?? 0) ^ 0x40;

          const cardSectors = Math.max(1, sectors + more);
          const lastUsed = partitions.at(-1)?.[1] ?? 0;
          const fits = cardSectors === sectors || cardSectors - 1 - room - 1 >= lastUsed;
          const planned = await plan(image, gpt, cardSectors).catch((error: unknown) => error);
          if (!fits) {
            const missing = (lastUsed + room + 2 - cardSectors) * sectorSize;
            expect(isPiKeepError(planned, 'TARGET_TOO_SMALL') && planned.facts.missingBytes).toBe(
              missing,
            );
            return;
          }
          if (planned instanceof Error) throw planned;
          const done = planned as PlannedRestore;
          if (more === 0) {
            expect(done.plan.patches).toEqual([]);
            return;
          }
          let end = 0;
          for (const { offset, data } of done.plan.patches) {
            expect(offset).toBeGreaterThanOrEqual(end);
            end = offset + data.length;
          }
          const card = apply(image, done, cardSectors * sectorSize);
          const common = {
            firstUsable: 2 + room,
            lastUsable: cardSectors - room - 2,
            entries: good?.entries,
          };
          expect(readForged(card, 1, sectorSize)).toEqual({
            ...common,
            own: 1,
            other: cardSectors - 1,
            entriesAt: 2,
          });
          expect(readForged(card, cardSectors - 1, sectorSize)).toEqual({
            ...common,
            own: cardSectors - 1,
            other: 1,
            entriesAt: cardSectors - 1 - room,
          });
          expect(card.readUInt32LE(446 + 12)).toBe(cardSectors - 1);
          for (const [first, last] of partitions) {
            const part = card.subarray(first * sectorSize, (last + 1) * sectorSize);
            expect(part.equals(Buffer.alloc(part.length, 0x5a))).toBe(true);
          }
          if (cardSectors > sectors && damage !== 'backup header') {
            expect(readForged(card, sectors - 1, sectorSize)).toBeNull();
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('wipes no partition in which the first header says that the backup lies', async () => {
    const gpt = {
      sectorSize: 512,
      slots: 128,
      partitions: [[40, 299]],
      sectors: 400,
      alternate: 200,
    } as const;
    const image = forgeGpt(gpt);
    expect(readForged(image, 200, 512)).not.toBeNull();
    const card = apply(image, await plan(image, gpt, 600), 600 * 512);
    expect(readForged(card, 599, 512)).toMatchObject({ own: 599 });
    expect(card.subarray(40 * 512, 300 * 512).equals(image.subarray(40 * 512, 300 * 512))).toBe(
      true,
    );
  });

  it('survives any damage to the image: an answer or a refusal, and no patch off the card', async () => {
    const gpt = { sectorSize: 512, slots: 128, partitions: [[40, 80]], sectors: 160 } as const;
    const whole = forgeGpt(gpt);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.constantFrom(116, 159, 161, 300),
        async (changes, sectors) => {
          const image = Buffer.from(whole);
          for (const [at, value] of changes) image[at] = value;
          try {
            apply(image, await plan(image, gpt, sectors), sectors * 512);
          } catch (error) {
            if (!isPiKeepError(error, 'TARGET_TOO_SMALL', 'IMAGE_DAMAGED', 'UNSUPPORTED'))
              throw error;
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
