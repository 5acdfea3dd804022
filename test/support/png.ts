/** Reads what this project's icons are: 8 bits a channel, RGBA, not interlaced (PNG specification, 7 and 9). */

import { inflateSync } from 'node:zlib';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and alpha of each point, row by row. */
  readonly points: Uint8Array;
}

const SIGNATURE = '89504e470d0a1a0a';
const CHANNELS = 4;

/** Throws for every other kind of picture. */
export function readPng(file: Buffer): Picture {
  if (file.subarray(0, 8).toString('hex') !== SIGNATURE) throw new Error('not a PNG');
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  const kind = file.subarray(24, 29).toString('hex');
  if (kind !== '0806000000') throw new Error(`a PNG of another kind: ${kind}`);
  const packed: Buffer[] = [];
  for (let at = 8; at + 12 <= file.length; at += 12 + file.readUInt32BE(at)) {
    const type = file.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT') packed.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
  }
  const lines = inflateSync(Buffer.concat(packed));
  const row = width * CHANNELS;
  const points = new Uint8Array(row * height);
  const at = (x: number, y: number) => (x < 0 || y < 0 ? 0 : (points[y * row + x] ?? 0));
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (row + 1)] ?? 0;
    for (let x = 0; x < row; x++) {
      const [left, up, corner] = [at(x - CHANNELS, y), at(x, y - 1), at(x - CHANNELS, y - 1)];
      const given = lines[y * (row + 1) + 1 + x] ?? 0;
      points[y * row + x] = given + predicted(filter, left, up, corner);
    }
  }
  return { width, height, points };
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return Math.floor((left + up) / 2);
    case 4:
      return paeth(left, up, corner);
    default:
      throw new Error(`no such filter: ${filter}`);
  }
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((one) => Math.abs(guess - one)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
