import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CardAreas } from '../../src/engine/card-areas.ts';
import { CHUNK_BYTES, type Range, totalBytes } from '../../src/engine/chunks.ts';
import { type CopyOptions, type CopyResult, copyRanges } from '../../src/engine/copy.ts';
import { isPiKeepError } from '../../src/engine/errors.ts';
import { toExtents } from '../../src/engine/extents.ts';
import { createImageWriter } from '../../src/engine/image/create-image-writer.ts';
import type { ImageFormat } from '../../src/engine/image/image-format.ts';
import { resume } from '../../src/engine/resume.ts';
import { CHECKPOINT_SUFFIX } from '../../src/library/checkpoint.ts';
import { readCheckpoint } from '../../src/library/checkpoint-file.ts';
import { CheckpointWriter, removeCheckpoint } from '../../src/library/checkpoint-writer.ts';
import { failing, header, type Spoiled, sha256, spoil, unpacked } from '../support/cut-off-copy.ts';
import { faultyDevice } from '../support/faulty-device.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { compressor, imageFiles, mixedCard } from '../support/packed-image.ts';

const MIB = 1024 * 1024;
const CARD_BYTES = 26 * MIB + 5 * 4096;
const content = mixedCard(CARD_BYTES, [
  [0, MIB],
  [MIB, 11 * MIB],
  [14 * MIB, MIB],
  [16 * MIB, 9 * MIB],
]);

/** A table, a FAT, an ext with structures at its head, something unknown, and the tail of the card. */
const places = {
  gap: { offset: 0, bytes: 3 * MIB },
  fat: { offset: 3 * MIB, bytes: 4 * MIB },
  structures: { offset: 7 * MIB, bytes: MIB },
  files: { offset: 8 * MIB, bytes: 12 * MIB },
  unknown: { offset: 20 * MIB, bytes: CARD_BYTES - 20 * MIB },
} as const;
type Place = keyof typeof places;

const areas: CardAreas = {
  fat: [places.fat],
  structures: [places.structures],
  files: [places.files],
};

type Change = { readonly kind: 'card'; readonly place: Place; readonly at: number } | Spoiled;

/** How one process ends: after a share of what is to be copied was read, or at a write of the image. */
interface Turn {
  readonly unplugAt: number;
  readonly failWriteAt: number;
  readonly changes: readonly Change[];
}

const share = fc.noBias(fc.nat({ max: 9999 })).map((part) => part / 10_000);
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('card' as const),
      place: fc.constantFrom<Place>('gap', 'fat', 'structures', 'files', 'unknown'),
      at: share,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('image', 'cut', 'checkpoint', 'torn'),
      at: share,
    }),
  },
) as fc.Arbitrary<Change>;

const turn: fc.Arbitrary<Turn> = fc.record({
  // Several reads are on their way when the card is pulled out.
  unplugAt: share.map((part) => 0.05 + part / 2),
  failWriteAt: fc.noBias(fc.integer({ min: 1, max: 30 })),
  changes: fc.array(change, { minLength: 1, maxLength: 1 }),
});

/** Ranges of the card that are copied, on multiples of 4096. */
const rangesOf = fc
  .array(fc.noBias(fc.tuple(fc.nat({ max: 25 * 256 }), fc.integer({ min: 1, max: 6 * 256 }))), {
    minLength: 3,
    maxLength: 8,
    size: 'max',
  })
  .map((pieces) =>
    toExtents(
      pieces.map(([start, blocks]) => ({
        offset: start * 4096,
        bytes: Math.min(blocks * 4096, CARD_BYTES - start * 4096),
      })),
    ),
  );

describe('a copy that is cut off and carried on', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let partial: string;
  beforeEach(() => {
    folder = temporaryFolder();
    partial = join(folder.path, 'card.partial');
  });
  afterEach(() => folder.remove());

  it('is the card as it is in the end, or says that the card was changed', async () => {
    const outcomes = { continued: 0, refused: 0, spared: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<ImageFormat>('img', 'img.gz', 'img.zst'),
        rangesOf,
        fc.array(turn, { minLength: 2, maxLength: 3 }),
        fc.boolean(),
        async (format, ranges, turns, hashPlain) => {
          const card = new TestCard(ranges);
          const run = await carryOn({ format, partial, card, turns, hashPlain });
          if (run === 'refused') outcomes.refused++;
          else {
            outcomes.continued++;
            if (run.spared > 0) outcomes.spared++;
            expect(Buffer.compare(unpacked(partial, format), card.used())).toBe(0);
          }
        },
      ),
      { numRuns: 18, seed: 20_261_122, endOnFailure: true },
    );
    // It is really gone on with.
    expect(outcomes.spared).toBeGreaterThan(0);
  }, 60_000);
});

