import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc16 } from '../../src/engine/crc16.ts';
import { crc32c, crc32cOfNumber } from '../../src/engine/crc32c.ts';
import { bigEndianCrc32 } from '../../src/engine/journal-checksums.ts';

/** Every catalogue of CRCs gives the check value of these nine digits. */
const digits = new TextEncoder().encode('123456789');

describe('checksums of ext file systems', () => {
  it('have their published check values', () => {
    expect(~crc32c(digits) >>> 0).toBe(0xe3069283);
    expect(crc16(digits)).toBe(0x4b37);
    expect(bigEndianCrc32(digits, 0xffffffff)).toBe(~0xfc891918 >>> 0);
  });

  it('have the values of RFC 3720, appendix B.4', () => {
    expect(~crc32c(new Uint8Array(32)) >>> 0).toBe(0x8a9136aa);
    expect(~crc32c(new Uint8Array(32).fill(0xff)) >>> 0).toBe(0x62a8ab43);
    expect(~crc32c(Uint8Array.from({ length: 32 }, (_, index) => index)) >>> 0).toBe(0x46dd794e);
  });

  it('can be taken piece by piece', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), fc.nat(), (head, tail, seed) => {
        const whole = Uint8Array.of(...head, ...tail);
        expect(crc32c(tail, crc32c(head, seed))).toBe(crc32c(whole, seed));
        expect(crc16(tail, crc16(head, seed))).toBe(crc16(whole, seed));
        const number = new Uint8Array(4);
        new DataView(number.buffer).setUint32(0, seed, true);
        expect(crc32cOfNumber(seed, 7)).toBe(crc32c(number, 7));
      }),
    );
  });
});
