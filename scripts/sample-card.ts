/** The sample card of the project (`src/platform/sample-card.ts`): where it lies, and how it is made. */

import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type SampleIndex, writeSampleCard as writePacked } from '../src/platform/sample-card.ts';

/** Beside the sources, because a package contains it too. */
export const SAMPLE_CARD = resolve(import.meta.dirname, '../src/cli/sample-card.gz');

const BLOCK_BYTES = 4096;
const zeros = Buffer.alloc(BLOCK_BYTES);

/** Writes the sample card as a sparse image to `path`, which must not exist. Resolves with its size in bytes. */
export function writeSampleCard(path: string): Promise<number> {
  return writePacked(SAMPLE_CARD, path);
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
  const index: SampleIndex = { bytes: content.length, blocks };
  const head = Buffer.from(`${JSON.stringify(index)}\n`);
  const packed = await promisify(gzip)(Buffer.concat([head, ...parts]), { level: 9 });
  await writeFile(path, packed);
  return packed.length;
}
