/** A folder for backups to which somebody else may write, who puts links where PiKeep is about to write. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPartial, type Partial } from '../../src/library/partial.ts';
import { createImageFiles } from '../../src/platform/image-files.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { manifestOf } from '../support/manifest.ts';

const BYTES = 8192;
const STEM = 'octopi 2026-11-22 16.40';

describe('a link', () => {
  let place: ReturnType<typeof temporaryFolder>;
  let library: string;
  let victim: string;
  beforeEach(() => {
    place = temporaryFolder();
    library = join(place.path, 'library');
    victim = join(place.path, 'victim');
    mkdirSync(library);
    mkdirSync(victim);
    writeFileSync(join(victim, 'precious'), 'keep me');
  });
  afterEach(() => place.remove());

  const start = (): Promise<Partial> =>
    createPartial({
      imageFiles: createImageFiles(),
      ...{ folder: library, stem: STEM, incompleteStem: `${STEM} (incomplete)` },
      ...{ format: 'img', bytes: BYTES, exact: false },
    });
  const untouched = (): void => {
    expect(readdirSync(victim)).toEqual(['precious']);
    expect(readFileSync(join(victim, 'precious'), 'utf8')).toBe('keep me');
  };

  it.each(['.img', '.img.partial', '.img.partial.json', '.img.pikeep.json', '.bmap'])(
    'in the place of NAME%s is not followed: the backup takes another name',
    async (ending) => {
      for (const target of ['precious', 'not-there-yet']) {
        const link = join(library, `${STEM}${ending}`);
        symlinkSync(join(victim, target), link);
        const partial = await start();
        await partial.promote(manifestOf(partial.finalPath));
        expect(partial.finalPath).not.toBe(join(library, `${STEM}.img`));
        expect(readlinkSync(link)).toBe(join(victim, target));
        untouched();
        renameSync(link, join(place.path, `away-${target}`));
      }
    },
  );

  it.each(['.img', '.img.pikeep.json', '.bmap'])(
    'that appears as NAME%s while the backup is made ends it, and nothing is written there',
    async (ending) => {
      const partial = await start();
      symlinkSync(join(victim, 'precious'), join(library, `${STEM}${ending}`));
      await expect(partial.promote(manifestOf(partial.finalPath))).rejects.toMatchObject({
        code: 'DESTINATION_EXISTS',
      });
      await partial.discard();
      untouched();
      expect(readdirSync(library)).toEqual([`${STEM}${ending}`]);
    },
  );

  it('that takes the place of the folder itself gets no backup and loses no file', async () => {
    const partial = await start();
    renameSync(library, join(place.path, 'moved'));
    symlinkSync(victim, library);
    await expect(partial.promote(manifestOf(partial.finalPath))).rejects.toThrow();
    await partial.discard();
    untouched();
    expect(existsSync(join(place.path, 'moved', `${STEM}.img`))).toBe(false);
  });

  it('in the place of the image that is being made is not made read-only, nor given its name', async () => {
    const partial = await start();
    const own = `${join(library, STEM)}.img.partial`;
    renameSync(own, join(place.path, 'taken-away'));
    symlinkSync(join(victim, 'precious'), own);
    await expect(partial.promote(manifestOf(partial.finalPath))).rejects.toThrow();
    await partial.discard();
    untouched();
    writeFileSync(join(victim, 'precious'), 'keep me');
    expect(existsSync(join(library, `${STEM}.img`))).toBe(false);
  });
});
