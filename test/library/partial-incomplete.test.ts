import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPartial, type Partial } from '../../src/library/partial.ts';
import { createImageFiles } from '../../src/platform/image-files.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { manifestOf } from '../support/manifest.ts';

const BYTES = 8192;
const imageFiles = createImageFiles();

describe('a backup in the making that turns out not to be all of its card', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const open: Partial[] = [];
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    for (const partial of open.splice(0)) await partial.discard();
    folder.remove();
  });

  const start = async (stem: string, exact = false): Promise<Partial> => {
    const partial = await createPartial({
      imageFiles,
      folder: folder.path,
      stem,
      incompleteStem: `${stem} (incomplete)`,
      format: 'img',
      bytes: BYTES,
      exact,
    });
    open.push(partial);
    return partial;
  };

  it('files what is not all of the card under a name that says so, and never over another', async () => {
    const files = (): string[] => readdirSync(folder.path).toSorted();
    writeFileSync(join(folder.path, 'octopi (incomplete).img.gz'), 'somebody else');
    for (const [exact, name] of [
      [false, 'octopi (incomplete) (2)'],
      [true, 'octopi (incomplete) (3)'],
    ] as const) {
      const partial = await start('octopi', exact);
      await partial.image.write(new Uint8Array(4096).fill(7), 0);
      await partial.markIncomplete();
      expect(partial.finalPath).toBe(join(folder.path, `${name}.img`));
      expect(files()).toContain(`${name}.img.partial`);
      expect(files()).not.toContain('octopi.img.partial');
      await partial.promote(manifestOf(partial.finalPath));
      expect(readFileSync(partial.finalPath)[0]).toBe(7);
    }
    expect(files()).toEqual(
      [
        'octopi (incomplete).img.gz',
        ...[2, 3].flatMap((count) =>
          ['.bmap', '.img', '.img.pikeep.json'].map(
            (end) => `octopi (incomplete) (${count})${end}`,
          ),
        ),
      ].toSorted(),
    );
  });

  it('leaves nothing of an incomplete backup that is given up', async () => {
    const partial = await start('octopi');
    await partial.markIncomplete();
    await partial.discard();
    expect(readdirSync(folder.path)).toEqual([]);
  });
});
