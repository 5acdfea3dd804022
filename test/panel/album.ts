/** The pictures that the panel is compared with, a folder for each test in `pictures/`; `PIKEEP_NEW_PICTURES=1` renews them. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { compare } from './camera.ts';
import { smallPicture } from './small-picture.ts';

const album = resolve(import.meta.dirname, 'pictures');
/** Git-ignored. */
const results = resolve(import.meta.dirname, '../../test-results/panel/compared');

export const isRenewing = process.env['PIKEEP_NEW_PICTURES'] === '1';

/**
 * Share of the pixels that may differ. The same browser draws the same picture to the last pixel; another version moves some
 * edges of letters. A word of one button is already more than this.
 */
export const TOLERANCE = 0.0003;
/** Of all pictures together: they are fetched with every clone. */
export const MOST_BYTES = 2_500_000;

/** What is wrong with a picture, in words; null when it is as it was. Renewing it is never wrong. */
export async function judge(
  page: Page,
  { folder, name }: { readonly folder: string; readonly name: string },
  now: Buffer,
): Promise<string | null> {
  const file = join(album, folder, fileName(name));
  if (isRenewing) {
    mkdirSync(join(album, folder), { recursive: true });
    writeFileSync(file, await smallPicture(page, now));
    return null;
  }
  if (!existsSync(file)) return `${name}: there is no picture of it`;
  const { pixels, of, drawn } = await compare(page, readFileSync(file), now);
  if (pixels !== null && pixels <= of * TOLERANCE) return null;
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, fileName(name)), now);
  if (drawn) writeFileSync(join(results, fileName(`${name} differences`)), drawn);
  return pixels === null ? `${name}: another size` : `${name}: ${pixels} of ${of} pixels differ`;
}

/** Pictures that nobody takes any more are thrown away when the rest is renewed. */
export function keepOnly(folder: string, names: readonly string[]): void {
  const wanted = new Set(names.map(fileName));
  for (const file of storedIn(folder)) {
    if (!wanted.has(file)) rmSync(join(album, folder, file));
  }
}

export function storedIn(folder: string): readonly string[] {
  const place = join(album, folder);
  return existsSync(place) ? readdirSync(place).toSorted() : [];
}

/** Bytes of all pictures of all tests. */
export function storedBytes(): number {
  return readdirSync(album, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

export function fileName(name: string): string {
  return `${name.replaceAll(' ', '-')}.png`;
}
