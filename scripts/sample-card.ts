/**
 * The sample card of the demo, kept in the project as the blocks that are not zero, compressed. `make-card.ts --sample`
 * makes it. The form is one line of JSON ({bytes, blocks: [[offset, length], ...]}), then the blocks one after the other,
 * all in gzip.
 */

import { open, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

/** Beside the sources, because a package contains it too. */
export const SAMPLE_CARD = resolve(import.meta.dirname, '../src/cli/sample-card.gz');

const BLOCK_BYTES = 4096;
const NEWLINE = 0x0a;
const zeros = Buffer.alloc(BLOCK_BYTES);

interface Index {
  readonly bytes: number;
  readonly blocks: readonly (readonly [offset: number, length: number])[];
}

/** Writes the sample card as a sparse image to `path`, which must not exist. Resolves with its size in bytes. */
export async function writeSampleCard(path: string): Promise<number> {
  const packed = await promisify(gunzip)(await readFile(SAMPLE_CARD));
  const headEnd = packed.indexOf(NEWLINE);
  const index: Index = JSON.parse(packed.toString('utf8', 0, headEnd));
  const image = await open(path, 'wx');
  try {
    await image.truncate(index.bytes);
    let at = headEnd + 1;
    for (const [offset, length] of index.blocks) {
      await image.write(packed, at, length, offset);
      at += length;
    }
  } finally {
    await image.close();
  }
  return index.bytes;
}

/** Packs an image. Resolves with the size of the packed file in bytes. */
export async function packSampleCard(image: string, path: string): Promise<number> {
  const content = await readFile(image);
  const blocks: [number, number][] = [];
  const parts: Buffer[] = [];
  for (let offset = 0; offset < content.length; offset += BLOCK_BYTES) {
    const block = content.subarray(offset, offset + BLOCK_BYTES);
    if (block.equals(zeros.subarray(0, block.length))) continue;
    const last = blocks.at(-1);
    if (last && last[0] + last[1] === offset) last[1] += block.length;
    else blocks.push([offset, block.length]);
    parts.push(block);
  }
  const index: Index = { bytes: content.length, blocks };
  const head = Buffer.from(`${JSON.stringify(index)}\n`);
  const packed = await promisify(gzip)(Buffer.concat([head, ...parts]), { level: 9 });
  await writeFile(path, packed);
  return packed.length;
}
