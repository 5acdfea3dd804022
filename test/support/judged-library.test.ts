import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from './file-systems.ts';
import { judgeLibrary } from './judged-library.ts';
import { needsTools } from './tools.ts';

const CARD = Buffer.alloc(64 * 1024, 'all of the card');

/** Whoever judges what kills and power cuts leave behind has to see what must not be there. */
describe.skipIf(needsTools('cmp', 'gzip'))('the judge of a library', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let library: string;
  beforeEach(() => {
    folder = temporaryFolder();
    library = join(folder.path, 'library');
    mkdirSync(library);
    writeFileSync(join(folder.path, 'card'), CARD);
    put('octopi.img', CARD);
    put('octopi.img.pikeep.json', '{"verified":{"method":"read-back"}}');
    put('octopi.bmap', 'map');
  });
  afterEach(() => folder.remove());

  const put = (name: string, content: Buffer | string): void =>
    writeFileSync(join(library, name), content);
  const judge = async (): Promise<readonly string[]> =>
    (await judgeLibrary(library, join(folder.path, 'card'), folder.path)).broken;

  it('takes a proven image, packed or not, and the rest of a killed backup', async () => {
    put('packed.img.gz', gzipSync(CARD));
    put('packed.img.gz.pikeep.json', '{"verified":{"method":"read-back"}}');
    put('packed.bmap', 'map');
    put('killed.img.partial', 'half');
    // A note that nobody alive has written.
    put('killed.img.partial.json', '{}');
    put('killed.img.partial.checkpoint', '');
    put('killed.img.pikeep.json', '{}');
    expect(await judge()).toEqual([]);
  });

  it.each([
    ['cut off', () => put('octopi.img', CARD.subarray(4096)), 'octopi.img is not the card'],
    ['changed', () => put('octopi.img', Buffer.from(CARD).fill(1, 99, 100)), 'is not the card'],
    ['without a manifest', () => rmSync(join(library, 'octopi.img.pikeep.json')), 'no manifest'],
    ['never proven', () => put('octopi.img.pikeep.json', '{"verified":null}'), 'never proven'],
    ['a lone partial', () => put('lone.img.partial', 'half'), 'lone.img.partial is not recognised'],
    ['a lone manifest', () => put('lone.img.pikeep.json', '{}'), 'nobody owns lone'],
    ['a broken archive', () => put('broken.img.gz', 'no gzip'), 'broken.img.gz is not the card'],
  ])('sees what is %s', async (_name, spoil, trouble) => {
    spoil();
    expect((await judge()).join('\n')).toContain(trouble);
  });
});
