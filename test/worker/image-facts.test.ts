import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readImageFacts } from '../../src/worker/image-facts.ts';
import { temporaryFolder } from '../support/file-systems.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

async function codesWith(bmap: string): Promise<readonly string[]> {
  const image = join(folder.path, 'foreign.img');
  writeFileSync(image, '');
  writeFileSync(join(folder.path, 'foreign.bmap'), bmap);
  const { warnings } = await readImageFacts(image, folder.path);
  return warnings.map(({ code }) => code);
}

it('a block map is asked for checksums once, not once for each beginning of a range', async () => {
  expect(await codesWith('<Range chksum="00"> 0 </Range>')).toEqual([]);
  expect(await codesWith('<Range\n sha1="00"> 0 </Range>')).toEqual([]);
  expect(await codesWith('<Range> chksum= </Range>')).toEqual(['BMAP_WITHOUT_HASHES']);
  expect(await codesWith('<Range '.repeat(2_000_000))).toEqual(['BMAP_WITHOUT_HASHES']);
});
