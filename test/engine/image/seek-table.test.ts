import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedBytes } from '../../../src/engine/bytes.ts';
import { BlockIndex } from '../../../src/engine/image/block-index.ts';
import {
  parseSeekFooter,
  parseSeekTable,
  SEEK_FOOTER_BYTES,
  ZSTD_FRAME_BYTES,
  zstdPacking,
} from '../../../src/engine/image/zstd.ts';
import { compressor } from '../../support/packed-image.ts';

function tableOf(index: BlockIndex): Uint8Array {
  return zstdPacking(compressor).trailer(index, 0);
}

function parse(table: Uint8Array, fileBytes: number): BlockIndex | null {
  const footer = parseSeekFooter(table.subarray(-SEEK_FOOTER_BYTES), fileBytes);
  return footer && parseSeekTable(table.subarray(-footer.tableBytes), footer, fileBytes);
}

/** A card of so many bytes, in frames of these lengths. */
function indexOf(plainBytes: number, lengths: readonly number[]): BlockIndex {
  const index = new BlockIndex(ZSTD_FRAME_BYTES, plainBytes, 0);
  for (let block = 0; block < index.blocks; block++) {
    index.add(Math.min(1 + (lengths[block] ?? 20), index.plainBytesOf(block)));
  }
  return index;
}

describe('a seek table', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(
        fc.nat(40 * ZSTD_FRAME_BYTES),
        fc.array(fc.nat(ZSTD_FRAME_BYTES), { maxLength: 40 }),
        (plainBytes, lengths) => {
          const index = indexOf(plainBytes, lengths);
          const table = tableOf(index);
          const found = parse(table, index.end + table.length);
          expect(found?.lengths()).toEqual(index.lengths());
          expect(found?.plainBytes).toBe(plainBytes);
        },
      ),
    );
  });

  it('also has the form that the published format describes', () => {
    const table = Buffer.from(tableOf(indexOf(ZSTD_FRAME_BYTES + 512, [99, 6])));
    expect(table.toString('hex')).toBe(
      ['5e2a4d18', '19000000', '64000000', '00001000', '07000000', '00020000'].join('') +
        ['02000000', '00', 'b1ea928f'].join(''),
    );
  });

  it('may have checksums, as those of other programs have', () => {
    const table = Buffer.alloc(8 + 2 * 12 + 9);
    table.writeUInt32LE(0x184d2a5e, 0);
    table.writeUInt32LE(table.length - 8, 4);
    for (const [frame, packed, plain] of [
      [0, 1000, 65_536],
      [1, 500, 4096],
    ] as const) {
      table.writeUInt32LE(packed, 8 + frame * 12);
      table.writeUInt32LE(plain, 12 + frame * 12);
    }
    table.writeUInt32LE(2, 32);
    table.writeUInt8(0x80, 36);
    table.writeUInt32LE(0x8f92eab1, 37);
    const index = parse(table, 1500 + table.length);
    expect(index?.lengths()).toEqual([1000, 500]);
    expect(index?.plainBytes).toBe(65_536 + 4096);
  });

  it('of hostile content is refused or bounded by the file, never a crash', () => {
    const good = tableOf(indexOf(5 * ZSTD_FRAME_BYTES, [10, 20, 30, 40, 50]));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 8 }),
        fc.oneof(fc.nat(1000), fc.nat(), fc.constant(155 + good.length)),
        (changes, fileBytes) => {
          const table = Uint8Array.from(good);
          for (const [at, value] of changes) table[at] = value;
          const index = orMalformed(() => parse(table, Math.max(fileBytes, table.length)));
          if (!index) return;
          // What is believed fits the file exactly.
          expect(index.end + 8 + index.known * 8 + SEEK_FOOTER_BYTES).toBe(
            Math.max(fileBytes, table.length),
          );
          expect(index.plainBytes).toBeLessThanOrEqual(index.known * 8 * 1024 * 1024);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('that claims more frames than a file can hold allocates nothing', () => {
    const footer = new Uint8Array(SEEK_FOOTER_BYTES);
    const view = new DataView(footer.buffer);
    view.setUint32(0, 0xffffffff, true);
    view.setUint32(5, 0x8f92eab1, true);
    expect(() => parseSeekFooter(footer, 2 ** 50)).toThrow(MalformedBytes);
    expect(parseSeekFooter(new Uint8Array(SEEK_FOOTER_BYTES), 1000)).toBeNull();
  });
});

function orMalformed<T>(parsing: () => T): T | null {
  try {
    return parsing();
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}
