import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameReader, parseRead, readPayload } from '../../src/helper/frames.ts';

interface Frame {
  kind: number;
  id: number;
  payload: number[];
}

function encode(frames: readonly Frame[]): Buffer {
  return Buffer.concat(
    frames.map(({ kind, id, payload }) => {
      const header = Buffer.alloc(9);
      header.writeUInt8(kind, 0);
      header.writeUInt32BE(id, 1);
      header.writeUInt32BE(payload.length, 5);
      return Buffer.concat([header, Buffer.from(payload)]);
    }),
  );
}

describe('frames', () => {
  test('come out as they went in, wherever the stream is cut', () => {
    const frame = fc.record({
      kind: fc.nat(255),
      id: fc.nat(0xffffffff),
      payload: fc.array(fc.nat(255), { maxLength: 40 }),
    });
    const cuts = fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), cuts, (frames, lengths) => {
        const seen: Frame[] = [];
        const reader = new FrameReader({
          begin: (_kind, _id, length) => new Uint8Array(length),
          end: (kind, id, payload) => seen.push({ kind, id, payload: [...payload] }),
        });
        const stream = encode(frames);
        for (let at = 0, cut = 0; at < stream.length; cut++) {
          const length = lengths[cut % lengths.length] ?? 1;
          reader.push(stream.subarray(at, at + length));
          at += length;
        }
        expect(seen).toEqual(frames);
      }),
    );
  });

  test('a length nobody agreed to is never allocated', () => {
    const asked: number[] = [];
    const reader = new FrameReader({
      begin: (_kind, _id, length) => {
        asked.push(length);
        throw new Error('too long');
      },
      end: () => undefined,
    });
    const header = Buffer.from([17, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]);
    expect(() => reader.push(header)).toThrow('too long');
    expect(asked).toEqual([0xffffffff]);
  });

  test('a read keeps its offset, up to the largest a device can have', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(0xffffffff), (offset, length) => {
        expect(parseRead(readPayload(offset, length))).toEqual({ offset: BigInt(offset), length });
      }),
    );
  });
});
