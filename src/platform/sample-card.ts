/**
 * The sample card, kept as the blocks that are not zero, compressed. The form is one line of JSON ({bytes, blocks: [[offset,
 * length], ...]}), then the blocks one after the other, all in gzip; `scripts/make-card.ts --sample` makes it.
 */

import { open, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PiKeepError } from '../engine/errors.ts';
import { say } from '../language/say.ts';

export interface SampleIndex {
  /** Of the whole card. */
  readonly bytes: number;
  readonly blocks: readonly (readonly [offset: number, length: number])[];
}

const NEWLINE = 0x0a;
/** The sample unpacks to a tenth of this. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

/**
 * Writes the sample card of the file `packed` as a sparse image to `path`, which must not exist. Resolves with its size in
 * bytes. Throws UNSUPPORTED where there is no sample card.
 */
export async function writeSampleCard(packed: string, path: string): Promise<number> {
  const content = await unpack(packed);
  const headEnd = content.indexOf(NEWLINE);
  const index: SampleIndex = JSON.parse(content.toString('utf8', 0, headEnd));
  const image = await open(path, 'wx', 0o600);
  try {
    await image.truncate(index.bytes);
    let at = headEnd + 1;
    for (const [offset, length] of index.blocks) {
      await image.write(content, at, length, offset);
      at += length;
    }
  } finally {
    await image.close();
  }
  return index.bytes;
}

async function unpack(packed: string): Promise<Buffer> {
  try {
    return await promisify(gunzip)(await readFile(packed), { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (error) {
    throw new PiKeepError('UNSUPPORTED', { what: say`the sample card` }, { cause: error });
  }
}