class TestCard {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly ranges: readonly Range[];

  constructor(ranges: readonly Range[]) {
    this.ranges = ranges;
    this.content = content.slice();
  }

  /** What of it is copied; zeros elsewhere. */
  used(): Uint8Array {
    const result = new Uint8Array(CARD_BYTES);
    for (const { offset, bytes } of this.ranges) {
      result.set(this.content.subarray(offset, offset + bytes), offset);
    }
    return result;
  }

  change(place: Place, at: number): void {
    const { offset, bytes } = places[place];
    const position = offset + Math.floor(at * bytes);
    this.content[position] = ((this.content[position] ?? 0) + 1) % 256;
  }
}

interface Journey {
  readonly format: ImageFormat;
  readonly partial: string;
  readonly card: TestCard;
  readonly turns: readonly Turn[];
  readonly hashPlain: boolean;
}

/** One process after the other, each with its own end; the last one is let through. */
async function carryOn(journey: Journey): Promise<'refused' | { spared: number }> {
  const { format, partial, turns, card } = journey;
  rmSync(partial, { force: true });
  await removeCheckpoint(partial + CHECKPOINT_SUFFIX);
  for (const each of turns) {
    const result = await oneProcess(journey, each);
    if (result === 'refused') return 'refused';
    if (result !== 'cut off') return result;
    for (const one of each.changes) {
      if (one.kind === 'card') card.change(one.place, one.at);
      else spoil(one, partial);
    }
  }
  const last = { unplugAt: Number.POSITIVE_INFINITY, failWriteAt: 1e9, changes: [] };
  const result = await oneProcess(journey, last);
  if (result === 'cut off') throw new Error(`${format}: cut off though nothing failed`);
  return result;
}

async function oneProcess(
  { format, partial, card, hashPlain }: Journey,
  { unplugAt, failWriteAt }: Turn,
): Promise<'refused' | 'cut off' | { spared: number }> {
  const size = format === 'img' ? CARD_BYTES : null;
  const before = await readCheckpoint(partial + CHECKPOINT_SUFFIX);
  if (!before) {
    rmSync(partial, { force: true });
    await removeCheckpoint(partial + CHECKPOINT_SUFFIX);
  }
  const opened = before ? imageFiles.reopen(partial, size) : imageFiles.create(partial, size);
  const file = failing(await opened, failWriteAt);
  const unpluggedAfter = unplugAt * totalBytes(card.ranges);
  const device = faultyDevice(memoryDevice(card.content), { unpluggedAfter });
  const checkpoint = new CheckpointWriter(partial + CHECKPOINT_SUFFIX, header(format, CARD_BYTES));
  const { ranges } = card;
  try {
    const taken = before
      ? await resume({
          ...{ device, disk: 'card', ranges, areas, format, file, compressor },
          ...{ entries: before.entries, blocks: before.blocks },
        })
      : null;
    if (taken) {
      const { entries, from } = taken.done;
      const blocks = taken.image.lengthsOf({ offset: 0, bytes: from }) ?? [];
      await checkpoint.restart({ entries, blocks }, new Date());
    }
    const image =
      taken?.image ?? createImageWriter({ format, file, bytes: CARD_BYTES, compressor });
    const result = await copyRanges({
      ...{ device, ranges, image, hashPlain, prove: true, batchBytes: CHUNK_BYTES },
      done: taken?.done,
      onProgress: () => undefined,
      onSettled: (settled) => checkpoint.add(settled, new Date()),
    } satisfies CopyOptions);
    judge(result, card);
    return { spared: taken?.done.entries.length ?? 0 };
  } catch (error) {
    if (isPiKeepError(error, 'CARD_CHANGED', 'NOTHING_TO_CONTINUE')) return 'refused';
    if (isPiKeepError(error, 'DEVICE_GONE', 'DESTINATION_FAILED')) return 'cut off';
    throw error;
  } finally {
    await checkpoint.close();
    await file.close();
  }
}

/** The map tells of the card as it is, in order. */
function judge({ map, plainSha256 }: CopyResult, card: TestCard): void {
  let end = 0;
  for (const { offset, bytes, sha256: hash } of map) {
    expect(offset).toBeGreaterThanOrEqual(end);
    end = offset + bytes;
    expect(sha256(card.content.subarray(offset, end))).toBe(hash);
  }
  expect(totalBytes(map)).toBe(totalBytes(card.ranges));
  if (plainSha256 !== null) expect(sha256(card.used())).toBe(plainSha256);
}
