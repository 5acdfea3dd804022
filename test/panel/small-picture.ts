/** Pictures as small files: at most 256 colours, each point a number in their list (PNG specification, 11.2.2 and 11.2.3). */

import { crc32, deflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';

interface Painted {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each colour. */
  readonly colours: readonly number[];
  readonly points: string;
}

/** Colours that are hardly told apart become one; `compare` in `camera.ts` takes them for the same. */
export async function smallPicture(page: Page, png: Buffer): Promise<Buffer> {
  const { width, height, colours, points } = await page.evaluate(painting, png.toString('base64'));
  const lines = Buffer.from(points, 'base64');
  const rows: Buffer[] = [];
  for (let y = 0; y < height; y++) {
    rows.push(Buffer.of(0), lines.subarray(y * width, (y + 1) * width));
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(colours)),
    chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** Runs in the page: the 256 commonest colours, of which those that are nearer than a small step count as one. */
async function painting(base64: string): Promise<Painted> {
  const image = new Image();
  image.src = `data:image/png;base64,${base64}`;
  await image.decode();
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (!context) throw new Error('no canvas');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const numbers = Array.from({ length: width * height }, (_, at) => {
    const [red = 0, green = 0, blue = 0] = data.subarray(at * 4, at * 4 + 3);
    return (red << 16) | (green << 8) | blue;
  });
  const counts = new Map<number, number>();
  for (const colour of numbers) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const parts = (colour: number) => [colour >> 16, (colour >> 8) & 255, colour & 255] as const;
  const apart = (one: number, other: number): number => {
    const [a, b] = [parts(one), parts(other)];
    return Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]), Math.abs(a[2] - b[2]));
  };
  const byCount = [...counts].sort(([, one], [, other]) => other - one).map(([colour]) => colour);
  const kept: number[] = [];
  for (const colour of byCount) {
    if (kept.length === 256) break;
    if (kept.every((one) => apart(one, colour) > 6)) kept.push(colour);
  }
  const places = new Map<number, number>();
  for (const colour of counts.keys()) {
    const nearest = kept.reduce((best, one) =>
      apart(one, colour) < apart(best, colour) ? one : best,
    );
    places.set(colour, kept.indexOf(nearest));
  }
  const points = numbers.map((colour) => String.fromCharCode(places.get(colour) ?? 0));
  return { width, height, colours: kept.flatMap(parts), points: btoa(points.join('')) };
}
