/** The card of the benchmark: made once, kept in the working folder, made anew only when its recipe changes. */

import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCard } from '../make-card.ts';
import type { BenchCard } from './row.ts';

const GIB = 1024 ** 3;

const recipes = {
  /** What the speed table is about. */
  full: { size: 8 * GIB, data: 1_400_000_000 },
  /** For a quick look. */
  small: { size: GIB, data: 180_000_000 },
};

export async function benchCard(folder: string, which: keyof typeof recipes): Promise<BenchCard> {
  const recipe = recipes[which];
  const image = join(folder, `card-${which}.img`);
  const note = `${image}.recipe`;
  const wanted = JSON.stringify(recipe);
  await mkdir(folder, { recursive: true });
  if ((await readFile(note, 'utf8').catch(() => null)) !== wanted) {
    console.log(`Making a card of ${recipe.size / GIB} GiB in ${image} ...`);
    await rm(note, { force: true });
    const unfinished = `${image}.new`;
    await rm(unfinished, { force: true });
    await makeCard({ out: unfinished, hostname: 'octopi', seed: 'benchmark', ...recipe });
    await rename(unfinished, image);
    await writeFile(note, wanted);
  }
  const { size, blocks } = await stat(image);
  return { image, bytes: size, storedBytes: blocks * 512 };
}
