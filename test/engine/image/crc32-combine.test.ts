import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineCrc32 } from '../../../src/engine/image/crc32-combine.ts';

describe('the CRC-32 of two pieces', () => {
  it('is that of the whole, as zlib computes it', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 5000 }),
        fc.uint8Array({ maxLength: 5000 }),
        (a, b) => {
          expect(combineCrc32(crc32(a), crc32(b), b.length)).toBe(crc32(b, crc32(a)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('also for lengths that no 32-bit number holds', () => {
    // 5 GiB of zeros behind "card", put together from pieces of 1 MiB.
    const zeros = new Uint8Array(1024 * 1024);
    const piece = crc32(zeros);
    let whole = crc32('card');
    let gap = 0;
    for (let count = 0; count < 5 * 1024; count++) {
      whole = combineCrc32(whole, piece, zeros.length);
      gap = combineCrc32(gap, piece, zeros.length);
    }
    expect(combineCrc32(crc32('card'), gap, 5 * 1024 ** 3)).toBe(whole);
  });
});
